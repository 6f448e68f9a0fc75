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
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';
import { nextOffer } from './reoffer-next.ts';

const caller = { ...CALLER, dataChannels: true };
const callee = { ...CALLEE, dataChannels: true };
const SCTPMAP =
  "<sctpmap xmlns='urn:xmpp:jingle:transports:dtls-sctp:1' number='5000' protocol='webrtc-datachannel' streams='1024'/>";
const data = (name = 'data', map = SCTPMAP, fingerprint = FINGERPRINT): string =>
  `<content creator='initiator' name='${name}'>${ice(map + fingerprint)}</content>`;
const TRANSPORT = ['a=ice-ufrag:8hhy', 'a=ice-pwd:asd88fgpdd777uzjYhagZg', 'a=fingerprint:sha-256 02:1A'];
const NEW = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=sctp-port:5000', ...TRANSPORT];
const OLD = ['m=application 9 DTLS/SCTP 5000', 'a=sctpmap:5000 webrtc-datachannel 1024', ...TRANSPORT];
const AUDIO = 'm=audio 5000 RTP/AVP 0';
const voice = content({ attrs: "creator='initiator' name='audio'" });

const initiate = (...lines: string[]): string =>
  mapped(jingleFromOffer(sdp(...lines), callee))
    .children.map(text)
    .join('');
const answer = (offer: readonly string[], ...contents: string[]): string[] => {
  const { media } = mapped(jingleFromOffer(sdp(...offer), callee));
  return linesOf(mapped(answerFromJingle(jingle(...contents), media, callee)).sdp);
};
const ofData = (lines: readonly string[]): string[] =>
  lines.slice(lines.findIndex((line) => line.startsWith('m=application')));

describe('data channels - both ways', () => {
  it('a content with an sctpmap is an m-line of the form in force, without direction', () => {
    const { sdp: offer } = mapped(offerFromJingle(jingle(voice, data()), caller));
    expect(ofData(linesOf(offer))).toEqual([
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      ...TRANSPORT,
      'a=setup:actpass',
      'a=mid:data',
      'a=sctp-port:5000',
    ]);
  });

  it('in a bundle they have the credentials and the fingerprint of its first content', () => {
    const group =
      "<group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'><content name='audio'/><content name='data'/></group>";
    const audio = content({ attrs: "creator='initiator' name='audio'", transport: ice(FINGERPRINT) });
    const bare = `<content creator='initiator' name='data'><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'>${SCTPMAP}</transport></content>`;
    const { sdp: offer } = mapped(offerFromJingle(jingle(group, audio, bare), caller));
    expect(ofData(linesOf(offer))).toEqual(expect.arrayContaining(TRANSPORT));
    const apart = mapped(offerFromJingle(jingle(audio, bare), caller));
    expect(apart.media.unmapped).toMatchObject([{ name: 'data' }]);
  });

  it.each([
    ['of the form in force', NEW],
    ['of the older form', OLD],
  ])('an m-line %s is a content with an sctpmap and no description', (_form, lines) => {
    const xml = initiate(...lines, 'a=mid:data');
    expect(xml).toBe(
      `<content creator='initiator' name='data' senders='both'>${ice(SCTPMAP + FINGERPRINT)}</content>`,
    );
  });

  it.each([
    ['UDP/DTLS/SCTP webrtc-datachannel', 'a=sctp-port:5000', NEW],
    ['DTLS/SCTP 5000', 'a=sctpmap:5000 webrtc-datachannel 1024', OLD],
  ])('the answer to %s has its form', (form, attribute, lines) => {
    const said = ofData(answer([AUDIO, ...lines], voice, data('application')));
    expect(said[0]).toBe(`m=application 9 ${form}`);
    expect(said).toEqual(expect.arrayContaining([attribute, 'a=setup:active']));
  });

  it('the answer of SIP is a session-accept, and a later offer has them still', () => {
    const { media } = mapped(offerFromJingle(jingle(data()), caller));
    const accept = mapped(jingleFromAnswer(sdp(...NEW, 'a=setup:active'), media, caller));
    expect(accept.removed).toEqual([]);
    expect(accept.children.map(text).join('')).toContain(SCTPMAP);
    expect(nextOffer(accept.media, caller).sdp).toBe(media.localSdp);
  });
});

describe('data channels - refused', () => {
  it('where so configured, which is the default: port 0, or removed', () => {
    const { media } = mapped(jingleFromOffer(sdp(AUDIO, ...NEW), CALLEE));
    expect(mapped(answerFromJingle(jingle(voice), media, CALLEE)).sdp).toContain(
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
    );
    const offer = mapped(offerFromJingle(jingle(voice, data()), CALLER));
    expect(offer.sdp).not.toContain('application');
    expect(offer.media.unmapped).toEqual([{ creator: 'initiator', name: 'data' }]);
  });

  it.each([
    ['without ICE', [...NEW.slice(0, 2), 'a=fingerprint:sha-256 02:1A']],
    ['without DTLS', NEW.slice(0, 4)],
    ['of another protocol over SCTP', ['m=application 9 UDP/DTLS/SCTP x', ...NEW.slice(1)]],
    ['without an sctpmap', OLD.filter((line) => !line.startsWith('a=sctpmap'))],
    ['with a map of another port', OLD.map((line) => line.replace('map:5000', 'map:5001'))],
    ['with port 0 for SCTP', NEW.map((line) => line.replace('port:5000', 'port:0'))],
  ])('an m-line %s', (_what, lines) => {
    expect(faultOf(jingleFromOffer(sdp(...lines), callee))).toBe('unsupported-applications');
  });

  it.each([
    ['without a fingerprint', data('data', SCTPMAP, '')],
    ['of another protocol', data('data', SCTPMAP.replace('webrtc-datachannel', 'x'))],
    ['with a bad port', data('data', SCTPMAP.replace("'5000'", "'x'"))],
  ])('a content %s', (_what, xml) => {
    expect(faultOf(offerFromJingle(jingle(xml), caller))).toBe('unsupported-applications');
  });
});
