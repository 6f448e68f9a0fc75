import { describe, expect, it } from 'vitest';
import {
  acceptXml,
  answerLines,
  CALLER,
  content,
  FINGERPRINT,
  faultOf,
  ice,
  initiateXml,
  jingle,
  offerLines,
} from '../testing/media-world.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const AUDIO = 'm=audio 5000 RTP/AVP 0';
const ICE = ['a=ice-ufrag:8hhy', 'a=ice-pwd:asd88fgpdd777uzjYhagZg'];

describe('namespaces - accepted, and answered in kind', () => {
  it.each(['urn:xmpp:jingle:apps:rtp:1', 'urn:xmpp:jingle:app:rtp:1', 'urn:xmpp:jingle:apps:rtp:0'])(
    'description %s',
    (xmlns) => {
      const offer = content().replace('urn:xmpp:jingle:apps:rtp:1', xmlns);
      expect(acceptXml([offer], AUDIO)).toContain(`<description xmlns='${xmlns}' media='audio'>`);
    },
  );

  it.each([
    'urn:xmpp:jingle:transports:raw-udp:1',
    'urn:xmpp:jingle:transport:raw-udp',
    'urn:xmpp:jingle:transports:raw-udp:0',
    'urn:xmpp:jingle:transports:raw-udp',
  ])('transport %s', (xmlns) => {
    const offer = content().replace('urn:xmpp:jingle:transports:raw-udp:1', xmlns);
    expect(acceptXml([offer], AUDIO)).toContain(`<transport xmlns='${xmlns}'><candidate`);
  });

  it.each([
    'urn:xmpp:jingle:transports:ice-udp:1',
    'urn:xmpp:jingle:transports:ice-udp:0',
    'urn:xmpp:jingle:transports:ice:0',
  ])('transport %s', (xmlns) => {
    const offer = content({ transport: ice().replace('urn:xmpp:jingle:transports:ice-udp:1', xmlns) });
    expect(acceptXml([offer], AUDIO, ...ICE)).toContain(`<transport xmlns='${xmlns}' ufrag='8hhy'`);
  });

  it.each(['urn:xmpp:jingle:apps:dtls:0', 'urn:xmpp:tmp:jingle:apps:dtls:0'])('fingerprint %s', (xmlns) => {
    const offer = content({ transport: ice(FINGERPRINT.replace('urn:xmpp:jingle:apps:dtls:0', xmlns)) });
    const answer = acceptXml([offer], AUDIO, ...ICE, 'a=fingerprint:sha-256 AA', 'a=setup:active');
    expect(answer).toContain(`<fingerprint xmlns='${xmlns}' hash='sha-256' setup='active'>AA</fingerprint>`);
  });

  it('media on the content: read, and written in both places', () => {
    const offer = content({ attrs: "creator='initiator' name='v' media='video'" }).replace(
      " media='audio'",
      '',
    );
    expect(offerLines(offer)).toContain('m=video 5000 RTP/AVP 0');
    const accept = acceptXml([offer], 'm=video 5000 RTP/AVP 0');
    expect(accept).toContain(
      "senders='both' media='video'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'",
    );
    const both = content({ attrs: "creator='initiator' name='v' media='video'" });
    expect(offerLines(both)).toContain('m=audio 5000 RTP/AVP 0');
    expect(acceptXml([both], AUDIO)).toContain("senders='both'><description");
  });
});

describe('namespaces - what we say first', () => {
  it('is the current ones', () => {
    expect(initiateXml(AUDIO, ...ICE)).toContain(
      "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>",
    );
    expect(initiateXml(AUDIO, ...ICE)).toContain("<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ");
    expect(initiateXml(AUDIO)).toContain("<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>");
  });
});

describe('namespaces - contents that SDP has no form for', () => {
  const file = content().replace('urn:xmpp:jingle:apps:rtp:1', 'urn:xmpp:jingle:apps:file-transfer:5');
  const socks = content({ attrs: "creator='initiator' name='s'" }).replace('raw-udp:1', 's5b:1');
  const early = content({ attrs: "creator='initiator' name='e' disposition='early-session'" });

  it('alone: the fault names what is unsupported', () => {
    expect(faultOf(offerFromJingle(jingle(file), CALLER))).toBe('unsupported-applications');
    expect(faultOf(offerFromJingle(jingle(early), CALLER))).toBe('unsupported-applications');
    expect(faultOf(offerFromJingle(jingle(socks), CALLER))).toBe('unsupported-transports');
    expect(faultOf(offerFromJingle(jingle(file, socks), CALLER))).toBe('unsupported-transports');
    const none = content({ description: '' });
    expect(faultOf(offerFromJingle(jingle(none), CALLER))).toBe('no-usable-media');
  });

  it('beside one that has: no m-line, and removed once the call is answered', () => {
    const voice = content({ attrs: "creator='initiator' name='ok'" });
    expect(offerLines(file, voice, socks).filter((line) => line.startsWith('m='))).toEqual([AUDIO]);
    expect(answerLines([AUDIO], file, voice.replace("'ok'", "'audio'"))).toContain(AUDIO);
  });
});
