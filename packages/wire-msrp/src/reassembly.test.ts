import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf } from './chunking.ts';
import { MsrpFramer } from './framer.ts';
import type { ContinuationFlag, MsrpRequest } from './message.ts';
import { parseMsrpFrame } from './parse.ts';
import { Reassembly } from './reassembly.ts';
import { endsInside, serializeMsrpRequest } from './serialize.ts';
import { parseMsrpUri } from './uri.ts';
import { encodeUtf8 } from './utf8.ts';

const uri = parseMsrpUri('msrp://h:1/s;tcp')!;
const LIMITS = { maxMessageBytes: 10_000, maxOpenMessages: 4 };

const send = (
  messageId: string,
  body: string | Uint8Array,
  range: { start?: number; total?: number },
  flag: ContinuationFlag,
): MsrpRequest => ({
  transactionId: 'abcd',
  method: 'SEND',
  toPath: [uri],
  fromPath: [uri],
  headers: [],
  messageId,
  byteRange: { start: range.start ?? 1, end: undefined, total: range.total },
  wantsSuccessReport: false,
  failureReport: 'yes',
  contentType: 'text/plain',
  body: typeof body === 'string' ? encodeUtf8(body) : body,
  flag,
});

const run = (chunks: readonly MsrpRequest[], limits = LIMITS): string[] => {
  const reassembly = new Reassembly(limits);
  return chunks.map((chunk) => {
    const result = reassembly.take(chunk, 0);
    return result.type === 'complete' ? new TextDecoder().decode(result.bytes) : result.type;
  });
};

test('reassembly - whole at once, in pieces, empty', () => {
  expect(run([send('m', 'abc', { total: 3 }, '$')])).toEqual(['abc']);
  expect(run([send('m', 'ab', { total: 3 }, '+'), send('m', 'c', { start: 3, total: 3 }, '$')])).toEqual([
    'more',
    'abc',
  ]);
  expect(run([send('m', '', { total: 0 }, '$')])).toEqual(['']);
});

test('reassembly - the last chunk first, a gap, an overlap where the later byte counts', () => {
  expect(run([send('m', 'cd', { start: 3, total: 4 }, '$'), send('m', 'ab', { total: 4 }, '+')])).toEqual([
    'more',
    'abcd',
  ]);
  expect(run([send('m', 'a', { total: 3 }, '+'), send('m', 'c', { start: 3, total: 3 }, '$')])).toEqual([
    'more',
    'more',
  ]);
  expect(run([send('m', 'abX', {}, '+'), send('m', 'cd', { start: 3 }, '$')])).toEqual(['more', 'abcd']);
});

test('reassembly - a message given up is no message, and its id may come again', () => {
  expect(run([send('m', 'a', {}, '+'), send('m', '', { start: 2 }, '#'), send('m', 'b', {}, '$')])).toEqual([
    'more',
    'aborted',
    'b',
  ]);
});

test('reassembly - too large is told at the first chunk, and the rest is ignored', () => {
  expect(
    run([
      send('m', 'a', { total: 10_001 }, '+'),
      send('m', 'b', { start: 2, total: 10_001 }, '+'),
      send('n', 'c', {}, '$'),
    ]),
  ).toEqual(['too-large', 'forgotten', 'c']);
  expect(run([send('m', 'a', { start: 10_001 }, '+')])).toEqual(['too-large']);
});

test('reassembly - open messages and gaps are bounded, and end by time', () => {
  const many = ['1', '2', '3', '4', '5'].map((id) => send(id, 'a', {}, '+'));
  expect(run(many).at(-1)).toBe('full');
  const gaps = Array.from({ length: 70 }, (_, i) => send('m', 'a', { start: 2 + i * 2 }, '+'));
  expect(run(gaps)).toContain('full');
  const reassembly = new Reassembly(LIMITS);
  reassembly.take(send('m', 'a', {}, '+'), 0);
  reassembly.expire(1000, 1000);
  expect(reassembly.openMessages).toBe(1);
  reassembly.expire(1001, 1000);
  expect(reassembly.openMessages).toBe(0);
});

const message = fc.record({
  bytes: fc.uint8Array({ maxLength: 300 }),
  chunkBytes: fc.integer({ min: 1, max: 64 }),
  isTotalKnown: fc.boolean(),
});

/** Chunks of all messages, those of one in order, whose turn it is being drawn. */
function interleaved(lists: MsrpRequest[][], turns: readonly number[]): MsrpRequest[] {
  const out: MsrpRequest[] = [];
  for (let i = 0; lists.some((list) => list.length > 0); i++) {
    const live = lists.filter((list) => list.length > 0);
    const next = live[(turns[i % turns.length] ?? 0) % live.length]?.shift();
    if (next !== undefined) out.push(next);
  }
  return out;
}

const idFor = (body: Uint8Array, at: number): string => {
  for (let i = 0; ; i++) {
    const id = `t${at}.${i}`.padEnd(4, '-');
    if (!endsInside(body, id)) return id;
  }
};

test('reassembly - property: the original bytes, whatever the chunks, their interleaving and the pieces of the stream', () =>
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(10), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      fc.boolean(),
      (messages, turns, pieceBytes, isReversed) => {
        const lists = messages.map(({ bytes, chunkBytes, isTotalKnown }, i) => {
          const chunks = [...chunksOf(bytes, chunkBytes)].map(({ body, byteRange, flag }) =>
            send(
              `m${i}`,
              body,
              { start: byteRange.start, ...(isTotalKnown && { total: bytes.length }) },
              flag,
            ),
          );
          return isReversed && isTotalKnown ? chunks.reverse() : chunks;
        });
        const stream = interleaved(lists, turns).map((chunk, at) =>
          serializeMsrpRequest({ ...chunk, transactionId: idFor(chunk.body!, at) }),
        );
        const framer = new MsrpFramer();
        const reassembly = new Reassembly({ maxMessageBytes: 1000, maxOpenMessages: 4 });
        const whole = new Map<string, Uint8Array>();
        const all = Uint8Array.from(stream.flatMap((bytes) => [...bytes]));
        for (let at = 0; at < all.length; at += pieceBytes) {
          for (const event of framer.push(all.subarray(at, at + pieceBytes))) {
            if (event.type !== 'frame') throw new Error(event.type);
            const parsed = parseMsrpFrame(event.frame);
            if (!parsed.ok || parsed.kind !== 'request') throw new Error('not accepted');
            const result = reassembly.take(parsed.message, 0);
            if (result.type === 'complete') whole.set(parsed.message.messageId!, result.bytes);
          }
        }
        expect(messages.map((_, i) => whole.get(`m${i}`))).toEqual(messages.map(({ bytes }) => bytes));
      },
    ),
    { numRuns: 150 },
  ));
