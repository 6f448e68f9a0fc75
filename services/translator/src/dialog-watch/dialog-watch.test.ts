import { describe, expect, test } from 'vitest';
import { dialogInfo, PHONE, WatchedPhone } from '../testing/dialogs-world.ts';
import { POLICY } from '../testing/pair-world.ts';

const HOUR_MS = 3_600_000;
const subscribed = (...states: string[]): WatchedPhone => new WatchedPhone().begin(...states);
const told = (phone: WatchedPhone) => phone.session?.told.calls;

describe('dialog watch - begins and ends', () => {
  test('dialog watch - an account is a SUBSCRIBE to the dialogs of its phone, in its own name', () => {
    const phone = new WatchedPhone();
    expect(phone.watch()).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
    expect(phone.request().request).toMatchObject({
      method: 'SUBSCRIBE',
      requestUri: PHONE,
      from: { uri: PHONE },
      to: { uri: PHONE, params: {} },
      cseq: 1,
      contact: { user: '1001' },
      headers: { event: ['dialog'], accept: ['application/dialog-info+xml'], expires: ['3600'] },
    });
  });

  test('dialog watch - the same account again changes nothing while it is watched', () => {
    const phone = subscribed();
    const { session } = phone;
    expect(phone.watch()).toEqual([]);
    expect(phone.session).toEqual(session);
  });

  test('dialog watch - not unless it is configured; what was begun before ends', () => {
    const off = { phones: { ...POLICY.phones, watchDialogs: false } };
    const never = new WatchedPhone(off);
    expect(never.watch()).toEqual([]);
    expect(never.session).toBeUndefined();
    const phone = subscribed('confirmed');
    phone.policy = { ...phone.policy, ...off };
    expect(phone.pass(40)).toEqual(['SUBSCRIBE 0 in server', 'calls 0']);
    phone.answer(200);
    phone.notify('terminated;reason=timeout');
    expect(phone.session).toBeUndefined();
  });

  test('dialog watch - without the account it ends in its dialog, and the last NOTIFY is answered', () => {
    const phone = subscribed('confirmed');
    expect(phone.unwatch()).toEqual(['SUBSCRIBE 0 in server', 'calls 0']);
    expect(phone.request().request).toMatchObject({ cseq: 2, requestUri: 'sip:server@192.0.2.7' });
    expect(phone.answer(200)).toEqual([]);
    expect(phone.notify('terminated;reason=timeout', dialogInfo(['confirmed'], { version: 1 }))).toEqual([
      '200',
      'dialog.ended',
    ]);
    expect(phone.session).toBeUndefined();
  });

  test.each([
    ['no answer', (phone: WatchedPhone) => phone.fail('timeout')],
    ['an error', (phone: WatchedPhone) => phone.answer(481)],
    ['no last NOTIFY', (phone: WatchedPhone) => [...phone.answer(200), ...phone.pass(32)]],
    ['no edge that speaks of it', (phone: WatchedPhone) => phone.pass(40)],
  ])('dialog watch - with %s to its end nothing is left either', (_what, end) => {
    const phone = subscribed();
    phone.unwatch();
    expect(end(phone)).toEqual(['dialog.ended']);
    expect(phone.session).toBeUndefined();
  });

  test('dialog watch - what has no dialog yet is forgotten without the account; its NOTIFY is refused', () => {
    const phone = new WatchedPhone();
    phone.watch();
    expect(phone.unwatch()).toEqual(['dialog.ended']);
    expect(phone.session).toBeUndefined();
    expect(phone.notify('active')).toEqual(['481']);
  });

  test('dialog watch - given again while it ends, it is begun anew', () => {
    const phone = subscribed();
    phone.unwatch();
    expect(phone.watch()).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
    expect(phone.answer(200, {}, {}, 1)).toEqual([]);
    expect(phone.pass(32)).toEqual(['dialog.ended']);
    phone.answer(200);
    expect(phone.notify('active', dialogInfo(['confirmed']))).toContain('200');
    expect(told(phone)).toBe(1);
  });
});

describe('dialog watch - what a document says', () => {
  test.each(['trying', 'proceeding', 'early', 'terminated', 'held'])(
    'dialog watch - %s is no call; confirmed is one',
    (state) => {
      expect(told(subscribed(state))).toBe(0);
      expect(told(subscribed(state, 'confirmed'))).toBe(1);
    },
  );

  test('dialog watch - calls are told with the time for which that is known, and only when it is news', () => {
    const phone = subscribed();
    expect(phone.notify('active;expires=3600', dialogInfo(['confirmed'], { version: 1 }))).toEqual([
      '200',
      `calls 1 for ${HOUR_MS}`,
    ]);
    expect(phone.notify('active;expires=3600', dialogInfo(['confirmed'], { version: 2 }))).toEqual(['200']);
    expect(phone.notify('active;expires=3600', dialogInfo(['terminated'], { version: 3 }))).toEqual([
      '200',
      'calls 0',
    ]);
  });

  test('dialog watch - a full document replaces all, a partial one what it names', () => {
    const phone = subscribed('confirmed@a', 'confirmed@b');
    expect(told(phone)).toBe(2);
    const partial = { version: 1, state: 'partial' };
    phone.notify('active', dialogInfo(['terminated@a', 'early@c'], partial));
    expect(told(phone)).toBe(1);
    phone.notify('active', dialogInfo(['confirmed@c'], { ...partial, version: 2 }));
    expect(told(phone)).toBe(2);
    phone.notify('active', dialogInfo(['confirmed@c'], { version: 3 }));
    expect(told(phone)).toBe(1);
  });

  test('dialog watch - a partial document behind a gap counts, and all is asked for', () => {
    const phone = subscribed('confirmed@a');
    const words = phone.notify('active', dialogInfo(['confirmed@b'], { version: 2, state: 'partial' }));
    expect(words).toEqual(['200', 'SUBSCRIBE 3600 in server', `calls 2 for ${HOUR_MS}`]);
    // What is asked already is not asked twice.
    expect(phone.notify('active', dialogInfo(['early@x'], { version: 4, state: 'partial' }))).toEqual([
      '200',
    ]);
    phone.answer(200, { expires: ['3600'] });
    phone.notify('active', dialogInfo(['confirmed@b'], { version: 5 }));
    expect(told(phone)).toBe(1);
    expect(phone.notify('active', dialogInfo([], { version: 9 }))).toEqual(['200', 'calls 0']);
  });

  test('dialog watch - a partial document as the first is behind a gap', () => {
    const phone = new WatchedPhone();
    phone.watch();
    phone.answer(200);
    expect(phone.notify('active', dialogInfo(['confirmed'], { version: 7, state: 'partial' }))).toContain(
      'SUBSCRIBE 3600 in server',
    );
  });

  test('dialog watch - what is older than what is known changes nothing', () => {
    const phone = new WatchedPhone();
    phone.watch();
    phone.answer(200);
    phone.notify('active', dialogInfo(['confirmed'], { version: 5 }));
    expect(phone.notify('active', dialogInfo([], { version: 4 }))).toEqual(['200']);
    expect(told(phone)).toBe(1);
    // Who does not count is believed.
    phone.notify('active', dialogInfo([]).replace("version='0'", ''));
    expect(told(phone)).toBe(0);
  });

  test.each([
    ['sip:1001@example.net', 1],
    ['sips:1001@EXAMPLE.net', 1],
    ['pres:1001@example.net', 1],
    ['sip:1002@example.net', 0],
    ['sip:1001@example.org', 0],
    ['', 0],
  ])('dialog watch - the entity %j: %i call', (entity, calls) => {
    const phone = new WatchedPhone();
    phone.watch();
    phone.answer(200);
    phone.notify('active', dialogInfo(['confirmed'], { entity }));
    expect(told(phone)).toBe(calls);
  });

  test.each([
    ['no body', undefined, {}],
    ['no document', '<dialog-info/>', {}],
    ['no XML', 'x', {}],
    ['a document type', `<!DOCTYPE d>${dialogInfo([])}`, {}],
    [
      'another type of body',
      undefined,
      { body: { contentType: 'text/plain', content: dialogInfo([]), encoding: 'utf8' } as const },
    ],
    [
      'a body that is no text',
      undefined,
      {
        body: {
          contentType: 'application/dialog-info+xml',
          content: dialogInfo([]),
          encoding: 'base64',
        } as const,
      },
    ],
  ])('dialog watch - a NOTIFY with %s is answered and changes nothing', (_what, document, changes) => {
    const phone = subscribed('confirmed');
    expect(phone.notify('active;expires=3600', document, changes)).toEqual(['200']);
    expect(told(phone)).toBe(1);
  });

  test('dialog watch - while nobody has decided, nothing is believed', () => {
    const phone = new WatchedPhone();
    phone.watch();
    phone.answer(202);
    expect(phone.notify('pending;expires=3600', dialogInfo(['confirmed']))).toEqual(['200']);
    expect(phone.notify('active;expires=3600', dialogInfo(['confirmed']))).toContain(
      `calls 1 for ${HOUR_MS}`,
    );
  });

  test('dialog watch - what is remembered is bounded', () => {
    const phone = subscribed();
    const many = Array.from({ length: 100 }, (_, at) => `confirmed@${'x'.repeat(500)}${at}`);
    phone.notify('active', dialogInfo(many, { version: 1 }));
    for (let at = 0; at < 20; at++) {
      phone.notify('active', dialogInfo([`confirmed@y${at}`], { version: 2 + at, state: 'partial' }));
    }
    expect(JSON.stringify(phone.session).length).toBeLessThan(12_000);
  });
});

describe('dialog watch - several devices', () => {
  test('dialog watch - each that a SUBSCRIBE reached has a dialog of its own (RFC 4235 §3.9)', () => {
    const phone = subscribed('confirmed');
    expect(phone.notify('active;expires=1800', dialogInfo(['confirmed']), { by: 'other' })).toEqual([
      '200',
      `calls 2 for ${HOUR_MS}`,
    ]);
    expect(phone.notify('active', dialogInfo([], { version: 1 }))).toEqual(['200', 'calls 1 for 1800000']);
    expect(phone.passToNext()).toEqual(['SUBSCRIBE 3600 in other']);
    expect(phone.request().request).toMatchObject({ requestUri: 'sip:other@192.0.2.7' });
  });

  test('dialog watch - one that ends is forgotten while another tells', () => {
    const phone = subscribed('confirmed');
    phone.notify('active', dialogInfo(['confirmed']), { by: 'other' });
    expect(phone.notify('terminated;reason=noresource', undefined, { by: 'other' })).toEqual([
      '200',
      `calls 1 for ${HOUR_MS}`,
    ]);
    expect(phone.session).toMatchObject({ retryAt: 0, subscriptions: [{ dialog: { remoteTag: 'server' } }] });
  });

  test('dialog watch - one that is to be made anew is made anew to all', () => {
    const phone = subscribed('confirmed');
    phone.notify('active;expires=3600', dialogInfo([]), { by: 'other' });
    phone.now += 60_000;
    expect(phone.notify('terminated;reason=deactivated', undefined, { by: 'other' })).toEqual([
      '200',
      'SUBSCRIBE 0 in server',
      'dialog.opened',
      'SUBSCRIBE 3600',
    ]);
  });

  test('dialog watch - without the account all of them end', () => {
    const phone = subscribed('confirmed');
    phone.notify('active', dialogInfo([]), { by: 'other' });
    expect(phone.unwatch()).toEqual(['SUBSCRIBE 0 in server', 'SUBSCRIBE 0 in other', 'calls 0']);
    phone.answer(200);
    phone.answer(200, {}, {}, 1);
    phone.notify('terminated', undefined, { by: 'other' });
    expect(phone.notify('terminated')).toEqual(['200', 'dialog.ended']);
    expect(phone.session).toBeUndefined();
  });

  test('dialog watch - one that comes too late, or is one too many, is refused', () => {
    const phone = subscribed();
    for (let at = 1; at < 8; at++) {
      expect(phone.notify('active', dialogInfo([]), { by: `other-${at}` })).toEqual(['200']);
    }
    expect(phone.notify('active', dialogInfo([]), { by: 'one-too-many' })).toEqual(['481']);
    const late = subscribed();
    late.now += 32_000;
    expect(late.notify('active', dialogInfo([]), { by: 'late' })).toEqual(['481']);
  });
});
