import { describe, expect, test } from 'vitest';
import { isRelayed } from './relay-choice.ts';
import {
  answering,
  bundled,
  forSip,
  forXmpp,
  plainlyNamed,
  takesOf,
  trickling,
} from './relayed-description.ts';

const sdp = (...lines: string[]): string =>
  ['v=0', 'o=juliet 7 1 IN IP4 192.0.2.1', 's=-', 't=0 0', ...lines, ''].join('\r\n');
const plain = sdp('c=IN IP4 192.0.2.5', 'm=audio 4000 RTP/AVP 8');
const srtp = sdp(
  'c=IN IP4 192.0.2.5',
  'm=audio 4000 RTP/SAVP 8',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj',
);
const ice = sdp(
  'c=IN IP4 192.0.2.5',
  'm=audio 4000 RTP/AVP 8',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuv',
);
const DTLS = [
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuv',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:active',
];
const webrtc = sdp(
  'c=IN IP4 0.0.0.0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  ...DTLS,
  'a=rtpmap:111 opus/48000/2',
);

describe('relay - what an end takes', () => {
  test.each([
    ['rtp', plain],
    ['srtp', srtp],
    ['rtp-ice', ice],
    ['webrtc', webrtc],
    [undefined, sdp('m=audio 0 RTP/AVP 8')],
    [undefined, 'no SDP'],
  ])('relay - %s', (takes, text) => {
    expect(takesOf(text)).toBe(takes);
  });

  test.each([
    ['none', 'xmpp', webrtc, false],
    ['rtpengine', 'xmpp', plain, true],
    ['rtpengine', 'sip', webrtc, true],
    ['auto', 'xmpp', webrtc, true],
    ['auto', 'xmpp', plain, false],
    ['auto', 'sip', plain, true],
    ['auto', 'sip', ice, false],
    ['auto', 'sip', webrtc, false],
  ] as const)(
    'relay - in mode %s an offer from %s … is relayed or not',
    (mediaRelay, from, offer, expected) => {
      expect(isRelayed({ mediaRelay } as Parameters<typeof isRelayed>[0], from, offer)).toBe(expected);
    },
  );
});

describe('relay - for the SIP party', () => {
  const relayed =
    'v=0\r\no=x 1 1 IN IP4 192.0.2.20\r\ns=-\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\nc=IN IP4 192.0.2.20\r\n';

  test('relay - the origin is ours, the rest the relay’s', () => {
    expect(forSip(relayed, webrtc, undefined).sdp).toBe(
      'v=0\r\no=juliet 7 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\nc=IN IP4 192.0.2.20\r\n',
    );
  });

  test('relay - the version grows by one, and only with the text', () => {
    const first = forSip(relayed, webrtc, undefined);
    const again = forSip(relayed, webrtc, first.sent);
    expect(again).toEqual(first);
    const moved = forSip(relayed.replace('40000', '40010'), webrtc, again.sent);
    expect(moved.sdp).toContain('o=juliet 7 2 IN IP4 192.0.2.1');
    expect(forSip(relayed, webrtc, moved.sent).sdp).toContain('o=juliet 7 3 IN IP4 192.0.2.1');
  });

  test('relay - an answer that is no SDP is passed on as it is, not thrown at', () => {
    expect(forSip('nonsense', 'nonsense', undefined).sdp).toBe('nonsense');
  });
});

describe('relay - for the XMPP party', () => {
  const offer = sdp(
    'a=group:BUNDLE 0 1',
    'c=IN IP4 0.0.0.0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    ...DTLS,
    'a=mid:0',
    'a=rtpmap:111 opus/48000/2',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    ...DTLS,
    'a=mid:1',
    'a=rtpmap:96 VP8/90000',
  );
  const answer = sdp(
    'm=audio 40002 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 192.0.2.20',
    ...DTLS,
    'a=rtpmap:111 opus/48000/2',
    'm=video 0 UDP/TLS/RTP/SAVPF 96',
  );

  test('relay - a bundle that was offered is answered, with what was refused in it, inactive', () => {
    const lines = forXmpp(answer, offer).split('\r\n');
    const video = lines.slice(lines.findIndex((line) => line.startsWith('m=video')));
    expect(lines).toContain('a=group:BUNDLE 0 1');
    expect(video[0]).toBe('m=video 40002 UDP/TLS/RTP/SAVPF 96');
    expect(video).toEqual(
      expect.arrayContaining(['a=inactive', 'a=mid:1', 'a=ice-ufrag:abcd', 'a=rtpmap:96 VP8/90000']),
    );
  });

  test.each([
    ['nothing was bundled', webrtc, answer],
    ['there was no offer', undefined, answer],
    [
      'the answer has its group',
      offer,
      sdp('a=group:BUNDLE 0', 'm=audio 40002 UDP/TLS/RTP/SAVPF 111', ...DTLS, 'a=mid:0'),
    ],
    ['nothing in it has a transport', offer, sdp('m=audio 0 RTP/AVP 8')],
    ['it is no SDP', offer, 'nonsense'],
  ])('relay - an answer stays as it is where %s', (_, asked, given) => {
    expect(forXmpp(given, asked)).toBe(given);
  });

  test('relay - what the phone takes away later stays in the bundle, inactive, and new m-lines do not come into it', () => {
    const later = sdp(
      'm=audio 40002 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 192.0.2.20',
      ...DTLS,
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'm=video 40010 UDP/TLS/RTP/SAVPF 97',
      ...DTLS,
      'a=mid:new',
    );
    const lines = forXmpp(later, offer).split('\r\n');
    expect(lines).toContain('a=group:BUNDLE 0 1');
    expect(lines).toContain('m=video 40002 UDP/TLS/RTP/SAVPF 96');
  });

  test('relay - an answer refuses what was not offered any more', () => {
    const kept = sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', ...DTLS, 'm=video 9 UDP/TLS/RTP/SAVPF 96', ...DTLS);
    const asked = sdp('c=IN IP4 192.0.2.5', 'm=audio 4000 RTP/AVP 8', 'm=video 0 RTP/AVP 96');
    expect(answering(kept, asked)).toContain('m=video 0 UDP/TLS/RTP/SAVPF 96\r\n');
    expect(answering(kept, asked)).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n');
    expect(answering(kept, plain)).toBe(kept);
    expect(answering('nonsense', asked)).toBe('nonsense');
    expect(answering(kept, undefined)).toBe(kept);
  });

  test('relay - an offer has short names, and sources whose parameters have values', () => {
    const long = sdp(
      'a=group:BUNDLE a-name-that-is-too-long v',
      'm=audio 40002 UDP/TLS/RTP/SAVPF 111',
      ...DTLS,
      'a=mid:a-name-that-is-too-long',
      'a=ssrc:1 cname:c',
      'a=ssrc:1 marker',
      'm=video 40004 UDP/TLS/RTP/SAVPF 96',
      'a=mid:v',
    );
    const lines = plainlyNamed(long).split('\r\n');
    expect(lines.filter((line) => /^a=(mid|ssrc|group)/.test(line))).toEqual([
      'a=group:BUNDLE m0 v',
      'a=mid:m0',
      'a=ssrc:1 cname:c',
      'a=mid:v',
    ]);
    expect(plainlyNamed(offer)).toBe(offer);
    expect(plainlyNamed('nonsense')).toBe('nonsense');
  });

  test('relay - an offer of one m-line is a bundle of it', () => {
    const audio = sdp('m=audio 40002 UDP/TLS/RTP/SAVPF 111', ...DTLS, 'a=rtcp-mux', 'a=mid:a1');
    expect(bundled(audio)).toContain('a=group:BUNDLE a1\r\n');
    expect(bundled(bundled(audio))).toBe(bundled(audio));
  });

  test.each([
    ['it has several m-lines', offer.replace('a=group:BUNDLE 0 1\r\n', '')],
    ['RTCP has a port of its own', sdp('m=audio 40002 UDP/TLS/RTP/SAVPF 111', ...DTLS, 'a=mid:0')],
    ['it is for a phone', sdp('m=audio 4000 RTP/AVP 8', 'a=rtcp-mux', 'a=mid:0')],
    ['it is no SDP', 'nonsense'],
  ])('relay - an offer stays as it is where %s', (_, given) => {
    expect(bundled(given)).toBe(given);
  });

  test('relay - candidates may come later where there is ICE', () => {
    expect(trickling(webrtc)).toContain('a=ice-options:trickle');
    expect(trickling(trickling(webrtc))).toBe(trickling(webrtc));
    expect(trickling(plain)).toBe(plain);
    expect(trickling('nonsense')).toBe('nonsense');
  });
});
