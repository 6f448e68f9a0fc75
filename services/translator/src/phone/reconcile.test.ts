import { expect, test } from 'vitest';
import { body, onlinePhone, only, Phone, takeToPresence, terminate, textOf } from '../testing/phone-world.ts';

test('reconcile - on the phone: show and status; back: plain presence, under the same id', () => {
  const { phone, poll } = onlinePhone();
  const id = phone.session?.presenceId;
  const busy = only(phone.tell('onthephone'));
  expect(busy.payload).toBe(
    `<presence xmlns="jabber:client" id="${id}"><show>dnd</show><status>On the phone</status><priority>-1</priority></presence>`,
  );
  phone.answer(poll, body({}));
  expect(only(phone.tell('still-online')).payload).toBe(
    `<presence xmlns="jabber:client" id="${id}"><priority>-1</priority></presence>`,
  );
});

test('reconcile - another id each time where that is configured', () => {
  const { phone, poll } = onlinePhone({ presenceId: 'new' });
  const ids = [phone.sent.find(({ payload }) => String(payload).startsWith('<presence'))?.payload];
  ids.push(only(phone.tell('onthephone')).payload);
  phone.answer(poll, body({}));
  ids.push(only(phone.tell('still-online')).payload);
  const written = ids.map((payload) => / id="([0-9a-f]+)"/.exec(String(payload))?.[1]);
  expect(written.every((id) => id !== undefined)).toBe(true);
  expect(new Set(written).size).toBe(3);
});

test('reconcile - what is shown in a call is the operator’s choice', () => {
  const { phone } = onlinePhone({ onthephoneShow: 'away', onthephoneText: '', priority: 3 });
  expect(only(phone.tell('onthephone')).payload).toMatch(
    /<show>away<\/show><priority>3<\/priority><\/presence>$/,
  );
});

test('reconcile - a sign of life changes nothing that is shown', () => {
  const { phone, poll } = onlinePhone();
  expect([phone.tell('still-online'), phone.tell('refresh'), phone.tell('keep-alive')]).toEqual([[], [], []]);
  phone.answer(poll, body({}));
  phone.tell('onthephone');
  expect([phone.tell('still-onthephone'), phone.tell('keep-alive')]).toEqual([[], []]);
  expect(phone.session?.state).toBe('still-onthephone');
});

test('reconcile - offline: unavailable and the end of the session; no id is left', () => {
  const { phone } = onlinePhone();
  const end = only(phone.tell('offline'));
  expect(textOf(end)).toContain(
    ' type="terminate"><presence xmlns="jabber:client" type="unavailable"/></body>',
  );
  phone.answer(end, terminate());
  expect(phone.session).toMatchObject({ state: 'offline', lastRid: end.rid });
  expect([phone.bosh, phone.session?.presenceId, phone.wait(3_600_000)]).toEqual([undefined, undefined, []]);
});

test('reconcile - offline from a call works', () => {
  const { phone } = onlinePhone();
  phone.tell('onthephone');
  expect(only(phone.tell('offline')).start).toContain('type="terminate"');
});

test('reconcile - signing on again ends the old session and begins a new one', () => {
  const { phone, poll } = onlinePhone();
  const before = phone.session?.presenceId;
  const end = only(phone.tell('online'));
  expect(end.start).toContain('type="terminate"');
  // The request that the server held ends with the session.
  const create = only(phone.answer(poll, terminate()));
  expect(create.start).toContain('to="example.org"');
  expect(phone.answer(end, terminate())).toEqual([]);
  takeToPresence(phone, create);
  expect(phone.session?.presenceId).not.toBe(before);
});

test('reconcile - a call as the first thing that is heard: session and call at once', () => {
  const phone = new Phone();
  const shown = takeToPresence(phone, only(phone.tell('call-start')));
  expect(shown.payload).toContain('<show>dnd</show>');
});

test('reconcile - the newest state wins: what was told while the session began is not shown', () => {
  const phone = new Phone();
  const create = only(phone.tell('online'));
  for (const report of ['onthephone', 'still-online', 'onthephone', 'still-online'] as const) {
    expect(phone.tell(report)).toEqual([]);
  }
  expect(takeToPresence(phone, create).payload).not.toContain('<show>');
});

test('reconcile - offline while the session begins: it ends as soon as it has a name', () => {
  const phone = new Phone();
  const create = only(phone.tell('online'));
  expect(phone.tell('offline')).toEqual([]);
  const end = only(phone.answer(create, body({ sid: 's1' })));
  expect(textOf(end)).toBe(
    '<body xmlns="http://jabber.org/protocol/httpbind" rid="123457" sid="s1" type="terminate"></body>',
  );
});

test('reconcile - offline while nobody answers: nothing is left to be done', () => {
  const phone = new Phone();
  phone.fail(only(phone.tell('online')));
  expect(phone.tell('offline')).toEqual([]);
  expect([phone.bosh, phone.wait(3_600_000)]).toEqual([undefined, []]);
});

test('reconcile - online while the session ends: the new one begins when the old is over', () => {
  const { phone } = onlinePhone();
  const end = only(phone.tell('offline'));
  expect(phone.tell('online')).toEqual([]);
  expect(only(phone.answer(end, terminate())).start).toContain('to="example.org"');
});

test('reconcile - a session that ends and cannot be reached is not waited for', () => {
  const { phone } = onlinePhone();
  const end = only(phone.tell('offline'));
  phone.fail(end);
  expect(only(phone.tell('online')).start).toContain('to="example.org"');
  const { phone: other } = onlinePhone();
  const last = only(other.tell('offline'));
  other.tell('online');
  expect(only(other.fail(last)).start).toContain('to="example.org"');
});

test('reconcile - the end of a session is sent again until the server must have ended it', () => {
  const { phone, poll } = onlinePhone();
  let end = only(phone.tell('offline'));
  phone.answer(poll, body({}));
  let attempts = 1;
  for (let turns = 0; turns < 20 && phone.bosh !== undefined; turns++) {
    phone.fail(end);
    const again = phone.timerAt === undefined ? [] : phone.wait(phone.timerAt - phone.now);
    if (again[0] !== undefined) {
      attempts++;
      expect(again).toEqual([{ ...end, attempt: end.attempt + 1 }]);
      end = again[0];
    }
  }
  expect(phone.bosh).toBeUndefined();
  expect(attempts).toBeGreaterThan(5);
  expect(phone.session?.failures).toBe(0);
});

test('reconcile - a phone that signs on is not made to wait for what went wrong before', () => {
  const { phone, poll } = onlinePhone();
  expect(phone.answer(poll, terminate('policy-violation'))).toEqual([]);
  expect(phone.tell('still-online')).toEqual([]);
  expect(phone.tell('online')).toHaveLength(1);
});
