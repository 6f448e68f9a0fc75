import { describe, expect, test } from 'vitest';
import { dialogInfo, WatchedPhone } from '../testing/dialogs-world.ts';

const HOUR_MS = 3_600_000;
const asking = (): WatchedPhone => {
  const phone = new WatchedPhone();
  phone.watch();
  return phone;
};

describe('dialog watch - refresh', () => {
  test('dialog watch - a refresh comes in time, and says for how long calls are known', () => {
    const phone = new WatchedPhone().begin('confirmed');
    expect(phone.wakesInS).toBeGreaterThan(3540 * 0.9);
    expect(phone.wakesInS).toBeLessThanOrEqual(3540);
    const inS = phone.wakesInS;
    expect(phone.passToNext()).toEqual(['SUBSCRIBE 3600 in server']);
    expect(phone.answer(200, { expires: ['3600'] })).toEqual([`calls 1 for ${inS * 1000 + HOUR_MS}`]);
    expect(phone.notify('active;expires=3600', dialogInfo(['confirmed'], { version: 1 }))).toEqual(['200']);
    expect(phone.session?.failures).toBe(0);
  });

  test('dialog watch - phones whose accounts came at once do not refresh at once', () => {
    const phones = Array.from({ length: 8 }, () => new WatchedPhone());
    phones.forEach((phone, at) => {
      for (let events = 0; events < at; events++) phone.handle({ type: 'phone.dialogs.unwatched' });
      phone.begin();
    });
    expect(new Set(phones.map(({ wakesInS }) => wakesInS)).size).toBeGreaterThan(4);
  });

  test('dialog watch - the 2xx and NOTIFY say how long, whichever comes first', () => {
    const first = asking();
    expect(first.notify('active;expires=600', dialogInfo(['confirmed']))).toEqual([
      '200',
      'calls 1 for 600000',
    ]);
    first.answer(200, { expires: ['1200'] });
    expect(first.session?.subscriptions[0]).toMatchObject({ phase: { name: 'settled' } });
    expect(first.wakesInS).toBeLessThanOrEqual(540);
    const unsaid = asking();
    expect(unsaid.notify('active', dialogInfo(['confirmed']))).toEqual(['200', `calls 1 for ${HOUR_MS}`]);
    expect(unsaid.answer(200, { expires: ['300'] })).toEqual(['calls 1 for 300000']);
    const less = new WatchedPhone().begin();
    less.notify('active;expires=120', dialogInfo([], { version: 1 }));
    expect(less.wakesInS).toBeLessThanOrEqual(60);
  });

  test('dialog watch - 423 raises the time, and it is remembered', () => {
    const phone = asking();
    expect(phone.answer(423, { 'min-expires': ['7200'] })).toEqual(['SUBSCRIBE 7200']);
    phone.answer(200, { expires: ['7200'] });
    phone.notify('active', dialogInfo([]));
    expect(phone.passToNext()).toEqual(['SUBSCRIBE 7200 in server']);
  });

  test('dialog watch - a challenge is answered, one redirection followed', () => {
    const phone = new WatchedPhone({ hasCredentials: true });
    phone.watch();
    const challenge = { 'www-authenticate': ['Digest realm="example.net", nonce="n"'] };
    expect(phone.answer(401, challenge)).toEqual(['SUBSCRIBE 3600']);
    expect(phone.request()).toMatchObject({
      request: { cseq: 2 },
      challenges: [{ header: 'www-authenticate' }],
    });
    expect(phone.answer(302, {}, { contacts: [{ uri: 'sip:1001@192.0.2.9', params: {} }] })).toEqual([
      'SUBSCRIBE 3600',
    ]);
    expect(phone.request().request).toMatchObject({ cseq: 3, requestUri: 'sip:1001@192.0.2.9' });
    phone.answer(302, {}, { contacts: [{ uri: 'sip:1001@192.0.2.10', params: {} }] });
    expect(phone.wakesInS).toBe(86_400);
  });
});

describe('dialog watch - SUBSCRIBE fails', () => {
  test.each([403, 603, 405, 489, 501])(
    'dialog watch - %i: nothing is tried until the account is given anew, or the phone signs on',
    (status) => {
      const phone = asking();
      expect(phone.answer(status)).toEqual(['dialog.ended']);
      expect(phone.session).toMatchObject({ refused: String(status), subscriptions: [] });
      expect(phone.pass(1_000_000)).toEqual([]);
      expect(phone.watch()).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
      expect(phone.session?.refused).toBeUndefined();
    },
  );

  test.each([
    ['408', (phone: WatchedPhone) => phone.answer(408), 60],
    ['480 with a time', (phone: WatchedPhone) => phone.answer(480, { 'retry-after': ['20'] }), 20],
    ['503', (phone: WatchedPhone) => phone.answer(503), 60],
    ['silence', (phone: WatchedPhone) => phone.fail('timeout'), 60],
    ['no connection', (phone: WatchedPhone) => phone.fail('transport'), 60],
    ['no edge that speaks of it', (phone: WatchedPhone) => phone.pass(40), 60],
    ['no NOTIFY', (phone: WatchedPhone) => [...phone.answer(200), ...phone.pass(32)], 60],
  ])('dialog watch - %s passes: tried again, ever later', (_what, fail, seconds) => {
    const phone = asking();
    expect(fail(phone)).toEqual(['dialog.ended']);
    expect(phone.wakesInS).toBeGreaterThanOrEqual(seconds);
    expect(phone.wakesInS).toBeLessThanOrEqual(seconds * 1.1);
    expect(phone.pass(seconds * 1.1)).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
    phone.answer(503);
    expect(phone.wakesInS).toBeGreaterThanOrEqual(120);
  });

  test.each([404, 410, 604, 400, 401, 482])(
    'dialog watch - %i will not be better soon: daily, or when the phone signs on',
    (status) => {
      const phone = asking();
      phone.answer(status);
      expect(phone.wakesInS).toBe(86_400);
      expect(phone.watch()).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
    },
  );

  test('dialog watch - 481 to a refresh: the dialog is lost, a new one is made at once', () => {
    const phone = new WatchedPhone().begin('confirmed');
    phone.passToNext();
    expect(phone.answer(481)).toEqual(['dialog.ended', 'dialog.opened', 'SUBSCRIBE 3600']);
    phone.answer(200);
    expect(phone.notify('active', dialogInfo([]))).toEqual(['200', 'calls 0']);
  });

  test('dialog watch - a response to another request changes nothing', () => {
    const phone = asking();
    const before = phone.session;
    const { branch: _, request } = phone.request();
    phone.sent.push({ type: 'sip.request.send', branch: 'z9hG4bK-other', request });
    expect(phone.answer(403)).toEqual([]);
    expect(phone.fail('timeout')).toEqual([]);
    phone.sent.pop();
    expect(phone.answer(100)).toEqual([]);
    expect(phone.session).toEqual(before);
  });
});

describe('dialog watch - NOTIFY ends a subscription', () => {
  test.each([
    'terminated;reason=deactivated',
    'terminated;reason=timeout',
    'terminated',
    'terminated;reason=odd',
  ])(
    'dialog watch - %s: subscribed anew at once; calls are what they were until somebody says otherwise',
    (state) => {
      const phone = new WatchedPhone().begin('confirmed');
      phone.now += 60_000;
      expect(phone.notify(state)).toEqual(['200', 'dialog.ended', 'dialog.opened', 'SUBSCRIBE 3600']);
      expect(phone.session?.told.calls).toBe(1);
      phone.answer(200, { expires: ['3600'] });
      expect(phone.notify('active;expires=3600', dialogInfo(['early']))).toEqual(['200', 'calls 0']);
    },
  );

  test('dialog watch - one that breaks as soon as it is made is made later', () => {
    const phone = new WatchedPhone().begin();
    expect(phone.notify('terminated;reason=timeout')).toContain('SUBSCRIBE 3600');
    phone.answer(200);
    expect(phone.notify('terminated;reason=timeout')).toEqual(['200', 'dialog.ended']);
    expect(phone.wakesInS).toBeGreaterThanOrEqual(120);
  });

  test.each(['probation', 'giveup'])('dialog watch - %s: after its time', (reason) => {
    const phone = new WatchedPhone().begin('confirmed');
    phone.notify(`terminated;reason=${reason};retry-after=90`);
    expect(phone.wakesInS).toBe(90);
    expect(phone.session?.told.calls).toBe(1);
  });

  test.each(['rejected', 'noresource'])(
    'dialog watch - %s: no calls, and nothing is tried until the account is given anew',
    (reason) => {
      const phone = new WatchedPhone().begin('confirmed');
      expect(phone.notify(`terminated;reason=${reason}`)).toEqual(['200', 'dialog.ended', 'calls 0']);
      expect(phone.session?.refused).toBe(reason);
      expect(phone.pass(1_000_000)).toEqual([]);
    },
  );

  test('dialog watch - invariant: what is known counts until its time is over, and nobody asks any more', () => {
    const phone = new WatchedPhone().begin('confirmed');
    expect(phone.notify('terminated;reason=invariant')).toEqual(['200', 'dialog.ended']);
    expect(phone.session).toMatchObject({ refused: 'invariant', told: { calls: 1 } });
  });

  test('dialog watch - the last document counts', () => {
    const phone = new WatchedPhone().begin('confirmed');
    phone.now += 60_000;
    expect(phone.notify('terminated;reason=invariant', dialogInfo([], { version: 1 }))).toEqual([
      '200',
      'calls 0',
      'dialog.ended',
    ]);
  });
});

describe('dialog watch - requests that are refused', () => {
  test.each([
    ['of no subscription', { callId: 'another' }, '481'],
    ['without a From tag', { from: { uri: 'sip:1001@example.net', params: {} } }, '481'],
    ['out of order', { cseq: { number: 0, method: 'NOTIFY' } }, '500'],
    ['of another event', { headers: { event: ['presence'], 'subscription-state': ['active'] } }, '489'],
    ['without a state', { headers: { event: ['dialog'] } }, '400'],
    ['of another method', { method: 'INFO' }, '405'],
    ['of another method outside', { method: 'INFO', to: { uri: 'sip:1001@x', params: {} } }, '481'],
    ['our own that came back', { method: 'SUBSCRIBE' }, '482'],
  ])('dialog watch - a request %s', (_what, changes, status) => {
    const phone = new WatchedPhone().begin('confirmed');
    const before = phone.session;
    expect(phone.notify('active', dialogInfo([]), changes)).toEqual([status]);
    expect(phone.session).toEqual(before);
  });

  test('dialog watch - events that are none of its own change nothing', () => {
    const phone = new WatchedPhone();
    expect(phone.handle({ type: 'call.end.requested' })).toEqual([]);
    expect(phone.handle({ type: 'timer.fired', name: 'dialogs', dueAt: 0 })).toEqual([]);
    expect(phone.session).toBeUndefined();
  });
});
