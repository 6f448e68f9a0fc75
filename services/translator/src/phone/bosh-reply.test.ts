import { el, NS } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { body, onlinePhone, only, Phone, takeToPresence, terminate, textOf } from '../testing/phone-world.ts';
import { replyOf, replyOfFailure } from './bosh-reply.ts';

const streamError = (condition: string) =>
  el('error', { xmlns: NS.STREAM }, el(condition, { xmlns: NS.STREAM_ERROR }));
const isCreation = (text: string) => text.includes('to="example.org"');

test('bosh reply - type error: the failed request and all before it go again, byte by byte, at once', () => {
  const { phone, poll } = onlinePhone();
  const busy = only(phone.tell('onthephone'));
  const again = phone.answer(busy, body({ type: 'error' }));
  expect(again).toEqual([
    { ...poll, attempt: 2 },
    { ...busy, attempt: 2 },
  ]);
  expect(phone.answer(again[0] as never, body({}))).toEqual([]);
  expect(phone.answer(again[1] as never, body({}))).toHaveLength(1);
  expect(phone.bosh?.shown).toBe('onthephone');
});

test('bosh reply - an error again and again is no reason to hurry', () => {
  const { phone, poll } = onlinePhone();
  const again = only(phone.answer(poll, body({ type: 'error' })));
  expect(phone.answer(again, body({ type: 'error' }))).toEqual([]);
  expect(phone.wait(1999)).toEqual([]);
  expect(phone.wait(501)).toEqual([{ ...poll, attempt: 3 }]);
});

test.each(['timeout', 'transport', 'tls'] as const)(
  'bosh reply - %s: the same rid and bytes after 1, 2, 4 … s, and a quarter at most',
  (cause) => {
    const { phone, poll } = onlinePhone();
    let sent = poll;
    for (const seconds of [1, 2, 4, 8]) {
      expect(phone.fail(sent, cause)).toEqual([]);
      expect(phone.wait(seconds * 1000 - 1)).toEqual([]);
      const again = only(phone.wait(seconds * 250 + 1));
      expect(again).toEqual({ ...poll, attempt: sent.attempt + 1 });
      sent = again;
    }
    phone.answer(sent, body({}));
    expect(phone.bosh).toMatchObject({ sid: 's1', phase: 'open' });
  },
);

test.each([500, 502, 503, 504, 429, 301])('bosh reply - HTTP %i is no answer: the same again', (status) => {
  const { phone, poll } = onlinePhone();
  expect(phone.answer(poll, status)).toEqual([]);
  expect(phone.wait(1250)).toEqual([{ ...poll, attempt: 2 }]);
});

test('bosh reply - out of reach for the inactivity period: the session is given up, a new one tried for ever', () => {
  const { phone, poll } = onlinePhone();
  const started = phone.now;
  let sent = poll;
  for (let turns = 0; turns < 20 && phone.bosh?.sid !== undefined; turns++) {
    const begun = phone.fail(sent)[0];
    sent = begun ?? phone.wait((phone.timerAt ?? phone.now) - phone.now)[0] ?? sent;
  }
  expect(phone.now - started).toBe(60_000);
  expect(textOf(sent)).toContain('to="example.org"');
  expect(phone.bosh).toMatchObject({ phase: 'creating' });
  for (let turns = 0; turns < 30; turns++) {
    phone.fail(sent);
    const again = only(phone.wait(80_000));
    expect(again).toEqual({ ...sent, attempt: sent.attempt + 1 });
    sent = again;
  }
  takeToPresence(phone, sent);
  expect(phone.bosh?.shown).toBe('available');
});

test.each([
  'item-not-found',
  'other-request',
  'remote-connection-failed',
  'internal-server-error',
  'undefined-condition',
  'never-heard-of',
])('bosh reply - %s: the session is lost, a new one shows the state as it is now', (condition) => {
  const { phone } = onlinePhone();
  const busy = only(phone.tell('onthephone'));
  phone.wait(40_000);
  const id = phone.session?.presenceId;
  const create = only(phone.answer(busy, terminate(condition)));
  expect(isCreation(create.start)).toBe(true);
  expect(takeToPresence(phone, create, { sid: 's2', requests: '2' }).payload).toContain(
    ` id="${id}"><show>dnd</show>`,
  );
});

test('bosh reply - sessions lost again and again are begun anew ever later, until one holds', () => {
  const { phone, poll } = onlinePhone();
  let lost = only(phone.answer(poll, terminate('item-not-found')));
  for (const seconds of [1, 2, 4]) {
    const shown = takeToPresence(phone, lost);
    expect(phone.answer(shown, terminate('item-not-found'))).toEqual([]);
    expect(phone.wait(seconds * 1000 - 1)).toEqual([]);
    lost = only(phone.wait(seconds * 250 + 1));
  }
  const poll2 = only(phone.answer(takeToPresence(phone, lost), body({})));
  phone.wait(30_000);
  phone.answer(poll2, body({}));
  expect(phone.session?.failures).toBe(0);
});

test.each(['bad-request', 'policy-violation', 'system-shutdown'])(
  'bosh reply - %s: a new session, after a delay',
  (condition) => {
    const { phone, poll } = onlinePhone();
    expect(phone.answer(poll, terminate(condition))).toEqual([]);
    expect(phone.wait(9_999)).toEqual([]);
    expect(isCreation(only(phone.wait(1)).start)).toBe(true);
  },
);

test.each(['host-unknown', 'host-gone', 'improper-addressing'])(
  'bosh reply - %s: nothing is tried until the phone signs on, or the account is given anew',
  (condition) => {
    const phone = new Phone();
    phone.answer(only(phone.tell('online')), terminate(condition));
    expect(phone.session).toMatchObject({ parked: 'address', state: 'online' });
    expect([phone.tell('still-online'), phone.wait(3_600_000)]).toEqual([[], []]);
    expect(phone.tell('online')).toHaveLength(1);
    phone.answer(phone.sent.at(-1) as never, terminate(condition));
    expect(phone.import()).toHaveLength(1);
  },
);

test('bosh reply - remote-stream-error with a conflict: somebody else has the resource, nothing is tried', () => {
  const { phone, poll } = onlinePhone();
  phone.answer(poll, terminate('remote-stream-error', streamError('conflict')));
  expect(phone.session).toMatchObject({ parked: 'replaced' });
  expect([phone.tell('still-online'), phone.wait(3_600_000)]).toEqual([[], []]);
  expect(phone.tell('online')).toHaveLength(1);
});

test.each([
  ['internal-server-error', 0],
  ['reset', 0],
  ['system-shutdown', 10_000],
])('bosh reply - remote-stream-error with %s: a new session', (condition, delayMs) => {
  const { phone, poll } = onlinePhone();
  const sent = phone.answer(poll, terminate('remote-stream-error', streamError(condition)));
  expect(sent).toHaveLength(delayMs === 0 ? 1 : 0);
  if (delayMs > 0) expect(phone.wait(delayMs)).toHaveLength(1);
});

test('bosh reply - see-other-uri: there, where it is the same site over TLS', () => {
  const seeOther = (url: string) => terminate('see-other-uri', el('uri', {}, url));
  const { phone, poll } = onlinePhone();
  const create = only(phone.answer(poll, seeOther('https://node2.example.org:5281/bosh')));
  expect(create.url).toBe('https://node2.example.org:5281/bosh');
  takeToPresence(phone, create);
  expect(phone.bosh?.url).toBe('https://node2.example.org:5281/bosh');
  // The next session begins where the operator said.
  const lost = only(phone.answer(phone.sent.at(-1) as never, terminate('item-not-found')));
  expect(lost.url).toBe('https://example.org/http-bind');
});

test.each([
  'https://evil.example/bosh',
  'http://node2.example.org/bosh',
  'https://example.org.evil.example/',
  'https://user@example.org/',
  'javascript:alert(1)',
  '',
])('bosh reply - see-other-uri to "%s" is not followed', (url) => {
  const { phone, poll } = onlinePhone();
  expect(phone.answer(poll, terminate('see-other-uri', el('uri', {}, url)))).toEqual([]);
  expect(only(phone.wait(10_000)).url).toBe('https://example.org/http-bind');
});

test('bosh reply - see-other-uri in a circle ends', () => {
  const phone = new Phone();
  let sent = only(phone.tell('online'));
  for (let hop = 0; hop < 3; hop++) {
    sent = only(
      phone.answer(sent, terminate('see-other-uri', el('uri', {}, `https://n${hop}.example.org/`))),
    );
  }
  expect(phone.answer(sent, terminate('see-other-uri', el('uri', {}, 'https://n9.example.org/')))).toEqual(
    [],
  );
  expect(only(phone.wait(10_000)).url).toBe('https://example.org/http-bind');
});

test('bosh reply - terminate without a condition: a normal end; what the phone says next begins a session', () => {
  const { phone, poll } = onlinePhone();
  expect(phone.answer(poll, terminate())).toEqual([]);
  expect(phone.bosh).toBeUndefined();
  expect(phone.wait(3_600_000)).toEqual([]);
  expect(phone.tell('still-online')).toHaveLength(1);
});

test.each([
  [400, 10_000],
  [403, 10_000],
  [404, 0],
])('bosh reply - HTTP %i of old managers is the condition it stands for', (status, delayMs) => {
  const { phone, poll } = onlinePhone();
  expect(phone.answer(poll, status)).toHaveLength(delayMs === 0 ? 1 : 0);
  if (delayMs > 0) {
    expect(phone.wait(delayMs - 1)).toEqual([]);
    expect(phone.wait(1)).toHaveLength(1);
  }
});

test('bosh reply - an answer that cannot be read loses the session', () => {
  const { phone, poll } = onlinePhone();
  expect(isCreation(only(phone.answer(poll, 200)).start)).toBe(true);
});

test('bosh reply - a lost session is a success for one that ends', () => {
  for (const answer of [
    terminate('item-not-found'),
    terminate(),
    terminate('host-gone'),
    404,
    200,
    body({}),
  ]) {
    const { phone } = onlinePhone();
    phone.answer(only(phone.tell('offline')), answer);
    expect(phone.session).toMatchObject({ state: 'offline', failures: 0 });
    expect([phone.bosh, phone.session?.parked, phone.session?.presenceId]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  }
});

const anyElement = fc.letrec<{ element: unknown }>((tie) => ({
  element: fc.record({
    name: fc.oneof(
      fc.constantFrom('body', 'features', 'iq', 'success', 'failure', 'challenge', 'error', 'uri', 'bind'),
      fc.string(),
    ),
    attrs: fc.dictionary(
      fc.constantFrom(
        'type',
        'condition',
        'sid',
        'xmlns',
        'id',
        'from',
        'wait',
        'hold',
        'requests',
        'polling',
      ),
      fc.oneof(
        fc.constantFrom(
          'terminate',
          'error',
          'result',
          'set',
          'get',
          'bind-0',
          NS.SASL,
          NS.STREAM,
          NS.CLIENT,
        ),
        fc.string(),
      ),
    ),
    children: fc.array(fc.oneof({ depthSize: 'small' }, fc.string(), tie('element')), { maxLength: 4 }),
  }),
})).element;

test('bosh reply - fuzz: whatever is answered, in whatever phase, is one of the cases, and no fault of ours', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          status: fc.oneof(fc.constant(200), fc.integer()),
          body: fc.option(anyElement, { nil: undefined }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      fc.nat(4),
      (answers, steps) => {
        const phone = new Phone();
        phone.tell('online');
        const good = [body({ sid: 's1' })];
        for (let at = 0; at < steps && phone.bosh?.requests[0] !== undefined; at++) {
          const { rid, attempt } = phone.bosh.requests[0];
          phone.handle({
            type: 'bosh.request.answered',
            rid,
            attempt,
            status: 200,
            body: good[at] ?? body({}),
          });
          phone.wait(2000);
        }
        for (const { status, body: element } of answers) {
          const request = phone.bosh?.requests[0] ?? { rid: 1, attempt: 1 };
          phone.handle({
            type: 'bosh.request.answered',
            rid: request.rid,
            attempt: request.attempt,
            status,
            ...(element === undefined ? {} : { body: element as never }),
          });
          phone.wait(5_000);
        }
      },
    ),
    { numRuns: 120 },
  );
});

test('bosh reply - each case of none has its meaning', () => {
  const failed = (cause: 'timeout' | 'secret' | 'unusable') =>
    replyOfFailure({ type: 'bosh.request.failed', rid: 1, attempt: 1, cause });
  expect(failed('timeout')).toEqual({ kind: 'unreached' });
  expect(failed('secret')).toEqual({ kind: 'stopped', why: 'credentials' });
  expect(failed('unusable')).toEqual({ kind: 'lost', again: 'later' });
  expect(replyOf({ type: 'bosh.request.answered', rid: 1, attempt: 1, status: 200, body: body({}) })).toEqual(
    {
      kind: 'body',
      attrs: { xmlns: NS.HTTP_BIND },
      elements: [],
    },
  );
});
