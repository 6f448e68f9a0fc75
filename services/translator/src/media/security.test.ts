import { describe, expect, it } from 'vitest';
import {
  acceptXml,
  answerLines,
  CALLEE,
  CALLER,
  content,
  FINGERPRINT,
  faultOf,
  ice,
  initiateXml,
  jingle,
  mapped,
  offerLines,
  sdp,
} from '../testing/media-world.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';
import type { ProfileMode } from './profile.ts';

const security = (lines: string[]): string[] =>
  lines.filter((line) => /^a=(fingerprint|setup|crypto|zrtp)/.test(line));
const secure = (children: string, name = 'voice') =>
  content({ attrs: `creator='initiator' name='${name}'`, transport: ice(children) });
const fingerprint = (attrs: string, value: string) =>
  `<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' ${attrs}>${value}</fingerprint>`;
const DTLS = [
  'm=audio 5000 UDP/TLS/RTP/SAVPF 0',
  'a=ice-ufrag:8hhy',
  'a=ice-pwd:asd88fgpdd777uzjYhagZg',
  'a=fingerprint:sha-256 AA:BB',
];
const fingerprintsOf = (children: string): string[] =>
  children.match(/<fingerprint.*?<\/fingerprint>/g) ?? [];

describe('fingerprint - both ways', () => {
  it('hash in lower case, digits in upper case, blanks trimmed, several', () => {
    expect(
      security(
        offerLines(
          secure(
            fingerprint("hash='SHA-256' setup='actpass'", ' ab:\n cd ') +
              fingerprint("hash='sha-1'", '01:02'),
          ),
        ),
      ),
    ).toEqual(['a=fingerprint:sha-256 AB:CD', 'a=fingerprint:sha-1 01:02', 'a=setup:actpass']);
    expect(fingerprintsOf(initiateXml(...DTLS, 'a=fingerprint:SHA-1 0a:0b', 'a=setup:actpass'))).toEqual([
      fingerprint("hash='sha-256' setup='actpass'", 'AA:BB'),
      fingerprint("hash='sha-1' setup='actpass'", '0A:0B'),
    ]);
  });

  it('malformed ones are dropped', () => {
    const bad =
      fingerprint("hash='sha 1'", 'AA') +
      fingerprint('', 'AA') +
      fingerprint("hash='sha-1'", 'AA-BB') +
      '<fingerprint/>';
    expect(security(offerLines(secure(bad)))).toEqual([]);
  });

  it('fingerprint and setup at session level are copied into every content', () => {
    const [audio = '', ...rest] = DTLS;
    const both = initiateXml('a=setup:passive', ...rest.slice(2), audio, ...rest.slice(0, 2), audio);
    expect(fingerprintsOf(both)).toEqual(
      Array(2).fill(fingerprint("hash='sha-256' setup='passive'", 'AA:BB')),
    );
  });
});

describe('setup - offer', () => {
  it('missing is actpass; a role that is said stays', () => {
    expect(security(offerLines(secure(fingerprint("hash='sha-256'", 'AA'))))).toContain('a=setup:actpass');
    expect(fingerprintsOf(initiateXml(...DTLS))[0]).toContain("setup='actpass'");
    expect(fingerprintsOf(initiateXml(...DTLS, 'a=setup:active'))[0]).toContain("setup='active'");
  });

  it('holdconn has no Jingle word and is answered in kind, by inactive', () => {
    expect(fingerprintsOf(initiateXml(...DTLS, 'a=setup:holdconn'))).toEqual([
      fingerprint("hash='sha-256'", 'AA:BB'),
    ]);
    const answer = answerLines([...DTLS, 'a=setup:holdconn'], secure(FINGERPRINT, 'audio'));
    expect(answer).toEqual(expect.arrayContaining(['a=setup:holdconn', 'a=inactive']));
  });
});

describe('setup - answer', () => {
  const said = (setup: string) => secure(fingerprint(`hash='sha-256' ${setup}`, 'AA'), 'audio');
  const answered = (setup: string, offered = 'actpass') =>
    security(answerLines([...DTLS, `a=setup:${offered}`], said(setup))).find((line) =>
      line.startsWith('a=setup'),
    );

  it('from XMPP: never actpass; missing is active; the other role than the offer’s', () => {
    expect(answered("setup='active'")).toBe('a=setup:active');
    expect(answered("setup='passive'")).toBe('a=setup:passive');
    expect(answered("setup='actpass'")).toBe('a=setup:active');
    expect(answered('')).toBe('a=setup:active');
    expect(answered("setup='active'", 'active')).toBe('a=setup:passive');
    expect(answered('', 'passive')).toBe('a=setup:active');
  });

  it('from SIP: the same', () => {
    const accept = (...lines: string[]) =>
      fingerprintsOf(acceptXml([secure(FINGERPRINT)], ...DTLS, ...lines))[0];
    expect(accept('a=setup:passive')).toContain("setup='passive'");
    expect(accept('a=setup:actpass')).toContain("setup='active'");
    expect(accept()).toContain("setup='active'");
  });

  it('a fingerprint that was not offered is not answered', () => {
    expect(security(answerLines(['m=audio 5000 RTP/AVP 0'], said('')))).toEqual([]);
  });
});

const CRYPTO =
  "<crypto tag='1' crypto-suite='AES_CM_128_HMAC_SHA1_80' key-params='inline:abc|2^20|1:32' session-params='KDR=1 UNENCRYPTED_SRTP'/>";
const CRYPTO_LINE = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20|1:32 KDR=1 UNENCRYPTED_SRTP';
const SAVP = ['m=audio 5000 RTP/SAVP 0', CRYPTO_LINE];
const keyed = (children: string, name = 'voice', transport?: string) =>
  content({
    attrs: `creator='initiator' name='${name}'`,
    description: `<payload-type id='0'/><encryption>${children}</encryption>`,
    ...(transport === undefined ? {} : { transport }),
  });

describe('crypto', () => {
  it('both ways, session parameters included', () => {
    expect(security(offerLines(keyed(CRYPTO)))).toEqual([CRYPTO_LINE]);
    expect(initiateXml(...SAVP)).toContain(`<encryption required='1'>${CRYPTO}</encryption>`);
  });

  it('required with a secure profile only', () => {
    expect(initiateXml('m=audio 5000 RTP/AVP 0', CRYPTO_LINE)).toContain(
      `<encryption>${CRYPTO}</encryption>`,
    );
    expect(initiateXml('m=audio 5000 RTP/SAVP 0')).not.toContain('encryption');
  });

  it('malformed keys are dropped', () => {
    const bad =
      "<crypto tag='x' crypto-suite='A' key-params='inline:a'/><crypto tag='1' crypto-suite='A B' key-params='inline:a'/>" +
      "<crypto tag='1' crypto-suite='A' key-params='inline: a'/><crypto tag='1' crypto-suite='A'/><crypto/>";
    expect(security(offerLines(keyed(bad)))).toEqual([]);
  });

  it('answer: exactly one, of a tag that was offered', () => {
    const second = CRYPTO.replace("tag='1'", "tag='2'").replace('abc', 'def');
    const third = CRYPTO.replace("tag='1'", "tag='3'");
    const offer = [...SAVP, CRYPTO_LINE.replace(':1 ', ':2 ')];
    expect(security(answerLines(offer, keyed(third + second + CRYPTO, 'audio')))).toEqual([
      'a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:def|2^20|1:32 KDR=1 UNENCRYPTED_SRTP',
    ]);
    expect(acceptXml([keyed(CRYPTO + second)], ...SAVP, CRYPTO_LINE).match(/<crypto /g)).toHaveLength(1);
  });

  it('with a fingerprint: both in an offer, DTLS alone in an answer', () => {
    const both = keyed(CRYPTO, 'audio', ice(FINGERPRINT));
    expect(security(offerLines(both))).toEqual([
      'a=fingerprint:sha-256 02:1A',
      'a=setup:actpass',
      CRYPTO_LINE,
    ]);
    expect(security(answerLines([...DTLS, CRYPTO_LINE], both))).toEqual([
      'a=fingerprint:sha-256 02:1A',
      'a=setup:active',
    ]);
  });
});

describe('crypto - best effort', () => {
  const PLAIN = ['m=audio 5000 RTP/AVP 0', CRYPTO_LINE];
  const ENCRYPTION = `<encryption>${CRYPTO}</encryption>`;

  it('offered by SIP in a plain profile: answered with a key or without', () => {
    expect(initiateXml(...PLAIN)).toContain(ENCRYPTION);
    const answer = (text: string) => answerLines(PLAIN, text).filter((line) => /^(m=|a=crypto)/.test(line));
    expect(answer(keyed(CRYPTO, 'audio'))).toEqual(['m=audio 5000 RTP/AVP 0', CRYPTO_LINE]);
    expect(answer(content({ attrs: "creator='initiator' name='audio'" }))).toEqual([
      'm=audio 5000 RTP/AVP 0',
    ]);
  });

  it('answered by SIP in a plain profile: a key is taken, none is no encryption', () => {
    expect(acceptXml([keyed(CRYPTO)], ...PLAIN)).toContain(ENCRYPTION);
    expect(acceptXml([keyed(CRYPTO)], 'm=audio 5000 RTP/AVP 0')).not.toContain('encryption');
  });
});

describe('other keys', () => {
  it('zrtp-hash, both ways', () => {
    const hash = "<zrtp-hash xmlns='urn:xmpp:jingle:apps:rtp:zrtp:1' version='1.10'>fe30efd0</zrtp-hash>";
    expect(security(offerLines(keyed(hash)))).toEqual(['a=zrtp-hash:1.10 fe30efd0']);
    expect(initiateXml('m=audio 5000 RTP/AVP 0', 'a=zrtp-hash:1.10 fe30efd0')).toContain(
      `<encryption>${hash}</encryption>`,
    );
  });

  it('key-mgmt as the only key cannot be used', () => {
    const mikey = 'a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyO';
    expect(faultOf(jingleFromOffer(sdp('m=audio 5000 RTP/SAVP 0', mikey), CALLEE))).toBe('no-usable-media');
    expect(initiateXml(...SAVP, mikey)).not.toContain('mikey');
  });
});

describe('profile - of an offer', () => {
  const profile = (offer: string) =>
    offerLines(offer)
      .find((line) => line.startsWith('m='))
      ?.split(' ')[2];
  const feedback = "<rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='nack'/>";
  const raw = (children: string) =>
    `<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>${children}<candidate ip='192.0.2.1' port='5000'/></transport>`;

  it.each([
    ['fingerprint over ICE', secure(FINGERPRINT), 'UDP/TLS/RTP/SAVPF'],
    ['fingerprint over raw UDP', content({ transport: raw(FINGERPRINT) }), 'UDP/TLS/RTP/SAVP'],
    [
      'fingerprint over raw UDP with rtcp-fb',
      content({ description: `<payload-type id='0'/>${feedback}`, transport: raw(FINGERPRINT) }),
      'UDP/TLS/RTP/SAVPF',
    ],
    ['crypto', keyed(CRYPTO), 'RTP/SAVP'],
    ['crypto with rtcp-fb', keyed(CRYPTO).replace('<encryption>', `${feedback}<encryption>`), 'RTP/SAVPF'],
    ['encryption without keys', keyed(''), 'RTP/AVP'],
    ['rtcp-fb only', content({ description: `<payload-type id='0'/>${feedback}` }), 'RTP/AVPF'],
    ['none of these', content(), 'RTP/AVP'],
    ['ICE alone', secure(''), 'RTP/AVP'],
  ])('%s', (_what, offer, expected) => {
    expect(profile(offer)).toBe(expected);
  });

  it('without feedback, or that of WebRTC whatever the content has, where so configured', () => {
    const offered = (text: string, profileMode: ProfileMode) =>
      mapped(offerFromJingle(jingle(text), { ...CALLER, profileMode })).sdp;
    const full = secure(FINGERPRINT).replace("<payload-type id='0'/>", `<payload-type id='0'/>${feedback}`);
    expect(offered(full, 'avp')).toContain('UDP/TLS/RTP/SAVP 0');
    expect(offered(full, 'avp')).not.toContain('rtcp-fb');
    expect(offered(keyed(CRYPTO), 'avp')).toContain('RTP/SAVP 0');
    expect(offered(content(), 'webrtc')).toContain('UDP/TLS/RTP/SAVPF 0');
  });

  it('DTLS-SRTP as RTP/SAVPF, and all else as ever, where so configured', () => {
    const offered = (text: string) =>
      mapped(offerFromJingle(jingle(text), { ...CALLER, profileMode: 'savpf' })).sdp;
    expect(offered(secure(FINGERPRINT))).toContain('m=audio 9 RTP/SAVPF 0');
    expect(offered(content({ transport: raw(FINGERPRINT) }))).toContain('m=audio 5000 RTP/SAVP 0');
    expect(offered(keyed(CRYPTO))).toContain('m=audio 5000 RTP/SAVP 0');
    expect(offered(content())).toContain('m=audio 5000 RTP/AVP 0');
  });

  it('keys that XMPP does not require stand in a plain offer, where so configured', () => {
    const offered = (text: string) =>
      mapped(offerFromJingle(jingle(text), { ...CALLER, optionalKeys: 'avp' }));
    const optional = offered(keyed(CRYPTO));
    expect(optional.sdp).toContain('m=audio 5000 RTP/AVP 0');
    expect(optional.sdp).toContain(CRYPTO_LINE);
    const required = keyed(CRYPTO).replace('<encryption>', "<encryption required='true'>");
    expect(offered(required).sdp).toContain('m=audio 5000 RTP/SAVP 0');
    expect(offered(secure(FINGERPRINT)).sdp).toContain('UDP/TLS/RTP/SAVPF 0');
  });

  it.each(['RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'RTP/SAVPF', 'UDP/TLS/RTP/SAVP', 'UDP/TLS/RTP/SAVPF'])(
    'an answer repeats %s verbatim',
    (protocol) => {
      const accept = content({ attrs: "creator='initiator' name='audio'" });
      expect(answerLines([`m=audio 6000 ${protocol} 0`], accept)).toContain(`m=audio 5000 ${protocol} 0`);
    },
  );
});
