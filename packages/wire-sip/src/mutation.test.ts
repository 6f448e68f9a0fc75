import { SipRequest, SipResponse } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { StreamFramer } from './framer.ts';
import { parseSipMessage } from './parse.ts';
import { serializeFault, serializeMessage } from './serialize.ts';
import { ORDINARY_MESSAGES } from './testing/ordinary.ts';
import { TORTURE_INVALID } from './testing/torture-invalid.ts';
import { TORTURE_VALID } from './testing/torture-valid.ts';
import { withoutNul } from './testing/without-nul.ts';
import { decodeLatin1, encodeUtf8 } from './utf8.ts';

const ROUNDS = 5_000;
const CORPUS = [
  ...ORDINARY_MESSAGES.map(encodeUtf8),
  ...[...TORTURE_VALID, ...TORTURE_INVALID].map(({ bytes }) => bytes),
];
const SPICES = [
  ...[
    '\r\n',
    '\r',
    '\n',
    '\r\n ',
    '\r\n\r\n',
    '\0',
    '"',
    '\\',
    '<',
    '>',
    ',',
    ';',
    ':',
    '@',
    '=',
    '%',
    '%00',
    ' ',
    '\t',
  ],
  ...[
    '__proto__',
    'Via: ',
    'l: 4294967296\r\n',
    'CSeq: 0 X\r\n',
    'ü',
    '[',
    ']',
    '?',
    '*',
    'SIP/2.0',
    'z9hG4bK',
    ';;',
  ],
].map(encodeUtf8);

/** xorshift32: the same mutations on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const tail = bytes.subarray(Math.min(bytes.length, at + remove));
  const out = new Uint8Array(at + insert.length + tail.length);
  out.set(bytes.subarray(0, at));
  out.set(insert, at);
  out.set(tail, at + insert.length);
  return out;
}

function mutate(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  let out = bytes;
  for (let i = 0; i <= next(2); i++) {
    const at = next(out.length + 1);
    const other = CORPUS[next(CORPUS.length)] ?? out;
    const from = next(other.length);
    const inserts = [
      new Uint8Array([next(256)]),
      SPICES[next(SPICES.length)] ?? out,
      other.subarray(from, from + next(60)),
      new Uint8Array(0),
    ];
    out = splice(out, at, next(3) === 0 ? next(40) : next(2), inserts[next(4)] ?? out);
  }
  return out;
}

function checkOne(bytes: Uint8Array): 'accepted' | 'refused' {
  const result = parseSipMessage(bytes);
  if (!result.ok) {
    expect(result.fault.status === undefined).toBe(result.fault.answerable === undefined);
    serializeFault(result.fault, { toTag: 't' });
    return 'refused';
  }
  const again = parseSipMessage(serializeMessage(result.message));
  expect(withoutNul(again)).toEqual(withoutNul(result));
  return 'accepted';
}

test('mutation - any bytes yield a message or a fault; what is accepted survives being written', () => {
  const next = generator(20_240_607);
  const outcomes = { accepted: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(CORPUS[round % CORPUS.length] ?? new Uint8Array(), next);
    try {
      outcomes[checkOne(bytes)]++;
    } catch (error) {
      throw new Error(`round ${round}: ${JSON.stringify(decodeLatin1(bytes))}`, { cause: error });
    }
  }
  expect(outcomes.accepted).toBeGreaterThan(ROUNDS / 10);
  expect(outcomes.refused).toBeGreaterThan(ROUNDS / 10);
});

test('mutation - what is accepted fits the contract', () => {
  const next = generator(77);
  let checked = 0;
  for (let round = 0; round < 600; round++) {
    const result = parseSipMessage(mutate(CORPUS[round % CORPUS.length] ?? new Uint8Array(), next));
    if (!result.ok) continue;
    const schema = result.kind === 'request' ? SipRequest : SipResponse;
    expect(schema.safeParse(JSON.parse(JSON.stringify(result.message))).success).toBe(true);
    checked++;
  }
  expect(checked).toBeGreaterThan(60);
});

test('mutation - the framer takes any stream', () => {
  const next = generator(5);
  let messages = 0;
  for (let round = 0; round < 1500; round++) {
    const framer = new StreamFramer();
    for (let chunk = 0; chunk < 3; chunk++) {
      const events = framer.push(mutate(CORPUS[next(CORPUS.length)] ?? new Uint8Array(), next));
      messages += events.filter(({ type }) => type === 'message').length;
    }
  }
  expect(messages).toBeGreaterThan(500);
});

const UNLIMITED = {
  maxBytes: 1e6,
  maxHeadBytes: 1e6,
  maxLineChars: 1e6,
  maxHeaders: 1e6,
  maxVias: 1e6,
  maxListElements: 1e6,
  maxUriChars: 1e6,
};

// Anything but linear time would take longer than a test may.
test('mutation - hostile sizes', () => {
  const head = 'OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n';
  const repeat = (part: string) => part.repeat(Math.floor(100_000 / part.length));
  const hostile = [
    ...[' ', ';a', ',', '"', '<', '\\', '\r\n ', ';a=', '%00', '<sip:a@b>,', '"\\'].map(
      (part) => `${head}Contact: ${repeat(part)}`,
    ),
    ...['a', '%41', ';a=1', ':', '@', '[', '&a=b', '?'].map(
      (part) => `OPTIONS sip:a@h${repeat(part)}% SIP/2.0`,
    ),
    `${head}${repeat('\r\n')}`,
    `${head}${repeat('v: SIP/2.0/UDP h\r\n')}`,
    `${head}${repeat('x\r\n')}`,
  ];
  for (const text of hostile) {
    expect(parseSipMessage(encodeUtf8(`${text}\r\n\r\n`), UNLIMITED).ok).toBe(false);
  }
});
