import { expect, test } from 'vitest';
import { fragmentForRelay } from './candidates.ts';
import { ngRequestOf } from './request.ts';
import { sdpForClient } from './sdp-for-client.ts';
import { sdpForPhone } from './sdp-for-phone.ts';
import { sdpForRelay } from './sdp-for-relay.ts';

const codecs = { sip: ['PCMA', 'telephone-event'], xmpp: ['opus/48000/2', 'PCMU'] };
const sdp = 'v=0\r\n';

test('ask - an offer from XMPP to a phone: plain RTP, its codecs offered, those of XMPP accepted', () => {
  expect(ngRequestOf('c', { kind: 'offer', from: 'xmpp', sdp, to: 'rtp' }, codecs)).toEqual({
    command: 'offer',
    'call-id': 'c',
    'from-tag': 'xmpp',
    'to-tag': 'sip',
    sdp,
    'transport-protocol': 'RTP/AVP',
    ICE: 'remove',
    DTLS: 'off',
    SDES: ['off'],
    'rtcp-mux': ['demux'],
    replace: ['origin', 'session-connection'],
    flags: ['trust-address', 'strip-extmap', 'no-rtcp-attribute', 'inject-DTMF'],
    supports: ['load limit'],
    codec: { mask: ['full'], transcode: codecs.sip, accept: codecs.xmpp },
  });
});

test('ask - an offer from SIP to a WebRTC client: DTLS-SRTP with ICE on one port', () => {
  expect(ngRequestOf('c', { kind: 'offer', from: 'sip', sdp, to: 'webrtc' }, codecs)).toMatchObject({
    'from-tag': 'sip',
    'to-tag': 'xmpp',
    'transport-protocol': 'UDP/TLS/RTP/SAVPF',
    ICE: 'force',
    SDES: ['off'],
    'rtcp-mux': ['offer', 'require'],
    flags: expect.arrayContaining(['generate-mid', 'trickle-ICE']),
    codec: { mask: ['all'], transcode: codecs.xmpp, accept: codecs.sip },
  });
});

test('ask - profiles between: RTP found by ICE, and SRTP with keys in the description', () => {
  const to = (profile: 'rtp-ice' | 'srtp') =>
    ngRequestOf('c', { kind: 'offer', from: 'sip', sdp, to: profile }, codecs);
  expect(to('rtp-ice')).toMatchObject({ 'transport-protocol': 'RTP/AVP', ICE: 'force', DTLS: 'off' });
  expect(to('srtp')).toMatchObject({ 'transport-protocol': 'RTP/SAVP', ICE: 'remove', DTLS: 'off' });
  expect(to('srtp')).not.toHaveProperty('SDES');
});

test('ask - the tags of an answer stand as in its offer', () => {
  expect(ngRequestOf('c', { kind: 'answer', from: 'sip', sdp, to: 'webrtc' }, codecs)).toMatchObject({
    command: 'answer',
    'from-tag': 'xmpp',
    'to-tag': 'sip',
    ICE: 'force',
    flags: expect.arrayContaining(['generate-mid', 'trickle-ICE', 'inject-DTMF']),
  });
  expect(ngRequestOf('c', { kind: 'answer', from: 'xmpp', sdp, to: 'rtp' }, codecs)).toMatchObject({
    'from-tag': 'sip',
    'to-tag': 'xmpp',
    ICE: 'remove',
  });
});

test('ask - a digit is played by the end that it comes from, a call is deleted at once', () => {
  const digit = { kind: 'digit', from: 'xmpp', digit: '5', durationMs: 200 } as const;
  expect(ngRequestOf('c', digit, codecs)).toEqual({
    command: 'play DTMF',
    'call-id': 'c',
    'from-tag': 'xmpp',
    code: '5',
    duration: 200,
    volume: 8,
  });
  expect(ngRequestOf('c', { kind: 'delete' }, codecs)).toEqual({
    command: 'delete',
    'call-id': 'c',
    'delete-delay': 0,
  });
});

test('ask - candidates are a fragment of the party that has them', () => {
  expect(ngRequestOf('c', { kind: 'candidates', from: 'xmpp', sdp }, codecs)).toMatchObject({
    command: 'offer',
    'from-tag': 'xmpp',
    flags: ['fragment'],
  });
});

test('fragment - gets a session part, credentials in each m-line, and the trickle option', () => {
  const bare = [
    ...['a=ice-ufrag:U', 'a=ice-pwd:P', 'm=audio 9 RTP/AVP 0', 'a=mid:0', 'a=candidate:1'],
    ...['m=video 9 RTP/AVP 0', 'a=ice-ufrag:V', 'a=ice-options:trickle renomination'],
  ].join('\n');
  expect(fragmentForRelay(bare).split('\r\n')).toEqual([
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0'],
    ...['m=audio 9 RTP/AVP 0', 'a=mid:0', 'a=candidate:1', 'a=ice-ufrag:U', 'a=ice-pwd:P'],
    'a=ice-options:trickle',
    ...['m=video 9 RTP/AVP 0', 'a=ice-ufrag:V', 'a=ice-pwd:P', 'a=ice-options:trickle renomination', ''],
  ]);
});

test('fragment - a whole one keeps its session part', () => {
  const head = 'v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
  const media =
    'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:U\r\na=ice-pwd:P\r\na=candidate:1\r\n';
  const trickle = 'a=ice-options:trickle\r\n';
  expect(fragmentForRelay(head + media)).toBe(head + media + trickle);
  expect(fragmentForRelay(head + trickle + media)).toBe(head + media + trickle);
  expect(fragmentForRelay('')).toMatch(/^v=0\r\n/);
});

test('SDP for the relay - ICE options of the session stand in each m-line', () => {
  const given = [
    ...['v=0', 's=-', 'a=ice-options:trickle', 'm=audio 9 X 0', 'c=IN IP4 0.0.0.0', 'a=mid:0'],
    ...['m=video 9 X 0', 'a=ice-options:renomination', 'a=mid:1', ''],
  ];
  const told = [
    ...['v=0', 's=-', 'm=audio 9 X 0', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=ice-options:trickle'],
    ...['m=video 9 X 0', 'a=mid:1', 'a=ice-options:renomination trickle', ''],
  ];
  expect(sdpForRelay(given.join('\r\n'))).toBe(told.join('\r\n'));
  const plain = 'v=0\nm=audio 1 RTP/AVP 0\na=ice-options:x\n';
  expect(sdpForRelay(plain)).toBe(plain);
  for (const kind of ['offer', 'answer'] as const) {
    const request = { kind, from: 'xmpp', sdp: given.join('\r\n'), to: 'rtp' } as const;
    expect(ngRequestOf('c', request, codecs)).toMatchObject({ sdp: told.join('\r\n') });
  }
});

test('SDP for a phone - an address of the session stands in each m-line that has none', () => {
  const given = 'v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 1 X 0\r\nm=video 2 X 0\r\nc=IN IP4 192.0.2.2\r\n';
  expect(sdpForPhone(given)).toBe(
    'v=0\r\nm=audio 1 X 0\r\nc=IN IP4 192.0.2.1\r\nm=video 2 X 0\r\nc=IN IP4 192.0.2.2\r\n',
  );
});

test('SDP for a phone - names of m-lines, sources and what is left of ICE go, what phones read stays', () => {
  const kept = [
    ...['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'],
    ...['m=audio 4000 RTP/AVP 8 96', 'b=AS:64', 'a=rtpmap:8 PCMA/8000', 'a=fmtp:96 0-15', 'a=ptime:20'],
    ...['a=maxptime:40', 'a=rtcp:4001', 'a=sendonly', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'],
  ];
  const dropped = [
    ...['a=group:BUNDLE 0', 'a=msid-semantic: WMS *', 'a=mid:0', 'a=ssrc:1 cname:x', 'a=msid:a b'],
    ...['a=extmap:1 urn:x', 'a=candidate:1 1 UDP 1 192.0.2.9 1 typ host', 'a=ice-ufrag:x', 'a=ice-pwd:y'],
    ...['a=fingerprint:sha-256 AA', 'a=setup:active', 'a=rtcp-mux', 'a=end-of-candidates', 'nonsense', ''],
  ];
  const mixed = kept.flatMap((line, at) => [line, ...dropped.slice(at, at + 2)]);
  const [v, o, s, c, ...rest] = kept;
  const moved = [v, o, s, rest[0], rest[1], c, ...rest.slice(2)];
  expect(sdpForPhone(mixed.join('\r\n'))).toBe(moved.map((line) => `${line}\r\n`).join(''));
  expect(sdpForPhone('')).toBe('');
});

test('SDP for a client - sources of the phone go, the rest stays', () => {
  const kept = ['v=0', 't=0 0', 'm=audio 4000 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=setup:active'];
  const sources = ['a=msid-semantic: WMS *', 'a=ssrc:1 cname:x', 'a=ssrc-group:FID 1 2', 'a=msid:a b'];
  const given = [...kept.slice(0, 2), ...sources, ...kept.slice(2), ...sources];
  expect(sdpForClient(given.join('\r\n'))).toBe(kept.map((line) => `${line}\r\n`).join(''));
  expect(sdpForClient('')).toBe('');
});

const FINGERPRINT = 'a=fingerprint:sha-256 AA';
const OPUS = 'a=rtpmap:96 opus/48000/2';
const SLOW = ['a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000'];
const EVENTS = 'a=rtpmap:97 telephone-event/48000';
const SLOW_EVENTS = 'a=rtpmap:101 telephone-event/8000';
const textOfLines = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

test('ask - a WebRTC client gets telephone events at the clock of the first codec alone', () => {
  const head = ['v=0', 't=0 0', FINGERPRINT];
  const given = [
    ...head,
    'm=audio 9 RTP/SAVPF 96 0 97 101',
    OPUS,
    ...SLOW,
    EVENTS,
    SLOW_EVENTS,
    'a=fmtp:101 0-15',
  ];
  const kept = [...head, 'm=audio 9 RTP/SAVPF 96 0 97', OPUS, ...SLOW, EVENTS];
  expect(sdpForClient(textOfLines(given))).toBe(textOfLines(kept));
});

test.each([
  ['none of its clock is there', [FINGERPRINT, 'm=audio 9 RTP/SAVPF 96 101', OPUS, SLOW_EVENTS]],
  ['it is no WebRTC client', ['m=audio 9 RTP/AVP 96 97 101', OPUS, EVENTS, SLOW_EVENTS]],
])('ask - telephone events of all clocks are for a client where %s', (_, lines) => {
  expect(sdpForClient(textOfLines(lines))).toBe(textOfLines(lines));
});

test('ask - of a WebRTC client’s answer the relay gets the codecs of one clock, where events have it', () => {
  const answered = (...lines: string[]) =>
    ngRequestOf('c', { kind: 'answer', from: 'xmpp', sdp: textOfLines(lines), to: 'rtp' }, codecs).sdp;
  const media = [FINGERPRINT, OPUS, ...SLOW, EVENTS];
  expect(answered('v=0', 'm=audio 9 RTP/SAVPF 96 0 8 97', ...media)).toBe(
    textOfLines(['v=0', 'm=audio 9 RTP/SAVPF 96 97', FINGERPRINT, OPUS, EVENTS]),
  );
  const without = ['v=0', 'm=audio 9 RTP/SAVPF 0 96', FINGERPRINT, ...SLOW, OPUS];
  expect(answered(...without)).toBe(textOfLines(without));
});
