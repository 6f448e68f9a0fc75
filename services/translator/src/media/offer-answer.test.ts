import { describe, expect, it } from 'vitest';
import {
  acceptOf,
  answerLines,
  CALLEE,
  CALLER,
  content,
  faultOf,
  initiateXml,
  jingle,
  linesOf,
  mapped,
  sdp,
  text,
} from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { currentLocalSdp } from './media-state.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const named = (name: string, description?: string) =>
  content({
    attrs: `creator='initiator' name='${name}'`,
    ...(description === undefined ? {} : { description }),
  });
const mLines = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('m='));
const AUDIO = 'm=audio 6000 RTP/AVP 0';
const DATA = 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel';
const MSRP = 'm=message 2855 TCP/MSRP *';

describe('offer/answer - XMPP answers', () => {
  it('as many m-lines in the same order, whatever the order of the contents', () => {
    const at = (name: string, port: string) => named(name).replace('5000', port);
    const lines = answerLines(
      [AUDIO, 'm=video 7000 RTP/AVP 31', AUDIO],
      at('audio2', '5003'),
      at('audio', '5001'),
      at('video', '5002'),
    );
    expect(mLines(lines)).toEqual([
      'm=audio 5001 RTP/AVP 0',
      'm=video 5002 RTP/AVP 0',
      'm=audio 5003 RTP/AVP 0',
    ]);
  });

  it('a content that is left out: port 0, same protocol, first format, mid kept', () => {
    const offer = [AUDIO, 'm=video 7000 RTP/SAVPF 96 97', 'a=rtpmap:96 VP8/90000', 'a=mid:cam'];
    expect(answerLines(offer, named('audio')).slice(-3)).toEqual([
      'm=video 0 RTP/SAVPF 96',
      'a=mid:cam',
      'a=inactive',
    ]);
  });

  it('an m-line that Jingle has no form for: no content, port 0', () => {
    const offer = [
      DATA,
      AUDIO,
      MSRP,
      'm=image 5000 udptl t38',
      'm=audio 0 RTP/AVP 0',
      'm=audio 5000 TCP/RTP/AVP 0',
    ];
    expect(initiateXml(...offer).match(/<content /g)).toHaveLength(1);
    expect(mLines(answerLines(offer, named('audio')))).toEqual([
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
      'm=audio 5000 RTP/AVP 0',
      'm=message 0 TCP/MSRP *',
      'm=image 0 udptl t38',
      'm=audio 0 RTP/AVP 0',
      'm=audio 0 TCP/RTP/AVP 0',
    ]);
  });

  it('a refused m-line has our own address where the others have different ones', () => {
    const at = (name: string, ip: string) => named(name).replace('192.0.2.1', ip);
    const lines = answerLines([AUDIO, AUDIO, DATA], at('audio', '192.0.2.1'), at('audio2', '192.0.2.2'));
    expect(lines.filter((line) => line.startsWith('c='))).toEqual([
      'c=IN IP4 192.0.2.1',
      'c=IN IP4 192.0.2.2',
      'c=IN IP4 203.0.113.1',
    ]);
  });

  it('a content that was never offered is ignored; one without usable payloads is refused', () => {
    expect(mLines(answerLines([AUDIO, AUDIO], named('extra'), named('audio'), named('audio2', '')))).toEqual([
      'm=audio 5000 RTP/AVP 0',
      'm=audio 0 RTP/AVP 0',
    ]);
  });

  it('the creator may be mistaken where the name is unambiguous', () => {
    expect(answerLines([AUDIO], named('audio').replace("'initiator'", "'responder'"))).toContain(
      'm=audio 5000 RTP/AVP 0',
    );
  });

  it('payload numbers and their order are the answerer’s', () => {
    const accept = named('audio', "<payload-type id='101' name='telephone-event'/><payload-type id='8'/>");
    expect(mLines(answerLines(['m=audio 6000 RTP/AVP 0 8'], accept))).toEqual(['m=audio 5000 RTP/AVP 101 8']);
  });

  it('telephone-event alone is no codec', () => {
    const events = "<payload-type id='101' name='telephone-event' clockrate='8000'/>";
    expect(mLines(answerLines([AUDIO, AUDIO], named('audio'), named('audio2', events)))[1]).toBe(
      'm=audio 0 RTP/AVP 0',
    );
    expect(faultOf(offerFromJingle(jingle(named('a', events)), CALLER))).toBe('no-usable-media');
    const only = sdp('m=audio 9 RTP/AVP 101', 'a=rtpmap:101 telephone-event/8000');
    expect(faultOf(jingleFromOffer(only, CALLEE))).toBe('no-usable-media');
  });

  it('rtcp-mux is answered only where it was offered', () => {
    const accept = named('audio', "<payload-type id='0'/><rtcp-mux/>");
    expect(answerLines([AUDIO], accept)).not.toContain('a=rtcp-mux');
    expect(answerLines([AUDIO, 'a=rtcp-mux'], accept)).toContain('a=rtcp-mux');
  });

  it('a fault tells why each m-line is of no use', () => {
    expect(jingleFromOffer(sdp('m=audio 0 RTP/AVP 0', MSRP), CALLEE)).toMatchObject({
      detail: 'port 0; transport protocol TCP/MSRP',
    });
  });

  it('nothing accepted is a fault', () => {
    const { media } = mapped(jingleFromOffer(sdp(AUDIO), CALLEE));
    expect(faultOf(answerFromJingle(jingle(named('other')), media, CALLEE))).toBe('no-usable-media');
  });
});

describe('offer/answer - SIP answers', () => {
  const both = [named('a'), named('v')];

  it('port 0: the content is left out, and removed', () => {
    const accept = acceptOf(both, AUDIO, 'm=audio 0 RTP/AVP 0');
    expect(accept.children).toHaveLength(1);
    expect(accept.removed).toEqual([{ creator: 'initiator', name: 'v' }]);
    expect(accept.media.contents.map(({ status }) => status)).toEqual(['active', 'refused']);
  });

  it('a missing m-line, no known format, a strange protocol: removed; surplus m-lines are ignored', () => {
    expect(acceptOf(both, AUDIO).removed).toEqual([{ creator: 'initiator', name: 'v' }]);
    expect(acceptOf(both, AUDIO, 'm=audio 6000 RTP/AVP 99').removed).toHaveLength(1);
    expect(acceptOf(both, AUDIO, DATA).removed).toHaveLength(1);
    expect(acceptOf(both, AUDIO, AUDIO, AUDIO).children).toHaveLength(2);
  });

  it('contents without an m-line are removed as well', () => {
    const file = named('f').replace('apps:rtp:1', 'apps:file-transfer:5');
    expect(acceptOf([file, ...both], AUDIO, AUDIO).removed).toEqual([{ creator: 'initiator', name: 'f' }]);
  });

  it('all zero is a fault; so is no SDP, and no c=', () => {
    const { media } = mapped(offerFromJingle(jingle(...both), CALLER));
    const answer = (text: string) => faultOf(jingleFromAnswer(text, media, CALLER));
    expect(answer(sdp('m=audio 0 RTP/AVP 0', 'm=audio 0 RTP/AVP 0'))).toBe('no-usable-media');
    expect(answer('nonsense')).toBe('malformed');
    expect(answer(sdp(AUDIO).replace('c=IN IP4 192.0.2.9\r\n', ''))).toBe('malformed');
  });

  it('rtcp-mux is answered only where it was offered', () => {
    const muxed = named('a', "<payload-type id='0'/><rtcp-mux/>");
    expect(
      acceptOf([named('a')], AUDIO, 'a=rtcp-mux')
        .children.map(text)
        .join(''),
    ).not.toContain('rtcp-mux');
    expect(acceptOf([muxed], AUDIO, 'a=rtcp-mux').children.map(text).join('')).toContain('<rtcp-mux/>');
  });

  it('creator and name are those of the offer', () => {
    const odd = content({ attrs: "creator='responder' name='two words'" });
    expect(acceptOf([odd], AUDIO).children.map(text)[0]).toContain(
      "<content creator='responder' name='two words'",
    );
  });
});

describe('offer/answer - state', () => {
  it('is plain data', () => {
    const { media } = acceptOf([named('a')], AUDIO);
    expect(JSON.parse(JSON.stringify(media))).toEqual(media);
  });

  it('has a row for each m-line', () => {
    const { contents } = mapped(
      offerFromJingle(jingle(named('a b', "<payload-type id='8'/><payload-type id='0'/>")), CALLER),
    ).media;
    expect(contents).toEqual([
      {
        creator: 'initiator',
        name: 'a b',
        media: 'audio',
        protocol: 'RTP/AVP',
        firstFormat: '8',
        status: 'active',
        transport: 'raw-udp',
        rtcpCandidate: false,
        dialect: {
          description: 'urn:xmpp:jingle:apps:rtp:1',
          transport: 'urn:xmpp:jingle:transports:raw-udp:1',
          fingerprint: 'urn:xmpp:jingle:apps:dtls:0',
          mediaOnContent: false,
        },
      },
    ]);
    const received = mapped(jingleFromOffer(sdp('m=audio 9 RTP/SAVP 8 0', 'a=mid:x', DATA), CALLEE)).media
      .contents;
    expect(
      received.map(({ name, mid, firstFormat, protocol, status }) => [
        name,
        mid,
        firstFormat,
        protocol,
        status,
      ]),
    ).toEqual([
      ['x', 'x', '8', 'RTP/SAVP', 'active'],
      ['application', undefined, 'webrtc-datachannel', 'UDP/DTLS/SCTP', 'refused'],
    ]);
  });

  it('has the last SDP both ways', () => {
    const offer = sdp(AUDIO);
    const first = mapped(jingleFromOffer(offer, CALLEE));
    expect(first.media.remoteSdp).toBe(offer);
    expect(currentLocalSdp(first.media)).toBeUndefined();
    const answer = mapped(answerFromJingle(jingle(named('audio')), first.media, CALLEE));
    expect(currentLocalSdp(answer.media)).toBe(answer.sdp);
    const out = mapped(offerFromJingle(jingle(named('a')), CALLER));
    expect(currentLocalSdp(out.media)).toBe(out.sdp);
  });

  it('the o= version grows exactly when the text changes', () => {
    const version = (text: string) => linesOf(text)[1]?.split(' ')[2];
    const first = mapped(jingleFromOffer(sdp(AUDIO), CALLEE));
    const one = mapped(answerFromJingle(jingle(named('audio')), first.media, CALLEE));
    const again = mapped(answerFromJingle(jingle(named('audio')), one.media, CALLEE));
    const other = mapped(
      answerFromJingle(jingle(named('audio', "<payload-type id='8'/>")), again.media, CALLEE),
    );
    expect([one, again, other].map(({ sdp: text }) => version(text))).toEqual(['1', '1', '2']);
    expect(again.sdp).toBe(one.sdp);
    expect(linesOf(other.sdp)[1]).toBe('o=juliet 2890844526 2 IN IP4 203.0.113.1');
  });
});
