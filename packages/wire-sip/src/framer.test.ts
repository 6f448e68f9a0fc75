import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FramerEvent, StreamFramer } from './framer.ts';
import { DEFAULT_SIP_LIMITS } from './limits.ts';
import { ORDINARY_MESSAGES } from './testing/ordinary.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const describeEvent = (event: FramerEvent): string =>
  event.type === 'message'
    ? (decodeUtf8(event.bytes) ?? 'not UTF-8')
    : event.type === 'fault'
      ? `fault ${event.fault.cause} ${event.fault.status}`
      : event.type;

function pushAll(framer: StreamFramer, bytes: Uint8Array, chunkBytes: number): string[] {
  const events: string[] = [];
  for (let i = 0; i < bytes.length; i += chunkBytes) {
    events.push(...framer.push(bytes.subarray(i, i + chunkBytes)).map(describeEvent));
  }
  return events;
}

const HEAD = 'OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nFrom: <sip:a@h>\r\nTo: <sip:b@h>\r\n';
const message = (lines: string, body = ''): string => `${HEAD}${lines}\r\n\r\n${body}`;

test.each([1, 2, 3, 7, 64, 100_000])('framer - whole messages from chunks of %i bytes', (chunkBytes) => {
  const binary = message('Content-Length: 6', '\r\n\r\nüx');
  const all = [...ORDINARY_MESSAGES, binary.slice(0, -1), ...ORDINARY_MESSAGES];
  expect(pushAll(new StreamFramer(), encodeUtf8(all.join('')), chunkBytes)).toEqual(all);
});

const MIXED = encodeUtf8(
  `\r\n\r\n${ORDINARY_MESSAGES.join('\r\n\r\n')}\r\n${message('l: 0')}\r\n\r\n\r\n\r\n${message('X: y')}more`,
);
const MIXED_EVENTS = new StreamFramer().push(MIXED).map(describeEvent);

test('framer - messages, keep-alives and a fault in one chunk', () => {
  expect(MIXED_EVENTS.filter((event) => event === 'keep-alive')).toHaveLength(ORDINARY_MESSAGES.length + 2);
  expect(MIXED_EVENTS.at(-1)).toBe('fault length 400');
});

test('framer - property: the events do not depend on how the stream is cut', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: MIXED.length }), { maxLength: 12 }), (cuts) => {
      const framer = new StreamFramer();
      const edges = [0, ...cuts.sort((left, right) => left - right), MIXED.length];
      const events = edges.flatMap((edge, i) =>
        framer.push(MIXED.subarray(edge, edges[i + 1])).map(describeEvent),
      );
      expect(events).toEqual(MIXED_EVENTS);
    }),
    { numRuns: 100 },
  ));

test('framer - keep-alive and stray CRLF between messages', () => {
  const stream = encodeUtf8(`\r\n\r\n${message('l: 0')}\r\n${message('l: 0')}\r\n\r\n`);
  for (const chunkBytes of [1, 1000]) {
    expect(pushAll(new StreamFramer(), stream, chunkBytes)).toEqual([
      'keep-alive',
      message('l: 0'),
      message('l: 0'),
      'keep-alive',
    ]);
  }
});

test('framer - Content-Length in every spelling', () => {
  for (const line of [
    'l:2',
    'L : 2',
    'content-LENGTH:\t2 ',
    'Content-Length:\r\n 2',
    'l: 2\r\nContent-Length: 02',
  ]) {
    expect(pushAll(new StreamFramer(), encodeUtf8(`${message(line, 'hi')}`), 1000)).toEqual([
      message(line, 'hi'),
    ]);
  }
});

describe('framer - faults end the stream', () => {
  test.each([
    ['no Content-Length', message('X: y'), 'fault length 400'],
    ['one in a folded value only', message('X: y\r\n l: 0'), 'fault length 400'],
    ['two values', message('l: 1\r\nl: 2'), 'fault length 400'],
    ['negative', message('l: -1'), 'fault length 400'],
    ['beyond the limit', message('l: 65536'), 'fault limit 513'],
    ['a head without end', `${HEAD}${'X: y\r\n'.repeat(6000)}`, 'fault limit 513'],
    ['not SIP', '\x16\x03\x01\r\n\r\n', 'fault length undefined'],
    ['a bare CR first', '\rX\r\n\r\n', 'fault length undefined'],
  ])('%s', (_name, text, event) => {
    const framer = new StreamFramer();
    expect(pushAll(framer, encodeUtf8(text), 1000).at(-1)).toBe(event);
    expect(framer.push(encodeUtf8(message('l: 0')))).toEqual([]);
  });

  test('an answerable one has what the answer must echo', () => {
    const [event] = new StreamFramer().push(encodeUtf8(message('X: y')));
    expect(event).toMatchObject({
      fault: { status: 400, answerable: { vias: ['SIP/2.0/TCP h'], from: '<sip:a@h>', to: '<sip:b@h>' } },
    });
  });
});

// Searching from the start again at each byte would take longer than a test may.
test('framer - a long head, byte by byte', () => {
  const stream = encodeUtf8(message(`${'X:\r\n'.repeat(20_000)}l: 40000`, 'x'.repeat(40_000)));
  const framer = new StreamFramer({ ...DEFAULT_SIP_LIMITS, maxHeadBytes: 100_000, maxBytes: 200_000 });
  expect(pushAll(framer, stream, 1)).toHaveLength(1);
});
