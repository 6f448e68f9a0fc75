/**
 * Chunks as peers send them, and as nobody should. One character a byte.
 */
const PATHS =
  'To-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\r\nFrom-Path: msrp://alice.example.com:7777/iau39soe2843z;tcp\r\n';

/** What a peer accepts. */
export const MSRP_SAMPLES: readonly string[] = [
  `MSRP d93kswow SEND\r\n${PATHS}Message-ID: 12339sdqwer\r\nByte-Range: 1-16/16\r\nContent-Type: text/plain\r\n\r\nHi, I'm Alice!\r\n\r\n-------d93kswow$\r\n`,
  `MSRP d93kswow 200 OK\r\n${PATHS}-------d93kswow$\r\n`,
  `MSRP dkei38sd REPORT\r\n${PATHS}Message-ID: 12339sdqwer\r\nByte-Range: 1-106/106\r\nStatus: 000 200 OK\r\n-------dkei38sd$\r\n`,
  `MSRP 4564dpWd SEND\r\n${PATHS}Message-ID: 87652491\r\nByte-Range: 1-*/8\r\nSuccess-Report: yes\r\nFailure-Report: no\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\nabcd\r\n-------4564dpWd+\r\n`,
  `MSRP 4565dpWd SEND\r\n${PATHS}Message-ID: 87652491\r\nByte-Range: 5-8/8\r\nFailure-Report: partial\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\nefgh\r\n-------4565dpWd$\r\n`,
  `MSRP e1mpty99 SEND\r\n${PATHS}Message-ID: empty.1\r\nByte-Range: 1-0/0\r\n-------e1mpty99$\r\n`,
  `MSRP e1mpty98 SEND\r\n${PATHS}Message-ID: empty.2\r\nContent-Type: text/plain\r\n\r\n-------e1mpty98$\r\n`,
  `MSRP a=b%c.d-+ SEND\r\nto-path:msrps://[2001:db8::9]:9/s+/=;TCP;a=b\r\nFROM-PATH: MSRPS://u@h.example;tcp msrp://h:1/x;tcp\r\nMessage-ID: 1234\r\nX-Own: \u00c3\u00bc\r\nContent-Type: message/cpim\r\n\r\n\u00ff\u00fe\u0000\r\n-------other$\r\n-------a=b%c.d-\r\n-------a=b%c.d-+x\r\n-------a=b%c.d-+$\r\n`,
  `MSRP d93kswow 413 Message Too Large\r\n${PATHS}-------d93kswow$\r\n`,
  `MSRP 1234 AUTH\r\n${PATHS}-------1234$\r\n`,
  `MSRP gone1234 SEND\r\n${PATHS}Message-ID: gone\r\nByte-Range: 9-*/*\r\nContent-Type: text/plain\r\n\r\n\r\n-------gone1234#\r\n`,
];

/** What a peer refuses, with what is owed: a status, `drop` when nothing is, `close` when the stream cannot go on. */
export const MSRP_TORTURE: readonly (readonly [
  name: string,
  text: string,
  owed: number | 'drop' | 'close',
])[] = [
  ['another protocol', 'GET / HTTP/1.1\r\n\r\n', 'close'],
  ['a TLS hello', '\x16\x03\x01\x00', 'close'],
  ['a transaction id that is too short', `MSRP abc SEND\r\n${PATHS}-------abc$\r\n`, 'close'],
  ['a transaction id that is too long', `MSRP ${'a'.repeat(33)} SEND\r\n`, 'close'],
  ['no verb', 'MSRP abcd\r\n', 'close'],
  ['a bare LF', 'MSRP abcd SEND\n', 'close'],
  ['a bare LF in the head', 'MSRP abcd SEND\r\nTo-Path: x\n', 'close'],
  ['a head without end', `MSRP abcd SEND\r\n${'X: y\r\n'.repeat(2000)}`, 'close'],
  ['a start line without end', `MSRP ${'x'.repeat(9000)}`, 'close'],
  ['no paths', 'MSRP abcd SEND\r\nMessage-ID: 1234\r\n-------abcd$\r\n', 'drop'],
  ['a path that is none', `MSRP abcd SEND\r\nTo-Path: sip:a@b\r\n-------abcd$\r\n`, 'drop'],
  ['a header without colon', `MSRP abcd SEND\r\n${PATHS}nothing\r\n-------abcd$\r\n`, 400],
  ['a header that is not UTF-8', `MSRP abcd SEND\r\n${PATHS}X: \xff\r\n-------abcd$\r\n`, 'drop'],
  [
    'a repeated Message-ID',
    `MSRP abcd SEND\r\n${PATHS}Message-ID: 1111\r\nmessage-id: 2222\r\n-------abcd$\r\n`,
    400,
  ],
  [
    'a body without Message-ID',
    `MSRP abcd SEND\r\n${PATHS}Content-Type: a/b\r\n\r\nx\r\n-------abcd$\r\n`,
    400,
  ],
  [
    'a body without Content-Type',
    `MSRP abcd SEND\r\n${PATHS}Message-ID: 1111\r\n\r\nx\r\n-------abcd$\r\n`,
    400,
  ],
  ['a Byte-Range from 0', `MSRP abcd SEND\r\n${PATHS}Byte-Range: 0-1/1\r\n-------abcd$\r\n`, 400],
  ['a Byte-Range beyond its total', `MSRP abcd SEND\r\n${PATHS}Byte-Range: 1-9/8\r\n-------abcd$\r\n`, 400],
  [
    'a Byte-Range that runs backwards',
    `MSRP abcd SEND\r\n${PATHS}Byte-Range: 5-3/8\r\n-------abcd$\r\n`,
    400,
  ],
  ['a Byte-Range of words', `MSRP abcd SEND\r\n${PATHS}Byte-Range: one\r\n-------abcd$\r\n`, 400],
  [
    'more bytes than the Byte-Range has room for',
    `MSRP abcd SEND\r\n${PATHS}Message-ID: 1111\r\nByte-Range: 1-2/2\r\nContent-Type: a/b\r\n\r\nabc\r\n-------abcd$\r\n`,
    400,
  ],
  [
    'a Failure-Report of another word',
    `MSRP abcd SEND\r\n${PATHS}Failure-Report: maybe\r\n-------abcd$\r\n`,
    400,
  ],
  [
    'the same with Failure-Report no',
    `MSRP abcd SEND\r\n${PATHS}Failure-Report: no\r\nX\r\n-------abcd$\r\n`,
    'drop',
  ],
  ['a REPORT without Status', `MSRP abcd REPORT\r\n${PATHS}Message-ID: 1111\r\n-------abcd$\r\n`, 'drop'],
  ['a response without paths', 'MSRP abcd 200 OK\r\n-------abcd$\r\n', 'drop'],
  ['a method in lower case', `MSRP abcd send\r\n${PATHS}-------abcd$\r\n`, 'drop'],
  ['too many headers', `MSRP abcd SEND\r\n${PATHS}${'X: y\r\n'.repeat(70)}-------abcd$\r\n`, 400],
];
