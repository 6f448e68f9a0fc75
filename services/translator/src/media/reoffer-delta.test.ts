/**
 * Later offers of the SIP party: what of them is told, and our answers.
 */
import { describe, expect, it } from 'vitest';
import {
  CALLEE,
  CALLER,
  content,
  FINGERPRINT,
  faultOf,
  ice,
  jingle,
  linesOf,
  mapped,
  sdp,
  text,
} from '../testing/media-world.ts';
import { AUDIO, actionsIn, called, delta, film, OPTIONS, only, taken } from '../testing/reoffer-world.ts';
import type { MediaState } from './media-state.ts';
import { answerReoffer, withAccepted } from './reoffer-answer.ts';
import { deltaOfOffer } from './reoffer-delta.ts';
import { changeFromJingle } from './reoffer-from-jingle.ts';
import { nextOffer } from './reoffer-next.ts';

describe('offers of the SIP party', () => {
  it('offers - fewer m-lines, nothing left, no connection, no SDP', () => {
    const two = called([content(), film()], ...AUDIO, 'm=video 4002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000');
    const fault = (media: MediaState, text: string) => faultOf(deltaOfOffer(text, media, CALLER, OPTIONS));
    expect(fault(two, sdp(...AUDIO))).toBe('no-usable-media');
    expect(fault(called(), sdp('m=audio 0 RTP/AVP 0'))).toBe('no-usable-media');
    expect(fault(called(), sdp(...AUDIO).replace('c=IN IP4 192.0.2.9\r\n', ''))).toBe('malformed');
    expect(fault(called(), 'hello')).toBe('malformed');
  });

  it('offers - remove, modify, description, transport, add: in this order', () => {
    const two = called(
      [content({ description: "<payload-type id='0'/><payload-type id='8'/>" }), film()],
      ...AUDIO,
      ...['m=video 4002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'],
    );
    const { changes, added } = delta(two, [
      ...['m=audio 4010 RTP/AVP 8 0', 'a=sendonly', 'm=video 0 RTP/AVP 96'],
      ...['m=video 4020 RTP/AVP 97', 'a=rtpmap:97 VP8/90000'],
    ]);
    expect(actionsIn(changes)).toEqual([
      ...['content-remove', 'content-modify', 'description-info', 'transport-info', 'content-add'],
    ]);
    expect(changes.map(({ children }) => children.map(text).join('')).join('\n')).toMatchInlineSnapshot(`
      "<content creator='initiator' name='film'/>
      <content creator='initiator' name='voice' senders='responder'/>
      <content creator='initiator' name='voice'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'><payload-type id='8' name='PCMA' clockrate='8000'/><payload-type id='0' name='PCMU' clockrate='8000'/></description></content>
      <content creator='initiator' name='voice'><transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'><candidate component='1' generation='0' id='c4' ip='192.0.2.9' port='4010'/></transport></content>
      <content creator='responder' name='video2' senders='both'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'><payload-type id='97' name='VP8' clockrate='90000'/></description><transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'><candidate component='1' generation='0' id='c5' ip='192.0.2.9' port='4020'/></transport></content>"
    `);
    expect(added).toEqual([2]);
  });

  it('offers - a codec that the XMPP party does not know ends the content; another one is no news', () => {
    const two = called([content(), film()], ...AUDIO, 'm=video 4002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000');
    const { changes, media } = delta(two, [
      ...['m=audio 4000 RTP/AVP 0 18', 'm=video 4002 RTP/AVP 99', 'a=rtpmap:99 H264/90000'],
    ]);
    expect(actionsIn(changes)).toEqual(['content-remove']);
    expect(linesOf(answerReoffer(media, CALLER).sdp).filter((line) => line.startsWith('m='))).toEqual([
      ...['m=audio 5000 RTP/AVP 0', 'm=video 0 RTP/AVP 99'],
    ]);
  });

  it('offers - what says nothing new is a transport-info with everything, or nothing for a refresh', () => {
    expect(actionsIn(delta(called(), AUDIO).changes)).toEqual(['transport-info']);
    expect(delta(called(), AUDIO).isUnchanged).toBe(true);
    expect(delta(called(), AUDIO, { isRefresh: true }).changes).toEqual([]);
    expect(delta(called(), AUDIO, { isRefresh: true, profile: 'mongoose' }).changes).toEqual([]);
  });

  it.each([
    'source-add',
    'source-remove',
    'source-update',
    'content-modify',
    'description-info',
    'transport-info',
  ])('offers - a=jingle-action:%s names the action', (action) => {
    expect(actionsIn(delta(called(), [`a=jingle-action:${action}`, ...AUDIO]).changes)).toEqual([action]);
  });

  it.each(['session-terminate', 'session-initiate', 'content-add', 'x'])(
    'offers - a=jingle-action:%s names nothing',
    (action) => {
      expect(actionsIn(delta(called(), [`a=jingle-action:${action}`, ...AUDIO]).changes)).toEqual([
        'transport-info',
      ]);
    },
  );

  it('offers - mongoose: one transport-info, but new contents are asked for', () => {
    const moved = delta(called(), ['m=audio 4010 RTP/AVP 0', 'a=sendonly'], { profile: 'mongoose' });
    expect(actionsIn(moved.changes)).toEqual(['transport-info']);
    const more = [...AUDIO, 'm=video 4020 RTP/AVP 97', 'a=rtpmap:97 VP8/90000'];
    expect(actionsIn(delta(called(), more, { profile: 'mongoose' }).changes)).toEqual(['content-add']);
  });

  it('offers - ICE comes and goes: transport-replace; restarts count up to 255', () => {
    const creds = (ufrag: string) => [`a=ice-ufrag:${ufrag}`, 'a=ice-pwd:abcdefghijklmnopqrstuv'];
    const came = delta(called(), [...AUDIO, ...creds('abcd')]);
    expect(actionsIn(came.changes)).toEqual(['transport-replace']);
    expect(actionsIn(delta(came.media, AUDIO).changes)).toEqual(['transport-replace']);
    let { media } = came;
    for (let count = 0; count < 257; count++) {
      const next = delta(media, [...AUDIO, ...creds(`abc${count}`)]);
      expect(next.isRestart).toBe(true);
      ({ media } = next);
    }
    expect(only(media).generation).toBe(255);
  });

  it('offers - a restart by half: another ufrag or another password alone counts as well', () => {
    const creds = (ufrag: string, pwd: string) => [...AUDIO, `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`];
    const { media } = delta(called(), creds('abcd', 'abcdefghijklmnopqrstuv'));
    for (const lines of [creds('abce', 'abcdefghijklmnopqrstuv'), creds('abcd', 'bbcdefghijklmnopqrstuv')]) {
      const next = delta(media, lines);
      expect([next.isRestart, actionsIn(next.changes), only(next.media).generation]).toEqual([
        true,
        ['transport-info'],
        1,
      ]);
    }
  });

  it('offers - fixed senders: initiator for sendonly, in what is told and in what is heard', () => {
    const context = { ...CALLER, sendersMap: 'xep-fixed' } as const;
    const hold = mapped(deltaOfOffer(sdp(...AUDIO, 'a=sendonly'), called(), context, OPTIONS));
    expect(hold.changes.flatMap(({ children }) => children.map(text))).toEqual([
      "<content creator='initiator' name='voice' senders='initiator'/>",
    ]);
    const callee = { ...CALLEE, sendersMap: 'xep-fixed' } as const;
    const media = taken(AUDIO, content({ attrs: "creator='initiator' name='audio'" }));
    const modify = jingle("<content creator='initiator' name='audio' senders='initiator'/>");
    const change = mapped(changeFromJingle('content-modify', modify, media, callee));
    expect(nextOffer(change.media, callee).sdp).toContain('a=sendonly');
  });

  it('offers - ICE that goes is refused, where so configured', () => {
    const creds = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv'];
    const came = delta(called(), [...AUDIO, ...creds]);
    const strict = { ...CALLER, noIcePolicy: 'reject' } as const;
    const offer = (...lines: string[]) => deltaOfOffer(sdp(...lines), came.media, strict, OPTIONS);
    expect(faultOf(offer(...AUDIO))).toBe('unsupported-transports');
    expect(mapped(offer(...AUDIO, ...creds)).isUnchanged).toBe(true);
  });

  it('offers - 0.0.0.0 without a direction is hold, with no other address', () => {
    const lines = ['m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'];
    expect(
      delta(called(), lines).changes.map(({ action, children }) => [action, ...children.map(text)]),
    ).toEqual([['content-modify', "<content creator='initiator' name='voice' senders='none'/>"]]);
  });

  it('offers - hold as hold alone: no senders are told, of one content neither', () => {
    const hold = delta(called(), [...AUDIO, 'a=sendonly'], { holdAs: 'hold' });
    expect(hold.changes.map(({ children }) => children[0]?.name)).toEqual(['hold']);
    const more = delta(hold.media, [...AUDIO, 'a=inactive'], { holdAs: 'hold', isRefresh: true });
    expect(more.changes).toEqual([]);
    const back = delta(more.media, AUDIO, { holdAs: 'hold' });
    expect(back.changes.map(({ children }) => children[0]?.name)).toEqual(['unhold']);
  });

  it('offers - another setup alone is no other transport', () => {
    const ice = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv', 'a=fingerprint:sha-256 AA:BB'];
    const came = delta(called(), [...AUDIO, ...ice, 'a=setup:active']);
    const again = delta(came.media, [...AUDIO, ...ice, 'a=setup:actpass'], { isRefresh: true });
    expect(again.changes).toEqual([]);
    const other = [...AUDIO, ...ice.slice(0, 2), 'a=fingerprint:sha-256 CC:DD', 'a=setup:actpass'];
    expect(actionsIn(delta(again.media, other).changes)).toEqual(['transport-info']);
  });

  it('offers - hold as session-info: begun and ended once', () => {
    const hold = delta(called(), [...AUDIO, 'a=sendonly'], { holdAs: 'session-info' });
    expect(hold.changes.map(({ children }) => children[0]?.name)).toEqual(['hold']);
    const more = delta(hold.media, [...AUDIO, 'a=inactive'], { holdAs: 'session-info' });
    expect(actionsIn(more.changes)).toEqual(['content-modify']);
    const back = delta(more.media, AUDIO, { holdAs: 'both' });
    expect(back.changes.map(({ children }) => children[0]?.name)).toEqual(['unhold', 'content']);
  });

  it('offers - a port-0 line that is used again is a content again, in its place', () => {
    const one = called([content(), film()], ...AUDIO, 'm=video 0 RTP/AVP 96');
    const again = delta(one, [...AUDIO, 'm=audio 4020 RTP/AVP 8']);
    expect(actionsIn(again.changes)).toEqual(['content-add']);
    const accept = content({
      attrs: "creator='responder' name='film'",
      description: "<payload-type id='8' name='PCMA' clockrate='8000'/>",
    });
    const media = withAccepted(jingle(accept), again.added, again.media, CALLER);
    expect(linesOf(answerReoffer(media, CALLER).sdp).filter((line) => line.startsWith('m='))).toEqual([
      ...['m=audio 5000 RTP/AVP 0', 'm=audio 5000 RTP/AVP 8'],
    ]);
  });
});

describe('answers of ours', () => {
  it('answers - not accepted: port 0, with the offered protocol and first format', () => {
    const more = delta(called(), [
      ...AUDIO,
      'm=video 4020 RTP/AVPF 97 98',
      'a=rtpmap:97 VP8/90000',
      'a=mid:v',
    ]);
    const lines = linesOf(answerReoffer(more.media, CALLER).sdp);
    expect(lines).toContain('m=video 0 RTP/AVPF 97');
    expect(lines).toContain('a=mid:v');
  });

  it('answers - content-accept without a common codec, or for another name, accepts nothing', () => {
    const more = delta(called(), [...AUDIO, 'm=video 4020 RTP/AVP 97', 'a=rtpmap:97 VP8/90000']);
    const h264 = "<payload-type id='99' name='H264' clockrate='90000'/>";
    const attrs = "creator='responder' name='video'";
    for (const accept of [content({ attrs, media: 'video', description: h264 }), film()]) {
      const media = withAccepted(jingle(accept), more.added, more.media, CALLER);
      expect(media.contents[1]?.status).toBe('refused');
    }
    expect(withAccepted(jingle(), more.added, more.media, CALLER)).toBe(more.media);
  });

  it('answers - an answer narrows, what the XMPP party has does not', () => {
    const media = called([content({ description: "<payload-type id='0'/><payload-type id='8'/>" })]);
    const narrow = answerReoffer(delta(media, ['m=audio 4000 RTP/AVP 8']).media, CALLER);
    expect(narrow.sdp).toContain('m=audio 5000 RTP/AVP 8\r\n');
    const wide = answerReoffer(delta(narrow.media, ['m=audio 4000 RTP/AVP 0 8']).media, CALLER);
    expect(wide.sdp).toContain('m=audio 5000 RTP/AVP 0 8\r\n');
  });

  it('answers - a callee that could only receive sends once it may', () => {
    const media = taken([...AUDIO, 'a=sendonly'], content({ attrs: "creator='initiator' name='audio'" }));
    expect(media.localSdp).toContain('a=recvonly');
    const free = mapped(deltaOfOffer(sdp(...AUDIO), media, CALLEE, OPTIONS));
    expect(answerReoffer(free.media, CALLEE).sdp).toContain('a=sendrecv');
    expect(free.changes.map(({ children }) => children.map(text).join(''))).toEqual([
      "<content creator='initiator' name='audio' senders='both'/>",
    ]);
  });

  it('answers - an m-line more that is refused from the start is news to our answer', () => {
    const { changes, media, isUnchanged } = delta(called(), [...AUDIO, 'm=audio 0 RTP/AVP 0'], {
      isRefresh: true,
    });
    expect(changes).toEqual([]);
    const lines = linesOf(answerReoffer(media, CALLER, isUnchanged).sdp);
    expect(lines.filter((line) => line.startsWith('m='))).toEqual([
      'm=audio 5000 RTP/AVP 0',
      'm=audio 0 RTP/AVP 0',
    ]);
  });

  it('answers - a refresh gets the same SDP again, but never the DTLS role of an offer', () => {
    const plain = delta(called(), AUDIO, { isRefresh: true });
    expect(answerReoffer(plain.media, CALLER, true).sdp).toBe(called().localSdp);
    const lines = [
      ...['m=audio 4000 UDP/TLS/RTP/SAVPF 0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv'],
      ...['a=fingerprint:sha-256 AA:BB', 'a=setup:active'],
    ];
    const secure = delta(called([content({ transport: ice(FINGERPRINT) })], ...lines), lines, {
      isRefresh: true,
    });
    expect(secure.isUnchanged).toBe(true);
    expect(answerReoffer(secure.media, CALLER, true).sdp).toContain('a=setup:passive');
  });

  it('answers - the DTLS role of the session stays', () => {
    const lines = (setup: string) => [
      ...['m=audio 4000 UDP/TLS/RTP/SAVPF 0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv'],
      ...['a=fingerprint:sha-256 AA:BB', `a=setup:${setup}`],
    ];
    const passive = FINGERPRINT.replace('actpass', 'passive');
    const media = taken(
      lines('actpass'),
      content({ attrs: "creator='initiator' name='audio'", transport: ice(passive) }),
    );
    const again = mapped(deltaOfOffer(sdp(...lines('actpass')), media, CALLEE, OPTIONS));
    expect(answerReoffer(again.media, CALLEE).sdp).toContain('a=setup:passive');
  });
});
