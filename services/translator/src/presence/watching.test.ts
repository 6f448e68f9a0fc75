import { describe, expect, test } from 'vitest';
import { CONTACT, DESK, pidf, tuple, USER, Watcher } from '../testing/watching-world.ts';

const SHOWN = `available ${CONTACT}/orchard > ${USER}`;
const HIDDEN = `unavailable ${CONTACT}/orchard > ${USER}`;
const LET = `subscribed ${CONTACT} > ${USER}`;
const REFUSED = `unsubscribed ${CONTACT} > ${USER}`;
const ASKED_BACK = `subscribe ${CONTACT} > ${USER}`;
const CANCELLED = ['dialog.ended', REFUSED, 'presence.refused'];
const OPEN = pidf(tuple('open'));
const DAY_S = 86_400;

/** Waits for the SIP side to decide. */
const pending = (): Watcher => {
  const alice = new Watcher();
  alice.hear('subscribe');
  alice.answer(200, { expires: ['3600'] });
  alice.notify('pending;expires=3600');
  return alice;
};

/** The refresh of a subscription is under way. */
const refreshing = (): Watcher => {
  const alice = new Watcher().watch();
  alice.pass(3540);
  return alice;
};

describe('watching', () => {
  test('watching - subscribe is a SUBSCRIBE for an hour, and its Call-ID ours (RFC 8048 §5.2)', () => {
    const alice = new Watcher();
    expect(alice.hear('subscribe')).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
    expect(alice.sent.request).toMatchObject({
      method: 'SUBSCRIBE',
      requestUri: 'sip:romeo@example.net',
      routes: [],
      from: { uri: 'sip:alice@example.org' },
      to: { uri: 'sip:romeo@example.net', params: {} },
      maxForwards: 70,
      contact: { user: 'alice' },
      headers: { event: ['presence'], accept: ['application/pidf+xml'], expires: ['3600'] },
    });
    expect(new Watcher({ presenceExpiresMs: 600_000 }).hear('subscribe')).toContain('SUBSCRIBE 600');
  });

  test('watching - the resource that asks is the instance in Contact', () => {
    const alice = new Watcher();
    alice.hear('probe', { from: DESK });
    expect(alice.sent.request.contact).toEqual({ user: 'alice', gr: 'desk' });
  });

  test.each([200, 202])('watching - %i is neutral, and so is pending', (status) => {
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.answer(status, { expires: ['3600'] })).toEqual([]);
    expect(alice.notify('pending;expires=3600')).toEqual(['200']);
    expect(alice.notify('pending;expires=3600', OPEN)).toEqual(['200']);
  });

  test('watching - the first active lets the user, asks back, and shows what the body says', () => {
    const alice = pending();
    expect(alice.notify('active;expires=3599', OPEN)).toEqual(['200', LET, ASKED_BACK, SHOWN]);
    expect(alice.notify('active;expires=3598', pidf(tuple('closed')))).toEqual(['200', HIDDEN]);
  });

  test('watching - NOTIFY may come before the 2xx', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['200', LET, ASKED_BACK, SHOWN]);
    expect(alice.answer(200, { expires: ['3600'] })).toEqual([]);
    expect(alice.wakesInS).toBe(3535);
  });

  test('watching - active without a body lets, and shows nothing', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    alice.answer(200, { expires: ['3600'] });
    expect(alice.notify('active;expires=3600')).toEqual(['200', LET, ASKED_BACK]);
    expect(alice.notify('active;expires=3600')).toEqual(['200']);
  });

  test('watching - subscribe again: let and shown at once; while nobody decided nothing', () => {
    expect(new Watcher().watch().hear('subscribe')).toEqual([LET, SHOWN]);
    expect(pending().hear('subscribe')).toEqual([]);
    const early = new Watcher();
    early.hear('subscribe');
    expect(early.hear('subscribe')).toEqual([]);
  });

  test('watching - unsubscribe ends the subscription in its dialog; the 200 is what confirms it', () => {
    const alice = new Watcher().watch();
    expect(alice.hear('unsubscribe')).toEqual(['SUBSCRIBE 0']);
    expect(alice.sent.request).toMatchObject({
      requestUri: 'sip:presence@192.0.2.7',
      routes: ['<sip:192.0.2.1;lr>'],
      to: { params: { tag: 'server' } },
      cseq: 2,
    });
    expect(alice.answer(200)).toEqual([HIDDEN, 'dialog.ended', REFUSED]);
    expect(alice.session).toBeUndefined();
  });

  test('watching - the last NOTIFY may come before the 200, and is answered', () => {
    const alice = new Watcher().watch();
    alice.hear('unsubscribe');
    expect(alice.notify('active;expires=0', pidf(tuple('closed')))).toEqual(['200']);
    expect(alice.notify('terminated;reason=timeout')).toEqual(['200', HIDDEN, 'dialog.ended', REFUSED]);
    expect(alice.answer(200)).toEqual([]);
  });

  test.each([481, 503])('watching - unsubscribe is confirmed whatever SIP says: %i', (status) => {
    const alice = new Watcher().watch();
    alice.hear('unsubscribe');
    expect(alice.hear('unsubscribe')).toEqual([]);
    expect(alice.answer(status)).toContain(REFUSED);
    const silent = new Watcher().watch();
    silent.hear('unsubscribe');
    expect(silent.pass(40)).toContain(REFUSED);
  });

  test('watching - without a dialog unsubscribe is confirmed at once', () => {
    expect(new Watcher().hear('unsubscribe')).toEqual([REFUSED]);
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.hear('unsubscribe')).toEqual(['dialog.ended', REFUSED]);
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['481']);
  });

  test('watching - subscribe after unsubscribe begins anew while the old one ends', () => {
    const alice = new Watcher().watch();
    alice.hear('unsubscribe');
    const old = alice.sent.request.callId;
    expect(alice.hear('subscribe')).toEqual(['dialog.ended', 'dialog.opened', 'SUBSCRIBE 3600']);
    expect(alice.sent.request.callId).not.toBe(old);
    alice.answer(200, { expires: ['3600'] });
    expect(alice.notify('active;expires=3600', OPEN)).toContain(LET);
  });

  test('watching - the last resource leaves: the subscription ends, the authorization stays', () => {
    const alice = new Watcher().watch();
    expect(alice.hear('unavailable', { from: DESK })).toEqual([]);
    expect(alice.hear('unavailable', { from: DESK, isOnline: false })).toEqual(['SUBSCRIBE 0']);
    expect(alice.answer(200)).toEqual([]);
    expect(alice.notify('terminated;reason=timeout', OPEN)).toEqual(['200', 'dialog.ended']);
    expect(alice.session).toBeUndefined();
  });

  test('watching - the user is back while the subscription ends: it begins anew', () => {
    const alice = new Watcher().watch();
    alice.hear('unavailable', { from: DESK, isOnline: false });
    expect(alice.hear(undefined, { from: DESK })).toEqual([
      'dialog.ended',
      'dialog.opened',
      'SUBSCRIBE 3600',
    ]);
    alice.answer(200, { expires: ['3600'] });
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['200', SHOWN]);
  });

  test('watching - a decision is waited for until the subscription ends, though the user is away', () => {
    const alice = pending();
    expect(alice.hear('unavailable', { from: DESK, isOnline: false })).toEqual([]);
    expect(alice.notify('active;expires=3600')).toEqual(['200', LET, ASKED_BACK]);
    expect(alice.pass(3590)).toEqual([]);
    expect(alice.pass(110)).toEqual(['dialog.ended']);
    expect(alice.session).toBeUndefined();
    const back = pending();
    back.hear('unavailable', { from: DESK, isOnline: false });
    back.hear(undefined, { from: DESK });
    expect(back.pass(3540)).toEqual([`probe ${CONTACT} > ${USER}`, 'SUBSCRIBE 3600']);
  });

  test('watching - unavailable of the bare JID is what a server says to a request, too: it is not believed unasked', () => {
    const alice = new Watcher().watch();
    expect(alice.hear('unavailable', { isOnline: false })).toEqual([]);
    expect(alice.pass(3540)).toEqual([`probe ${CONTACT} > ${USER}`, 'SUBSCRIBE 3600']);
  });

  test('watching - an error to our presence is as if the user were away', () => {
    expect(new Watcher().watch().hear('error')).toEqual(['SUBSCRIBE 0']);
  });

  test('watching - answers of the user to its own watchers are another matter', () => {
    const alice = new Watcher().watch();
    const before = alice.session;
    expect([...alice.hear('subscribed'), ...alice.hear('unsubscribed'), ...alice.hear()]).toEqual([]);
    expect(alice.session).toEqual(before);
    expect(new Watcher().hear()).toEqual([]);
  });
});

describe('probes', () => {
  test('probes - what is known is told to who asks, and to nobody else', () => {
    const alice = new Watcher().watch();
    expect(alice.hear('probe', { from: DESK })).toEqual([`available ${CONTACT}/orchard > ${DESK}`]);
  });

  test('probes - of a user who begins a presence session: subscribed anew, for its server says that it is let', () => {
    const alice = new Watcher();
    expect(alice.hear('probe', { from: DESK, isOnline: false })).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
    alice.answer(200, { expires: ['3600'] });
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['200', SHOWN]);
  });

  test('probes - of a user who is not there: the presence of now, once, to who asks (RFC 6665 §4.4.3)', () => {
    const alice = new Watcher();
    expect(alice.hear('probe', { isOnline: false })).toEqual(['dialog.opened', 'SUBSCRIBE 0']);
    expect(alice.answer(200)).toEqual([]);
    expect(alice.notify('terminated;reason=timeout', OPEN)).toEqual(['200', SHOWN, 'dialog.ended']);
    expect(alice.session).toBeUndefined();
  });

  test('probes - who is not let hears so', () => {
    const alice = new Watcher();
    alice.hear('probe', { isOnline: false });
    expect(alice.notify('terminated;reason=rejected')).toEqual(['200', ...CANCELLED]);
    const forbidden = new Watcher();
    forbidden.hear('probe', { isOnline: false });
    expect(forbidden.answer(403)).toEqual(CANCELLED);
    const online = new Watcher();
    online.hear('probe', { from: DESK });
    expect(online.answer(403)).toEqual(CANCELLED);
  });

  test('probes - when nothing can be fetched the contact is unavailable', () => {
    const gone = `unavailable ${CONTACT} > ${USER}`;
    const alice = new Watcher();
    alice.hear('probe', { isOnline: false });
    expect(alice.answer(480)).toEqual([gone, 'dialog.ended']);
    alice.hear('probe', { isOnline: false });
    alice.answer(200);
    expect(alice.pass(32)).toEqual([gone, 'dialog.ended']);
    expect(alice.session).toBeUndefined();
  });

  test('probes - while a subscription is under way they wait for it; while none is to be, the contact is unavailable', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.hear('probe', { from: DESK })).toEqual([]);
    alice.answer(503);
    expect(alice.hear('probe', { from: DESK })).toEqual([`unavailable ${CONTACT} > ${DESK}`]);
  });

  test('probes - who has unsubscribed is told nothing, though the end of it is not confirmed', () => {
    const alice = new Watcher().watch();
    alice.hear('unsubscribe');
    expect(alice.hear('probe', { from: DESK })).toEqual([]);
  });

  test('probes - a fetch makes way for a subscription', () => {
    const alice = new Watcher();
    alice.hear('probe', { isOnline: false });
    expect(alice.hear(undefined, { from: DESK })).toEqual([
      'dialog.ended',
      'dialog.opened',
      'SUBSCRIBE 3600',
    ]);
  });
});

describe('refresh', () => {
  test.each([
    ['3600', 3540],
    ['600', 540],
    ['100', 50],
    ['60', 30],
    ['1', 30],
  ])('refresh - of %s seconds after %i, and five before it the user is probed', (expires, seconds) => {
    const alice = new Watcher().watch(OPEN, expires);
    expect(alice.wakesInS).toBe(seconds - 5);
    expect(alice.pass(seconds - 1)).toEqual([`probe ${CONTACT} > ${USER}`]);
    expect(alice.pass(1)).toEqual(['SUBSCRIBE 3600']);
    expect(alice.sent.request).toMatchObject({ to: { params: { tag: 'server' } }, cseq: 2 });
  });

  test.each([
    ['600', 535],
    ['7200', 3535],
    [undefined, 3535],
  ])('refresh - what the 2xx grants counts, but no more than was asked for: %s', (expires, seconds) => {
    const alice = new Watcher();
    alice.hear('subscribe');
    alice.answer(200, expires === undefined ? {} : { expires: [expires] });
    alice.notify('active');
    expect(alice.wakesInS).toBe(seconds);
  });

  test('refresh - NOTIFY may say that there is less time', () => {
    const alice = new Watcher().watch();
    alice.notify('active;expires=200');
    expect(alice.wakesInS).toBe(135);
    alice.notify('active;expires=3600');
    expect(alice.wakesInS).toBe(135);
  });

  test('refresh - not for a user who, probed, turns out to be away', () => {
    const alice = new Watcher().watch();
    alice.pass(3536);
    expect(alice.hear('unavailable', { isOnline: false })).toEqual(['SUBSCRIBE 0']);
  });

  test('refresh - what did not change is not told again, and so it goes on', () => {
    const alice = refreshing();
    expect(alice.answer(200, { expires: ['3600'] })).toEqual([]);
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['200']);
    expect(alice.pass(3540)).toEqual([`probe ${CONTACT} > ${USER}`, 'SUBSCRIBE 3600']);
  });

  test('refresh - 423 raises the time, and it is remembered', () => {
    const alice = new Watcher({ presenceExpiresMs: 600_000 });
    alice.hear('subscribe');
    expect(alice.answer(423, { 'min-expires': ['1800'] })).toEqual(['SUBSCRIBE 1800']);
    expect(alice.sent.request.cseq).toBe(2);
    alice.answer(200, { expires: ['1800'] });
    alice.notify('active;expires=1800');
    expect(alice.pass(1740)).toContain('SUBSCRIBE 1800');
  });

  test.each([[{}], [{ 'min-expires': ['10'] }], [{ 'min-expires': ['9999999'] }]])(
    'refresh - 423 with %j is no reason to ask again',
    (headers) => {
      const alice = new Watcher();
      alice.hear('subscribe');
      expect(alice.answer(423, headers)).toEqual(['dialog.ended']);
      expect(alice.wakesInS).toBe(DAY_S);
    },
  );
});
