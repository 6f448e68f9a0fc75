/**
 * RFC 5118 (SIP torture tests for IPv6), byte by byte but for the Content-Length of §4.6, §4.8 and §4.9, which the RFC
 * misprints.
 */
import { type TortureMessage, torture } from './torture-message.ts';

const register = (name: string, owed: TortureMessage['owed'], requestUri: string): TortureMessage =>
  torture(name, owed, [
    `REGISTER ${requestUri} SIP/2.0`,
    'To: sip:user@example.com',
    'From: sip:user@example.com;tag=81x2',
    'Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
    'Call-ID: SSG9559905523997077@hlau_4100',
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    'CSeq: 98176 REGISTER',
    'Content-Length: {n}',
  ]);

/** §4.1 to §4.4. */
const references = [
  register('ipv6-good', 'request', 'sip:[2001:db8::10]'),
  register('ipv6-bad', 400, 'sip:2001:db8::10'),
  register('port-ambiguous', 'request', 'sip:[2001:db8::10:5070]'),
  register('port-unambiguous', 'request', 'sip:[2001:db8::10]:5070'),
];

/** §4.5: implementations MUST take both, with the brackets and without. */
const receivedWithDelimiters = torture('via-received-param-with-delim', 'request', [
  'BYE sip:[2001:db8::10] SIP/2.0',
  'To: sip:user@example.com;tag=bd76ya',
  'From: sip:user@example.com;tag=81x2',
  'Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111',
  'Call-ID: SSG9559905523997077@hlau_4100',
  'Max-Forwards: 70',
  'CSeq: 321 BYE',
  'Content-Length: {n}',
]);
const receivedWithoutDelimiters = torture('via-received-param-no-delim', 'request', [
  'OPTIONS sip:[2001:db8::10] SIP/2.0',
  'To: sip:user@example.com',
  'From: sip:user@example.com;tag=81x2',
  'Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3',
  'Call-ID: SSG95523997077@hlau_4100',
  'Max-Forwards: 70',
  'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
  'CSeq: 921 OPTIONS',
  'Content-Length: {n}',
]);

const inviteHead = (via: string, contact: string, cseq: number): readonly string[] => [
  'INVITE sip:user@[2001:db8::10] SIP/2.0',
  'To: sip:user@[2001:db8::10]',
  'From: sip:user@example.com;tag=81x2',
  `Via: SIP/2.0/UDP ${via};branch=z9hG4bKas3-111`,
  'Call-ID: SSG9559905523997077@hlau_4100',
  `Contact: "Caller" <sip:caller@${contact}>`,
  `CSeq: ${cseq} INVITE`,
  'Max-Forwards: 70',
  'Content-Type: application/sdp',
  'Content-Length: {n}',
];

const described = (...lines: readonly string[]): string => [...lines, ''].join('\r\n');

/** §4.6. */
const inSdp = torture(
  'ipv6-in-sdp',
  'request',
  inviteHead('[2001:db8::20]', '[2001:db8::20]', 8612),
  described(
    'v=0',
    'o=assistant 971731711378798081 0 IN IP6 2001:db8::20',
    "s=Live video feed for today's meeting",
    'c=IN IP6 2001:db8::20',
    't=3338481189 3370017201',
    'm=audio 6000 RTP/AVP 2',
    'a=rtpmap:2 G726-32/8000',
    'm=video 6024 RTP/AVP 107',
    'a=rtpmap:107 H263-1998/90000',
  ),
);

/** §4.7. */
const severalInHeaders = torture('mult-ip-in-header', 'request', [
  'BYE sip:user@host.example.net SIP/2.0',
  'Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
  'Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
  'Call-ID: 997077@lau_4100',
  'Max-Forwards: 70',
  'CSeq: 89187 BYE',
  'To: sip:user@example.net;tag=9817--94',
  'From: sip:user@example.com;tag=81x2',
  'Content-Length: {n}',
]);

/** §4.8. */
const severalInSdp = torture(
  'mult-ip-in-sdp',
  'request',
  inviteHead('[2001:db8::9:1]', '[2001:db8::9:1]', 8912),
  described(
    'v=0',
    'o=bob 280744730 28977631 IN IP4 host.example.com',
    's=',
    't=0 0',
    'm=audio 22334 RTP/AVP 0',
    'c=IN IP4 192.0.2.1',
    'm=video 6024 RTP/AVP 107',
    'c=IN IP6 2001:db8::1',
    'a=rtpmap:107 H263-1998/90000',
  ),
);

/** §4.9. */
const mapped = torture(
  'ipv4-mapped-ipv6',
  'request',
  [
    'INVITE sip:user@example.com SIP/2.0',
    'To: sip:user@example.com',
    'From: sip:user@east.example.com;tag=81x2',
    'Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19',
    'Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111',
    'Call-ID: SSG9559905523997077@hlau_4100',
    'Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
    'CSeq: 612 INVITE',
    'Max-Forwards: 70',
    'Content-Type: application/sdp',
    'Content-Length: {n}',
  ],
  described(
    'v=0',
    'o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2',
    's=Call me soon, please!',
    'c=IN IP6 ::ffff:192.0.2.2',
    't=3338481189 3370017201',
    'm=audio 6000 RTP/AVP 2',
    'a=rtpmap:2 G726-32/8000',
    'm=video 6024 RTP/AVP 107',
    'a=rtpmap:107 H263-1998/90000',
  ),
);

/** §4.10: an implementation MUST tolerate both. */
const options = (name: string, host: string): TortureMessage =>
  torture(name, 'request', [
    `OPTIONS sip:user@${host} SIP/2.0`,
    `To: sip:user@${host}`,
    'From: sip:user@example.com;tag=810x2',
    'Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111',
    'Call-ID: G9559905523997077@hlau_4100',
    'CSeq: 689 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: {n}',
  ]);

export const TORTURE_IPV6: readonly TortureMessage[] = [
  ...references,
  receivedWithDelimiters,
  receivedWithoutDelimiters,
  inSdp,
  severalInHeaders,
  severalInSdp,
  mapped,
  options('ipv6-bug-abnf-3-colons', '[2001:db8:::192.0.2.1]'),
  options('ipv6-correct-abnf-2-colons', '[2001:db8::192.0.2.1]'),
];
