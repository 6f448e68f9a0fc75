/**
 * RFC 4475 §3.1.2 (invalid messages) and §3.3 (missing or repeated fields).
 */
import { sdpOf, type TortureMessage, torture } from './torture-message.ts';

interface Variation {
  readonly start?: string;
  readonly method?: string;
  readonly drop?: readonly string[];
  readonly add?: readonly string[];
}

/** An INVITE that is sound but for what varies. */
function invite(name: string, owed: TortureMessage['owed'], variation: Variation): TortureMessage {
  const method = variation.method ?? 'INVITE';
  const ordinary = [
    'To: sip:j.user@example.com',
    'From: sip:caller@example.net;tag=134161461246',
    'Max-Forwards: 7',
    `Call-ID: ${name}.0ha0isndaksdjasdf3234nas`,
    `CSeq: 8 ${method}`,
    'Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw',
    'Contact: <sip:caller@host5.example.net>',
    'Content-Type: application/sdp',
    'Content-Length: {n}',
  ];
  const dropped = variation.drop ?? [];
  return torture(
    name,
    owed,
    [
      variation.start ?? `${method} sip:user@example.com SIP/2.0`,
      ...ordinary.filter((line) => !dropped.some((header) => line.startsWith(`${header}:`))),
      ...(variation.add ?? []),
    ],
    sdpOf('192.0.2.15'),
  );
}

const badinv01 = invite('badinv01', 'drop', {
  drop: ['Via', 'Contact'],
  add: ['Via: SIP/2.0/UDP 192.0.2.15;;,;,,', 'Contact: "Joe" <sip:joe@example.org>;;;;'],
});

const scalar02 = torture('scalar02', 400, [
  'REGISTER sip:example.com SIP/2.0',
  'Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3',
  'To: <sip:user@example.com>',
  'From: <sip:user@example.com>;tag=239232jh3',
  'CSeq: 36893488147419103232 REGISTER',
  'Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32',
  'Max-Forwards: 300',
  `Expires: 1${'0'.repeat(100)}`,
  'Contact: <sip:user@host129.example.com>',
  '  ;expires=280297596632815',
  'Content-Length: 0',
]);

const scalarlg = torture('scalarlg', 'drop', [
  'SIP/2.0 503 Service Unavailable',
  'Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129',
  'To: <sip:user@example.com>',
  'From: <sip:other@example.net>;tag=2easdjfejw',
  'CSeq: 9292394834772304023312 OPTIONS',
  'Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r',
  'Retry-After: 949302838503028349304023988',
  'Warning: 1812 overture "In Progress"',
  'Content-Length: 0',
]);

const bigcode = torture('bigcode', 'drop', [
  'SIP/2.0 4294967301 better not break the receiver',
  'Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe',
  'Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i',
  'CSeq: 353494 INVITE',
  'From: <sip:user@example.com>;tag=39ansfi3',
  'To: <sip:user@example.edu>;tag=902jndnke3',
  'Content-Length: 0',
]);

const badvers = torture('badvers', 505, [
  'OPTIONS sip:t.watson@example.org SIP/7.0',
  'Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw',
  'Max-Forwards:     70',
  'From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe',
  'To:      T. Watson <sip:t.watson@example.org>',
  'Call-ID: badvers.31417@c.example.com',
  'CSeq:    1 OPTIONS',
  'l: 0',
]);

const multi01 = invite('multi01', 400, {
  add: [
    'CSeq: 59 INVITE',
    'Call-ID: multi01.98asdh@192.0.2.2',
    'To: sip:other@example.net',
    'From: sip:caller@example.net;tag=2923420123',
    'Contact: <sip:caller@host36.example.net>',
    'Max-Forwards: 5',
  ],
});

/** Messages that must be refused, each with the status that is owed. */
export const TORTURE_INVALID: readonly TortureMessage[] = [
  badinv01,
  invite('clerr', 400, { drop: ['Content-Length'], add: ['Content-Length: 9999'] }),
  invite('ncl', 400, { drop: ['Content-Length'], add: ['Content-Length: -999'] }),
  scalar02,
  scalarlg,
  invite('quotbal', 400, { drop: ['To'], add: ['To: "Mr. J. User <sip:j.user@example.com>'] }),
  invite('ltgtruri', 400, { start: 'INVITE <sip:user@example.com> SIP/2.0' }),
  invite('lwsruri', 400, { start: 'INVITE sip:user@example.com; lr SIP/2.0' }),
  invite('lwsstart', 400, { start: 'INVITE  sip:user@example.com  SIP/2.0' }),
  invite('trws', 400, { start: 'INVITE sip:remote-target@example.com SIP/2.0  ' }),
  invite('escruri', 400, { start: 'INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0' }),
  invite('regbadct', 400, {
    method: 'REGISTER',
    drop: ['Contact'],
    add: ['Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E'],
  }),
  invite('badaspec', 400, { drop: ['To'], add: ['To: "Watson, Thomas" < sip:t.watson@example.org >'] }),
  badvers,
  invite('mismatch01', 400, { start: 'OPTIONS sip:user@example.com SIP/2.0' }),
  invite('mismatch02', 400, { start: 'NEWMETHOD sip:user@example.com SIP/2.0' }),
  bigcode,
  invite('insuf', 400, { drop: ['To', 'From', 'Call-ID'] }),
  multi01,
  invite('mcl01', 400, { drop: ['Content-Length'], add: ['Content-Length: 13', 'Content-Length: 5'] }),
];
