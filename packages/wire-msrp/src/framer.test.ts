import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MsrpFramer, type MsrpFramerEvent } from './framer.ts';
import { DEFAULT_MSRP_LIMITS } from './limits.ts';
import { MSRP_SAMPLES } from './testing/samples.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** The chunk as it stood on the wire; what else came, by name. */
function written(event: MsrpFramerEvent): string {
  if (event.type !== 'frame') return event.type;
  const { transactionId, verb, head, body, flag } = event.frame;
  const content = body === undefined ? '' : `\r\n${textOf(body)}\r\n`;
  return `MSRP ${transactionId} ${verb}\r\n${textOf(head)}${content}-------${transactionId}${flag}\r\n`;
}

function pushAll(framer: MsrpFramer, bytes: Uint8Array, chunkBytes: number): string[] {
  const events: string[] = [];
  for (let i = 0; i < bytes.length; i += chunkBytes) {
    events.push(...framer.push(bytes.subarray(i, i + chunkBytes)).map(written));
  }
  return events;
}

/** The one whose body's own CRLF is missing is written with it. */
const AS_WRITTEN = MSRP_SAMPLES.map((text) => text.replace('\r\n\r\n-------e1', '\r\n\r\n\r\n-------e1'));
const STREAM = latin1(MSRP_SAMPLES.join(''));

test.each([1, 2, 3, 7, 64, 100_000])(
  'msrp framer - whole chunks, byte-exact, from pieces of %i bytes',
  (size) => {
    const framer = new MsrpFramer();
    expect(pushAll(framer, STREAM, size)).toEqual(AS_WRITTEN);
    expect(framer.pending).toBe(false);
  },
);

test('msrp framer - property: the chunks do not depend on how the stream is cut', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 12 }), (cuts) => {
      const framer = new MsrpFramer();
      const edges = [0, ...cuts.sort((one, other) => one - other), STREAM.length];
      const events = edges.flatMap((edge, i) =>
        framer.push(STREAM.subarray(edge, edges[i + 1])).map(written),
      );
      expect(events).toEqual(AS_WRITTEN);
    }),
    { numRuns: 200 },
  ));

const chunk = (body: string, id = 'abcd1234'): string =>
  `MSRP ${id} SEND\r\nX: y\r\nContent-Type: a/b\r\n\r\n${body}\r\n-------${id}$\r\n`;

test('msrp framer - property: a body of dashes, line ends and its own id comes out as it went in', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom('-', '-------', '\r', '\n', '\r\n', 'abcd', '1234', 'abcd1234', '$', '+', 'x'),
        {
          maxLength: 30,
        },
      ),
      fc.integer({ min: 1, max: 9 }),
      (parts, size) => {
        const body = parts.join('');
        // An end-line inside the body is one: the sender must choose another id (RFC 4975 §7.1).
        fc.pre(!/(^|\r\n)-------abcd1234[$+#]\r\n/.test(`${body}\r\n`));
        const text = chunk(body) + chunk('next');
        expect(pushAll(new MsrpFramer(), latin1(text), size)).toEqual([chunk(body), chunk('next')]);
      },
    ),
    { numRuns: 500 },
  ));

test.each([1, 5, 1000])(
  'msrp framer - a body over the limit is told once and skipped, in pieces of %i',
  (size) => {
    const framer = new MsrpFramer({ ...DEFAULT_MSRP_LIMITS, maxBodyBytes: 100 });
    const text =
      chunk('a\r\n-------abcd123\r\n'.repeat(50)) + chunk('b'.repeat(100)) + chunk('c'.repeat(101));
    expect(pushAll(framer, latin1(text + chunk('d')), size)).toEqual([
      'oversize',
      chunk('b'.repeat(100)),
      'oversize',
      chunk('d'),
    ]);
  },
);

test('msrp framer - the head of a body that is too large is there to be answered', () => {
  const framer = new MsrpFramer({ ...DEFAULT_MSRP_LIMITS, maxBodyBytes: 10 });
  const [event] = framer.push(latin1(chunk('x'.repeat(40))).subarray(0, 70));
  expect(event).toMatchObject({
    type: 'oversize',
    frame: { transactionId: 'abcd1234', verb: 'SEND', flag: '+' },
  });
});

test('msrp framer - a fault ends the stream', () => {
  const framer = new MsrpFramer();
  expect(framer.push(latin1('GET')).map(({ type }) => type)).toEqual(['fault']);
  expect(framer.push(latin1(chunk('x')))).toEqual([]);
});

// Searching from the start again at each byte, or through what is old, would take longer than a test may.
test('msrp framer - long bodies, byte by byte', () => {
  const framer = new MsrpFramer({ ...DEFAULT_MSRP_LIMITS, maxBodyBytes: 400_000 });
  const hostile = [
    chunk('\r\n-------abcd123'.repeat(10_000)),
    chunk('\r'.repeat(100_000)),
    chunk('-'.repeat(100_000)),
  ];
  expect(pushAll(framer, latin1(hostile.join('')), 1)).toEqual(hostile);
});
