/**
 * What the XMPP party changes of a session, as our next offer.
 */
import { describe, expect, it } from 'vitest';
import { CALLER, content, FINGERPRINT, faultOf, ice, jingle, text } from '../testing/media-world.ts';
import { AUDIO, called, changed, delta, film, info, offerOf, VIDEO } from '../testing/reoffer-world.ts';
import type { MediaState } from './media-state.ts';
import { changeFromJingle } from './reoffer-from-jingle.ts';
import { afterRefusal, nextOffer, repeatedOffer } from './reoffer-next.ts';
import { correctedSenders } from './reoffer-senders.ts';
import { isElsewhere, withTransports } from './reoffer-transports.ts';

describe('next offer', () => {
  it('next offer - the same state gives the same text and version', () => {
    const first = nextOffer(called(), CALLER);
    expect(first.sdp).toBe(called().localSdp);
    expect(nextOffer(first.media, CALLER)).toEqual(first);
    expect(repeatedOffer(first.media, CALLER).sdp).toBe(first.sdp);
  });

  it('next offer - hold and unhold give the text from before, with another version', () => {
    const before = called();
    const held = nextOffer(changed(before, 'session-info', info('hold')).media, CALLER);
    expect(held.sdp).toContain('a=sendonly\r\n');
    const back = nextOffer(changed(held.media, 'session-info', info('unhold')).media, CALLER);
    expect(back.sdp).toBe(before.localSdp?.replace(' 1 IN IP4 203', ' 3 IN IP4 203'));
  });

  it('next offer - hold leaves what is refused as it is', () => {
    const before = called([content(), film()], ...AUDIO, 'm=video 0 RTP/AVP 96');
    expect(offerOf(changed(before, 'session-info', info('hold')).media).slice(5)).toEqual([
      ...['m=audio 5000 RTP/AVP 0', 'a=sendonly', 'a=rtpmap:0 PCMU/8000'],
      ...['m=video 0 RTP/AVP 96', 'a=inactive'],
    ]);
  });

  it('next offer - mute of one content, by name; active ends hold and mute', () => {
    const before = called([content(), film()], ...AUDIO, 'm=video 4002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000');
    const muted = changed(before, 'session-info', info('mute', "creator='initiator' name='film'")).media;
    const directions = (media: MediaState) =>
      offerOf(media).filter((line) => /^a=(send|recv|inact)/.test(line));
    expect(directions(muted)).toEqual(['a=sendrecv', 'a=recvonly']);
    expect(directions(changed(muted, 'session-info', info('hold')).media)).toEqual([
      'a=sendonly',
      'a=inactive',
    ]);
    expect(directions(changed(muted, 'session-info', info('active')).media)).toEqual([
      'a=sendrecv',
      'a=sendrecv',
    ]);
    expect(directions(changed(muted, 'session-info', info('unmute')).media)).toEqual([
      'a=sendrecv',
      'a=sendrecv',
    ]);
    const all = changed(before, 'session-info', info('mute')).media;
    expect(directions(all)).toEqual(['a=recvonly', 'a=recvonly']);
  });

  it('next offer - a removed content is port 0 and leaves its group; added again it comes last', () => {
    const grouped = [
      "<group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'><content name='voice'/><content name='film'/></group>",
      content({ transport: ice() }),
      content({
        attrs: "creator='initiator' name='film'",
        media: 'video',
        description: VIDEO,
        transport: ice(),
      }),
    ];
    const answer = [
      ...[
        'a=group:BUNDLE voice film',
        ...AUDIO,
        'a=mid:voice',
        'a=ice-ufrag:abcd',
        'a=ice-pwd:abcdefghijklmnopqrstuv',
      ],
      ...['m=video 4000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000', 'a=mid:film'],
    ];
    const without = changed(
      called(grouped, ...answer),
      'content-remove',
      "<content creator='initiator' name='film'/>",
    );
    expect(offerOf(without.media)).toContain('a=group:BUNDLE voice');
    expect(offerOf(without.media)).toContain('m=video 0 RTP/AVP 96');
    const again = changed(without.media, 'content-add', grouped[2] ?? '');
    expect(offerOf(again.media).filter((line) => /^m=|^a=mid/.test(line))).toEqual([
      ...['m=audio 9 RTP/AVP 0', 'a=mid:voice', 'm=video 0 RTP/AVP 96', 'a=mid:film'],
      ...['m=video 9 RTP/AVP 96', 'a=mid:film_'],
    ]);
  });

  it('next offer - keys: any DTLS role may follow, whatever was agreed', () => {
    const media = called(
      [content({ transport: ice(FINGERPRINT) })],
      ...['m=audio 4000 UDP/TLS/RTP/SAVPF 0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv'],
      ...['a=fingerprint:sha-256 AA:BB', 'a=setup:active'],
    );
    expect(offerOf(media)).toContain('a=setup:actpass');
  });

  it('next offer - the version of a refused offer was used', () => {
    const before = nextOffer(called(), CALLER).media;
    const held = nextOffer(changed(before, 'session-info', info('hold')).media, CALLER);
    const after = afterRefusal(before, held.media);
    expect(after.localSdp).toBe(before.localSdp);
    expect(repeatedOffer(after, CALLER).sdp).toMatch(/^o=juliet \d+ 3 /m);
    const again = nextOffer(changed(after, 'session-info', info('hold')).media, CALLER);
    expect(again.sdp).toBe(held.sdp);
  });

  it('next offer - an action stands in it once', () => {
    const named = nextOffer(called(), CALLER, 'source-add');
    expect(named.sdp).toContain('a=jingle-action:source-add\r\n');
    expect(repeatedOffer(named.media, CALLER).sdp).not.toContain('jingle-action');
  });
});

describe('changes of the XMPP party', () => {
  it('changes - malformed: nothing to add, a name in use, no action of ours', () => {
    const fault = (action: string, ...children: string[]) =>
      faultOf(changeFromJingle(action, jingle(...children), called(), CALLER));
    expect(fault('content-add')).toBe('malformed');
    expect(fault('content-add', content())).toBe('malformed');
    expect(fault('session-accept', content())).toBe('malformed');
  });

  it('changes - contents nobody knows change nothing', () => {
    for (const action of ['content-modify', 'content-remove', 'transport-info', 'source-add']) {
      const { media } = changed(
        called(),
        action,
        "<content creator='initiator' name='ghost' senders='none'/>",
      );
      expect(offerOf(media)).toEqual(offerOf(called()));
    }
  });

  it('changes - what has no m-line is rejected', () => {
    const file = "<content creator='initiator' name='f'><description xmlns='urn:file'/></content>";
    const { rejected, concerned } = changed(called(), 'content-add', film(), file);
    expect(rejected).toEqual([{ creator: 'initiator', name: 'f' }]);
    expect(concerned).toEqual([{ creator: 'initiator', name: 'film' }]);
  });

  it('changes - source-add joins, source-update replaces, source-remove takes out', () => {
    const source = (ssrc: number, name: string) =>
      "<content creator='initiator' name='voice'><description xmlns='urn:xmpp:jingle:apps:rtp:1'>" +
      `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='${ssrc}'><parameter name='cname' value='${name}'/></source>` +
      '</description></content>';
    const sourcesIn = (media: MediaState) => offerOf(media).filter((line) => line.startsWith('a=ssrc:'));
    const one = changed(called(), 'source-add', source(1, 'a')).media;
    const two = changed(one, 'source-add', source(2, 'b')).media;
    expect(sourcesIn(two)).toEqual(['a=ssrc:1 cname:a', 'a=ssrc:2 cname:b']);
    expect(sourcesIn(changed(two, 'source-remove', source(1, 'a')).media)).toEqual(['a=ssrc:2 cname:b']);
    expect(sourcesIn(changed(two, 'source-update', source(3, 'c')).media)).toEqual(['a=ssrc:3 cname:c']);
  });

  it('changes - senders that cannot be are corrected', () => {
    const held = delta(called(), [...AUDIO, 'a=sendonly']).media;
    const wished = changed(
      held,
      'content-modify',
      "<content creator='initiator' name='voice' senders='both'/>",
    ).media;
    expect(correctedSenders(wished, CALLER).children.map(text)).toEqual([
      "<content creator='initiator' name='voice' senders='responder'/>",
    ]);
    expect(correctedSenders(held, CALLER).children).toEqual([]);
  });
});

describe('transports', () => {
  const raw = (ip: string, port: number) =>
    "<content creator='initiator' name='voice'><transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>" +
    `<candidate component='1' generation='0' id='x' ip='${ip}' port='${port}'/></transport></content>`;
  const iced = (ufrag: string, port: number) =>
    `<content creator='initiator' name='voice'><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='${ufrag}' pwd='asd88fgpdd777uzjYhagZg'>` +
    `<candidate component='1' foundation='1' generation='0' id='x' ip='192.0.2.7' port='${port}' priority='9' protocol='udp' type='host'/></transport></content>`;
  const withIce = () =>
    called([content({ transport: ice() })], ...AUDIO, 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv');

  it('transports - another raw address needs an offer, the same one does not', () => {
    const moved = withTransports(called(), jingle(raw('192.0.2.9', 7000)), CALLER);
    expect(moved.changed).toEqual([{ creator: 'initiator', name: 'voice' }]);
    expect(offerOf(moved.media)).toContain('m=audio 7000 RTP/AVP 0');
    expect(isElsewhere(called(), moved.media, CALLER)).toBe(true);
    const same = withTransports(called(), jingle(raw('192.0.2.1', 5000)), CALLER);
    expect(same.changed).toEqual([]);
    expect(isElsewhere(called(), same.media, CALLER)).toBe(false);
  });

  it('transports - ICE candidates of the same generation are kept, once, for the next offer', () => {
    const first = withTransports(withIce(), jingle(iced('8hhy', 7000)), CALLER);
    expect(first.changed).toEqual([]);
    const again = withTransports(first.media, jingle(iced('8hhy', 7000), iced('8hhy', 7001)), CALLER);
    const lines = offerOf(again.media);
    expect(lines.filter((line) => line.startsWith('a=candidate'))).toHaveLength(2);
    expect(lines).toContain('m=audio 7000 RTP/AVP 0');
  });

  it('transports - new ICE credentials are a restart: only the new candidates count', () => {
    const first = withTransports(withIce(), jingle(iced('8hhy', 7000)), CALLER);
    const restart = withTransports(first.media, jingle(iced('new1', 7002)), CALLER);
    expect(restart.changed).toHaveLength(1);
    const lines = offerOf(restart.media);
    expect(lines).toContain('a=ice-ufrag:new1');
    expect(lines.filter((line) => line.startsWith('a=candidate'))).toEqual([
      'a=candidate:1 1 UDP 9 192.0.2.7 7002 typ host',
    ]);
  });

  it('transports - a method without SDP form cannot be mapped', () => {
    const ibb =
      "<content creator='initiator' name='voice'><transport xmlns='urn:xmpp:jingle:transports:ibb:1'/></content>";
    expect(withTransports(called(), jingle(ibb), CALLER).unmappable).toHaveLength(1);
  });
});
