import { expect, test } from 'vitest';
import { MsrpFramer } from './framer.ts';
import { parseMsrpFrame } from './parse.ts';
import { serializeMsrpRequest, serializeMsrpResponse } from './serialize.ts';
import { MSRP_SAMPLES, MSRP_TORTURE } from './testing/samples.ts';

const ROUNDS = 4000;
const CORPUS = [
  ...[...MSRP_SAMPLES, ...MSRP_SAMPLES, ...MSRP_SAMPLES],
  ...MSRP_TORTURE.map(([, text]) => text.slice(0, 1000)),
];
const SPICES = [
  ...[
    '\r\n',
    '\r',
    '\n',
    '\r\n\r\n',
    '\0',
    '-------',
    '$',
    '+',
    '#',
    ' ',
    ':',
    ';',
    '/',
    '*',
    '1-*/*',
    '\xff',
  ],
  ...['a', 'b', '7', 'XY', '.', '=', '-', ' '],
  ...['MSRP ', 'SEND', 'REPORT', '__proto__', 'Byte-Range: 1-9999999999999999/1', 'Message-ID: x', '[', '@'],
];

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

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 255);

function read(bytes: Uint8Array): unknown[] {
  return new MsrpFramer()
    .push(bytes)
    .map((event) => (event.type === 'frame' ? parseMsrpFrame(event.frame) : event));
}

test('msrp mutation - any bytes yield messages or faults; what is accepted survives being written', () => {
  const next = generator(20_261_126);
  const outcomes = { accepted: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    let text = CORPUS[next(CORPUS.length)] ?? '';
    for (let i = next(2); i >= 0; i--) {
      const at = next(text.length + 1);
      text =
        text.slice(0, at) +
        (SPICES[next(SPICES.length)] ?? '') +
        text.slice(at + (next(3) === 0 ? next(30) : 0));
    }
    const [event] = new MsrpFramer().push(latin1(text));
    if (event?.type !== 'frame') {
      outcomes.refused++;
      continue;
    }
    const result = parseMsrpFrame(event.frame);
    if (!result.ok) {
      expect(result.fault.status === undefined).toBe(result.fault.answerable === undefined);
      outcomes.refused++;
      continue;
    }
    outcomes.accepted++;
    const bytes =
      result.kind === 'request'
        ? serializeMsrpRequest(result.message)
        : serializeMsrpResponse(result.message);
    expect(read(bytes), JSON.stringify(text)).toEqual([result]);
  }
  expect(outcomes.accepted).toBeGreaterThan(ROUNDS / 20);
  expect(outcomes.refused).toBeGreaterThan(ROUNDS / 20);
});
