import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, type OpenStack, openStack, outgoing, textRequest, textResponse } from './testing/index.ts';

let open: OpenStack;

beforeAll(async () => {
  open = await openStack({ strangers: '403' });
  open.user.onRequest = (request) => {
    if (request.method !== 'ACK') open.stack.respond('t', answer(request, 200));
  };
});

afterAll(() => open.close());

const piece = fc.constantFrom(
  ...[
    '\r\n',
    '\r\n\r\n',
    ';',
    ',',
    '<',
    '>',
    '"',
    ':',
    ' ',
    '\0',
    'Via: ',
    'v:',
    'To: ',
    '100',
    '%',
    'sips:',
    'é',
  ],
);
const method = fc.constantFrom('INVITE', 'ACK', 'CANCEL', 'BYE', 'MESSAGE', 'OPTIONS', 'NOTIFY', 'X');
const place = fc.integer({ min: 0, max: 700 });

/** A message with bits of another put into it, or cut out of it. */
const mutated = (message: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(message, fc.array(fc.tuple(place, place, piece), { maxLength: 4 }))
    .map(([text, changes]) =>
      changes.reduce(
        (was, [at, cut, put]) => was.slice(0, at) + put + was.slice(cut % 3 === 0 ? at + (cut % 40) : at),
        text,
      ),
    );

const request = fc
  .record({ method, toTag: fc.option(fc.constantFrom('lt', 'x'), { nil: undefined }), n: fc.nat(20) })
  .map(({ method: name, toTag, n }) =>
    textRequest({ method: name, port: 9, branch: `z9hG4bK-${n}`, callId: `c${n}`, ...(toTag && { toTag }) }),
  );

const response = fc
  .record({ status: fc.integer({ min: 99, max: 700 }), n: fc.nat(20) })
  .map(({ status, n }) =>
    textResponse(textRequest({ method: 'INVITE', port: 9, branch: `z9hG4bK-o${n}` }), status, { toTag: 'r' }),
  );

test('ingress - whatever comes, nothing is thrown and the stack goes on', async () => {
  for (let n = 0; n <= 20; n++) await open.stack.request('t', `z9hG4bK-o${n}`, outgoing('INVITE'));
  await open.peer.rest(5);
  await fc.assert(
    fc.asyncProperty(mutated(fc.oneof(request, response)), async (text) => {
      await open.peer.say(text, open.stack.port);
    }),
    { numRuns: 1500 },
  );
  await open.peer.rest();
  await open.peer.say(
    textRequest({ method: 'MESSAGE', port: open.peer.port, callId: 'last' }),
    open.stack.port,
  );
  expect((await open.peer.rest()).join()).toContain('Call-ID: last');
  expect(open.user.requests.length).toBeGreaterThan(10);
});
