import { expect, test } from 'vitest';
import {
  body,
  onlinePhone,
  only,
  Phone,
  SECRET,
  takeToPresence,
  terminate,
  URI,
} from '../testing/phone-world.ts';
import { accountOf } from './account.ts';

const imported = (changes: object) =>
  ({ type: 'phone.account.imported', uri: URI, username: 'juliet', secret: SECRET, ...changes }) as const;

test.each([
  ['juliet', '', 'juliet', 'example.org'],
  ['juliet', 'Example.COM', 'juliet', 'example.com'],
  ['romeo@example.net', 'example.com', 'romeo', 'example.net'],
  ['romeo@@example.net', '', 'romeo', 'example.net'],
  [' juliet ', '', 'juliet', 'example.org'],
])('phone account - "%s", with domain "%s" configured, is %s at %s', (username, xmppDomain, user, domain) => {
  const { policy } = new Phone({ xmppDomain });
  expect(accountOf(policy, imported({ username }))).toMatchObject({ username: user, domain });
});

test.each([
  { username: '' },
  { username: '@example.org' },
  { username: 'a@b c' },
  { username: 'juliet', uri: 'no address' },
])('phone account - none: %j', (changes) => {
  const { policy } = new Phone();
  expect(accountOf(policy, imported(changes))).toBeUndefined();
});

test('phone account - it alone makes no traffic', () => {
  const phone = new Phone();
  expect(phone.session).toMatchObject({ state: 'offline', lastRid: 123_455 });
  expect(phone.wait(3_600_000)).toEqual([]);
});

test('phone account - states of phones without one go nowhere', () => {
  const phone = new Phone();
  phone.session = undefined;
  expect(phone.tell('online')).toEqual([]);
  expect([phone.session, phone.dropped]).toEqual([undefined, ['no-account']]);
});

test('phone account - the first rid is that of the row; without one 123456', () => {
  expect(only(new Phone({}, { rid: 5000 }).tell('online')).rid).toBe(5000);
  expect(only(new Phone().tell('online')).rid).toBe(123_456);
  for (const rid of [0, -1]) {
    expect(only(new Phone({}, { rid }).tell('online')).rid).toBe(123_456);
  }
});

test('phone account - random: every session begins at a rid that nobody can foresee, greater than the last', () => {
  const phone = new Phone({ ridStart: 'random' });
  const first = only(phone.tell('online'));
  expect(first.rid).toBeGreaterThan(123_457);
  phone.answer(takeToPresence(phone, first), body({}));
  const last = only(phone.tell('offline'));
  phone.answer(last, terminate());
  const next = only(phone.tell('online'));
  expect(next.rid - last.rid).toBeGreaterThan(1);
  expect(next.rid - last.rid).toBeLessThanOrEqual(2 ** 32);
});

test('phone account - a session of the row is continued: same sid and presence id, next rid', () => {
  const row = { rid: 123_470, sid: 'old', presenceId: 'p7' };
  const phone = new Phone({}, row);
  expect(phone.wait(3_600_000)).toEqual([]);
  const again = only(phone.tell('still-online'));
  expect(again.start).toContain('rid="123471" sid="old"');
  expect(again.payload).toContain('<presence xmlns="jabber:client" id="p7">');
  const gone = new Phone({}, row);
  const end = only(gone.tell('offline'));
  expect(end).toMatchObject({ rid: 123_471 });
  expect(end.start).toContain('sid="old" type="terminate"');
});

test('phone account - a session of the row that is no more is begun anew', () => {
  const phone = new Phone({}, { rid: 123_470, sid: 'old' });
  const create = only(phone.answer(only(phone.tell('onthephone')), terminate('item-not-found')));
  expect(create.rid).toBe(123_472);
  expect(takeToPresence(phone, create).payload).toContain('<show>dnd</show>');
});

test('phone account - a sign-on ends the session of the row', () => {
  const phone = new Phone({}, { rid: 123_470, sid: 'old' });
  const end = only(phone.tell('online'));
  expect(end.start).toContain('sid="old" type="terminate"');
  expect(only(phone.answer(end, terminate('item-not-found'))).start).toContain('to="example.org"');
});

test('phone account - given anew, it leaves a session of the same login alone, and no rid comes twice', () => {
  const { phone } = onlinePhone();
  const { lastRid } = phone.session ?? {};
  expect(phone.import({ rid: 123_456, sid: 'other' })).toEqual([]);
  expect(phone.session).toMatchObject({ lastRid, state: 'online', bosh: { sid: 's1' } });
});

test('phone account - a greater rid of the row is for the next session: one that is there counts on by one', () => {
  const { phone } = onlinePhone();
  const { lastRid = 0 } = phone.session ?? {};
  phone.import({ rid: 500_000 });
  expect(only(phone.tell('onthephone')).rid).toBe(lastRid + 1);
  const offline = new Phone();
  offline.import({ rid: 500_000 });
  expect(only(offline.tell('online')).rid).toBeGreaterThanOrEqual(500_000);
});

test('phone account - another login ends the session of the old one and begins its own', () => {
  const { phone } = onlinePhone();
  const end = only(phone.import({ username: 'romeo@example.net', boshUrl: 'https://example.net/b' }));
  expect(end).toMatchObject({ url: 'https://example.org/http-bind' });
  expect(end.start).toContain('type="terminate"');
  const create = only(phone.answer(end, terminate()));
  expect(create).toMatchObject({ url: 'https://example.net/b' });
  expect(create.start).toContain('to="example.net"');
});

test('phone account - removed: its session ends, then nothing is remembered', () => {
  const { phone } = onlinePhone();
  const end = only(phone.handle({ type: 'phone.account.removed' }));
  expect(end.start).toContain('type="terminate"');
  expect(phone.tell('online')).toEqual([]);
  expect(phone.dropped).toEqual(['no-account']);
  phone.answer(end, terminate());
  expect(phone.session).toBeUndefined();
  const idle = new Phone();
  idle.handle({ type: 'phone.account.removed' });
  expect(idle.session).toBeUndefined();
});

test('phone account - removed and given again before its session has ended: it lives', () => {
  const { phone } = onlinePhone();
  const end = only(phone.handle({ type: 'phone.account.removed' }));
  phone.import();
  phone.answer(end, terminate());
  expect(phone.session).toMatchObject({ state: 'offline' });
  expect(phone.tell('online')).toHaveLength(1);
});

test('phone account - the URL is its own, else its domain’s, else the one for all', () => {
  const policy = { boshUrl: 'https://all.example/b', boshUrls: { 'example.net': 'https://net.example/b' } };
  const urlOf = (account: object) => only(new Phone(policy, account).tell('online')).url;
  expect(urlOf({})).toBe('https://all.example/b');
  expect(urlOf({ username: 'a@example.net' })).toBe('https://net.example/b');
  expect(urlOf({ username: 'a@example.net', boshUrl: 'https://own.example/b' })).toBe(
    'https://own.example/b',
  );
  expect(new Phone({ boshUrl: '' }).tell('online')).toEqual([]);
});

test('phone account - events that are not a phone’s change nothing', () => {
  const { phone } = onlinePhone();
  const before = phone.session;
  phone.handle({ type: 'timer.fired', name: 'other', dueAt: phone.now });
  phone.handle({ type: 'dialog.ended' });
  expect(phone.session).toEqual(before);
});
