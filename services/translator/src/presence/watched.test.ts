import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { indexesOf } from '../session-facts.ts';
import { of } from '../testing/pair-world.ts';
import {
  CONTACT,
  notifiesIn,
  type Sent,
  saidIn,
  statusesIn,
  toldBy,
  WATCHER_KEY,
  Watchers,
} from '../testing/watcher-world.ts';

const priority = (n: number) => el('priority', {}, String(n));
const tupleIn = (sent: Sent | undefined) => {
  if (sent === undefined) throw new Error('no NOTIFY was sent');
  return toldBy(sent).document?.tuples.map(({ id, isOpen }) => `${id} ${isOpen ? 'open' : 'closed'}`);
};
const statesIn = (sent: readonly Sent[]) => sent.map((one) => toldBy(one).state);
const ended = (callId = 'call-1') => ({
  type: 'session.notify',
  key: `call:${callId}`,
  event: { type: 'dialog.ended' },
});

describe('watched - SUBSCRIBE', () => {
  test('watched - a new watcher is granted an hour, told that it is pending, and the user is asked', () => {
    const world = new Watchers();
    const commands = world.subscribe({}, { recordRoutes: ['<sip:p.example;lr>'] });
    const [answer] = statusesIn(commands);
    expect(answer).toMatchObject({
      status: 200,
      headers: { expires: ['3600'] },
      contact: { user: 'alice' },
      recordRoutes: ['<sip:p.example;lr>'],
      to: { params: { tag: expect.stringMatching(/^[0-9a-f]{16}$/) } },
    });
    const [notify, ...more] = notifiesIn(commands);
    expect(more).toEqual([]);
    expect(notify?.request).toMatchObject({
      method: 'NOTIFY',
      requestUri: 'sip:romeo@192.0.2.5:5062',
      routes: ['<sip:p.example;lr>'],
      from: { uri: 'sip:alice@example.org', params: answer?.to.params },
      to: { uri: 'sip:romeo@example.net', params: { tag: 'r' } },
      callId: 'call-1',
      cseq: 1,
      contact: { user: 'alice' },
      headers: { event: ['presence'], 'subscription-state': ['pending;expires=3600'] },
    });
    expect(notify?.request.body).toBeUndefined();
    expect(saidIn(commands)).toEqual([`subscribe ${CONTACT}`]);
    expect(of(commands, 'session.notify')).toContainEqual({
      type: 'session.notify',
      key: 'call:call-1',
      event: { type: 'dialog.opened', owner: WATCHER_KEY },
    });
  });

  test.each([
    ['another event', { event: ['presence.winfo'] }, 489, { 'allow-events': ['presence'] }],
    ['no event', { event: [] }, 489, { 'allow-events': ['presence'] }],
    [
      'another format',
      { accept: ['application/xml, text/plain'] },
      406,
      { accept: ['application/pidf+xml'] },
    ],
    ['too short a time', { expires: ['59'] }, 423, { 'min-expires': ['60'] }],
    ['a time that is none', { expires: ['soon'] }, 400, {}],
  ])('watched - %s is refused', (_what, headers, code, expected) => {
    const world = new Watchers();
    const commands = world.subscribe(headers);
    expect(statusesIn(commands)).toMatchObject([{ status: code, headers: expected }]);
    expect(commands).toContainEqual(ended());
    expect(notifiesIn(commands)).toEqual([]);
    expect(world.session).toBeUndefined();
  });

  test.each([
    ['the format', { accept: ['text/plain', 'application/pidf+xml;q=0.5'] }, '3600'],
    ['any format', { accept: ['*/*'] }, '3600'],
    ['an event with an id', { event: ['Presence;id=7'] }, '3600'],
    ['a time', { expires: ['60'] }, '60'],
    ['too long a time', { expires: ['9999999'] }, '86400'],
  ])('watched - %s is taken', (_what, headers, expires) => {
    const commands = new Watchers().subscribe(headers);
    expect(statusesIn(commands)).toMatchObject([{ status: 200, headers: { expires: [expires] } }]);
  });

  test('watched - the event comes back as it was written, with its id (RFC 6665 §4.4)', () => {
    const [notify] = notifiesIn(new Watchers().subscribe({ event: ['presence;id=7'] }));
    expect(notify?.request.headers.event).toEqual(['presence;id=7']);
  });

  test('watched - who is of a domain that no component has may not ask, unless configured so (RFC 8048 §8.1)', () => {
    const from = { uri: 'sip:romeo@evil.example', params: { tag: 'r' } };
    expect(statusesIn(new Watchers().subscribe({}, { from }))).toMatchObject([{ status: 403 }]);
    const open = new Watchers({ foreignWatchers: 'allow' });
    // It is not of this session, though.
    expect(statusesIn(open.subscribe({}, { from }))).toMatchObject([{ status: 400 }]);
  });

  test.each([
    ['another watcher', { from: { uri: 'sip:tybalt@example.net', params: { tag: 'r' } } }],
    ['another user', { requestUri: 'sip:nurse@example.org' }],
    ['nowhere to send to', { contacts: [] }],
  ])('watched - by a Call-ID that is known, %s gets nothing', (_what, changes) => {
    const world = new Watchers();
    world.subscribe();
    const before = world.session;
    const commands = world.subscribe({}, changes);
    expect(statusesIn(commands)).toMatchObject([{ status: 400 }]);
    expect(world.session).toBe(before);
    expect(commands).not.toContainEqual(ended());
  });

  test('watched - the same watcher again, whom our answer did not reach, has one dialog', () => {
    const world = new Watchers();
    world.subscribe();
    const [second] = notifiesIn(world.subscribe({}, { cseq: { number: 2, method: 'SUBSCRIBE' } }));
    expect(world.session?.watched?.dialogs).toHaveLength(1);
    expect(world.session?.watched?.dialogs[0]?.dialog.localTag).toBe(second?.request.from.params.tag);
  });

  test('watched - several dialogs are served each by itself, as many as a person has devices', () => {
    const world = new Watchers();
    for (let i = 0; i < 16; i++) world.subscribe({}, { callId: `c${i}` });
    expect(world.session?.watched?.dialogs).toHaveLength(16);
    expect(statusesIn(world.subscribe({}, { callId: 'c16' }))).toMatchObject([
      { status: 500, headers: { 'retry-after': ['60'] } },
    ]);
    const told = notifiesIn(world.hear('subscribed'));
    // Each has its first NOTIFY under way.
    expect(told).toEqual([]);
  });
});

describe('watched - what the user answers', () => {
  test('watched - subscribed: the watcher is active at once, and told when presence comes', () => {
    const world = new Watchers();
    world.answer(notifiesIn(world.subscribe())[0]);
    const commands = world.hear('subscribed');
    const [active] = notifiesIn(commands);
    expect(active?.request).toMatchObject({
      cseq: 2,
      headers: { 'subscription-state': ['active;expires=3600'] },
    });
    expect(active?.request.body).toBeUndefined();
    expect(saidIn(commands)).toEqual([`probe ${CONTACT}`]);
    world.answer(active);
    expect(notifiesIn(world.hear(undefined, 'balcony'))).toEqual([]);
    const told = notifiesIn(world.pass(100));
    expect(told).toHaveLength(1);
    expect(tupleIn(told[0])).toEqual(['ID-balcony open']);
    // Nothing to say twice.
    expect(world.hear('subscribed')).toEqual([]);
  });

  test('watched - unsubscribed: rejected, and the authorization is forgotten', () => {
    const world = new Watchers();
    world.authorized();
    const commands = world.hear('unsubscribed');
    const [notify] = notifiesIn(commands);
    expect(notify?.request.headers['subscription-state']).toEqual(['terminated;reason=rejected']);
    expect(notify?.request.body).toBeUndefined();
    expect(saidIn(commands)).toEqual([]);
    expect(world.answer(notify)).toEqual([ended()]);
    expect(world.session).toBeUndefined();
    expect(saidIn(world.subscribe())).toEqual([`subscribe ${CONTACT}`]);
  });

  test('watched - no decision: it stays pending, refreshes too, and the user is not asked each time', () => {
    const world = new Watchers();
    const [first] = notifiesIn(world.subscribe());
    world.answer(first);
    world.pass(1_000_000);
    const commands = world.subscribe({}, {}, first);
    expect(statusesIn(commands)).toMatchObject([{ status: 200, headers: { expires: ['3600'] } }]);
    expect(statesIn(notifiesIn(commands))).toEqual(['pending;expires=3600']);
    expect(saidIn(commands)).toEqual([]);
    world.answer(notifiesIn(commands)[0]);
    world.pass(3_000_000);
    const later = world.subscribe({}, { cseq: { number: 101, method: 'SUBSCRIBE' } }, first);
    expect(saidIn(later)).toEqual([`subscribe ${CONTACT}`]);
  });

  test.each([
    ['remote-server-not-found', 'noresource'],
    ['item-not-found', 'noresource'],
    ['service-unavailable', 'rejected'],
    ['not-allowed', 'giveup'],
  ])('watched - the request comes back as %s: %s', (condition, reason) => {
    const world = new Watchers();
    world.answer(notifiesIn(world.subscribe())[0]);
    const commands = world.hear(
      'error',
      '',
      el('error', { type: 'cancel' }, el(condition, { xmlns: NS.STANZA_ERROR })),
    );
    expect(statesIn(notifiesIn(commands))).toEqual([`terminated;reason=${reason}`]);
    world.answer(notifiesIn(commands)[0]);
    expect(world.session).toBeUndefined();
  });

  test('watched - presence of who has not let itself be watched goes nowhere', () => {
    const world = new Watchers();
    world.answer(notifiesIn(world.subscribe())[0]);
    expect(world.hear(undefined, 'balcony')).toEqual([]);
    expect(world.session?.watched?.resources).toEqual([]);
  });

  test('watched - an error when presence is asked for: the user is offline', () => {
    const world = new Watchers();
    world.authorized();
    world.hear(undefined, 'balcony');
    world.answer(notifiesIn(world.pass(200))[0]);
    world.hear('error', '', el('error', { type: 'cancel' }, el('gone', { xmlns: NS.STANZA_ERROR })));
    expect(tupleIn(notifiesIn(world.pass(5_000))[0])).toEqual(['ID-balcony closed']);
  });
});

describe('watched - refresh and end', () => {
  test('watched - a refresh is told what is known, at once, or that nothing is', () => {
    const world = new Watchers();
    const sent = world.authorized();
    const empty = notifiesIn(world.subscribe({ expires: ['600'] }, {}, sent));
    expect(empty).toHaveLength(1);
    expect(empty[0]?.request.body).toBeUndefined();
    expect(statesIn(empty)).toEqual(['active;expires=600']);
    world.answer(empty[0]);
    world.hear(undefined, 'balcony');
    world.answer(notifiesIn(world.pass(100))[0]);
    const contacts = [{ uri: 'sip:romeo@192.0.2.9', params: {} }];
    const again = notifiesIn(
      world.subscribe({}, { contacts, cseq: { number: 101, method: 'SUBSCRIBE' } }, sent),
    );
    expect(tupleIn(again[0])).toEqual(['ID-balcony open']);
    expect(again[0]?.request.requestUri).toBe('sip:romeo@192.0.2.9');
  });

  test.each([
    ['423', { expires: ['1'] }, 423],
    ['489', { event: ['dialog'] }, 489],
  ])(
    'watched - a refresh that cannot be is refused with %s, and the dialog goes on',
    (_what, headers, code) => {
      const world = new Watchers();
      const sent = world.authorized();
      expect(statusesIn(world.subscribe(headers, {}, sent))).toMatchObject([{ status: code }]);
      expect(
        statusesIn(world.subscribe({}, { cseq: { number: 101, method: 'SUBSCRIBE' } }, sent)),
      ).toMatchObject([{ status: 200 }]);
    },
  );

  test('watched - a request of no dialog is refused, one out of order too', () => {
    const world = new Watchers();
    const sent = world.authorized();
    const to = { uri: 'sip:alice@example.org', params: { tag: 'nobody' } };
    expect(statusesIn(world.subscribe({}, { to }))).toMatchObject([{ status: 481 }]);
    world.subscribe({}, {}, sent);
    const old = { cseq: { number: 99, method: 'SUBSCRIBE' } };
    expect(statusesIn(world.subscribe({}, old, sent))).toMatchObject([{ status: 500 }]);
  });

  test.each(['by the watcher', 'unrefreshed'])(
    'watched - a dialog that ends %s: closed, and the contact is unavailable; the authorization stays',
    (how) => {
      const world = new Watchers();
      const sent = world.authorized();
      world.hear(undefined, 'balcony');
      world.answer(notifiesIn(world.pass(100))[0]);
      const commands =
        how === 'unrefreshed' ? world.pass(3_600_000) : world.subscribe({ expires: ['0'] }, {}, sent);
      const [last] = notifiesIn(commands);
      if (how !== 'unrefreshed') {
        expect(statusesIn(commands)).toMatchObject([{ status: 200, headers: { expires: ['0'] } }]);
      }
      expect(statesIn(notifiesIn(commands))).toEqual(['terminated;reason=timeout']);
      expect(tupleIn(last)).toEqual(['ID-balcony closed']);
      expect(saidIn(commands)).toEqual([`unavailable ${CONTACT}`]);
      expect(world.answer(last)).toContainEqual(ended());
      const again = world.subscribe({}, { callId: 'call-2' });
      expect(statesIn(notifiesIn(again))).toEqual(['active;expires=3600']);
      expect(saidIn(again)).toEqual([`probe ${CONTACT}`]);
    },
  );

  test('watched - of a user of whom nothing is known the last word is closed', () => {
    const world = new Watchers();
    const sent = world.authorized();
    const [last] = notifiesIn(world.subscribe({ expires: ['0'] }, {}, sent));
    expect(tupleIn(last)).toEqual(['ID- closed']);
  });

  test('watched - while one device watches, the contact is not unavailable; a device with an instance is by itself', () => {
    const world = new Watchers();
    const sent = world.authorized();
    world.subscribe({}, { callId: 'call-2' });
    const contacts = [{ uri: 'sip:romeo@192.0.2.5;gr=phone', params: {} }];
    const [third] = notifiesIn(world.subscribe({}, { callId: 'call-3', contacts }));
    expect(saidIn(world.subscribe({ expires: ['0'] }, {}, sent))).toEqual([]);
    expect(saidIn(world.subscribe({ expires: ['0'] }, { callId: 'call-3' }, third))).toEqual([
      `unavailable ${CONTACT}/phone`,
    ]);
  });

  test('watched - where the user watches the contact, that says what it is', () => {
    const world = new Watchers();
    const sent = world.authorized();
    if (world.session === undefined) throw new Error('there is no record');
    const watching = { contact: CONTACT, domain: 'sip.example.org', dueAt: 0 } as never;
    world.session = { ...world.session, watching };
    expect(saidIn(world.subscribe({ expires: ['0'] }, {}, sent))).toEqual([]);
  });

  test('watched - an authorization that nobody makes use of is remembered for a week', () => {
    const world = new Watchers();
    const sent = world.authorized();
    world.answer(notifiesIn(world.subscribe({ expires: ['0'] }, {}, sent))[0]);
    expect(indexesOf(world.session as never)).toEqual([]);
    // What the server still tells of the user is let go.
    const before = world.session;
    world.hear(undefined, 'balcony');
    expect(world.session).toBe(before);
    world.pass(604_799_999);
    expect(world.session?.watched?.authorization).toBe('active');
    world.pass(1);
    expect(world.session).toBeUndefined();
  });
});

describe('watched - fetch', () => {
  const fetch = (world: Watchers) => world.subscribe({ expires: ['0'] }, { callId: 'fetch' });

  test('watched - what is known is told at once, and that is all', () => {
    const world = new Watchers();
    world.authorized();
    world.hear(undefined, 'balcony');
    world.answer(notifiesIn(world.pass(100))[0]);
    const commands = fetch(world);
    expect(statusesIn(commands)).toMatchObject([{ status: 200, headers: { expires: ['0'] } }]);
    const [notify] = notifiesIn(commands);
    expect(statesIn(notifiesIn(commands))).toEqual(['terminated;reason=timeout']);
    expect(tupleIn(notify)).toEqual(['ID-balcony open']);
    expect(saidIn(commands)).toEqual([]);
    const after = world.answer(notify);
    expect(after).toEqual([ended('fetch')]);
    expect(world.session?.watched?.dialogs).toHaveLength(1);
  });

  test('watched - what is not known is asked for: all resources that answer', () => {
    const world = new Watchers();
    const commands = fetch(world);
    expect(notifiesIn(commands)).toEqual([]);
    expect(saidIn(commands)).toEqual([`probe ${CONTACT}`]);
    world.hear(undefined, 'balcony', priority(1));
    world.hear(undefined, 'chamber', priority(5));
    const [notify] = notifiesIn(world.pass(100));
    expect(tupleIn(notify)).toEqual(['ID-chamber open', 'ID-balcony open']);
    world.answer(notify);
    expect(world.session).toBeUndefined();
  });

  test('watched - nobody answers: nothing is told, within seconds', () => {
    const world = new Watchers();
    fetch(world);
    const sent = notifiesIn(world.pass(2_000));
    expect(statesIn(sent)).toEqual(['terminated;reason=timeout']);
    expect(sent[0]?.request.body).toBeUndefined();
    world.answer(sent[0]);
    expect(world.session).toBeUndefined();
  });

  test('watched - whom the user does not let see it, is told so', () => {
    const world = new Watchers();
    fetch(world);
    const sent = notifiesIn(world.hear('unsubscribed'));
    expect(statesIn(sent)).toEqual(['terminated;reason=rejected']);
    expect(sent[0]?.request.body).toBeUndefined();
  });
});
