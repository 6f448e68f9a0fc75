import { el, NS } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { body, iq, onlinePhone, only, Phone, TERMS, takeToPresence, textOf } from '../testing/phone-world.ts';
import { MAX_RID } from './rid.ts';

const POLLED = { sid: 's1', wait: '0', requests: '1', hold: '0', inactivity: '60', polling: '15' };

test('bosh session - as soon as an answer is there, the server has a request to hold again', () => {
  const { phone, poll } = onlinePhone();
  expect(textOf(poll)).toBe(
    '<body xmlns="http://jabber.org/protocol/httpbind" rid="123461" sid="s1"></body>',
  );
  const presenceOfFriend = el('presence', { xmlns: NS.CLIENT, from: 'romeo@example.org/a' });
  const next = only(phone.answer(poll, body({}, presenceOfFriend)));
  expect(next).toMatchObject({ rid: 123_462, payload: '', timeoutMs: 75_000 });
});

test('bosh session - a request that nobody says anything about goes again when its time and some is over', () => {
  const { phone, poll } = onlinePhone();
  expect(phone.wait(89_999)).toEqual([]);
  expect(phone.wait(1)).toEqual([]);
  expect(phone.wait(1250)).toEqual([{ ...poll, attempt: 2 }]);
});

test('bosh session - an answer to an earlier attempt is an answer; a failure of one is not heard', () => {
  const { phone, poll } = onlinePhone();
  phone.fail(poll, 'timeout');
  const again = only(phone.wait(1250));
  expect(phone.fail(poll, 'timeout')).toEqual([]);
  expect(phone.answer(poll, body({ type: 'error' }))).toEqual([]);
  // The second attempt is under way, and goes on to be.
  expect(phone.wait(10_000)).toEqual([]);
  expect(phone.bosh?.failingSince).toBeDefined();
  expect(phone.bosh?.requests).toHaveLength(1);
  expect(only(phone.answer(poll, body({}))).rid).toBe(poll.rid + 1);
  expect(phone.answer(again, body({}))).toEqual([]);
});

test('bosh session - a rid that the server has forgotten is no lost session, when a later one was sent', () => {
  const { phone, poll } = onlinePhone();
  const busy = only(phone.tell('onthephone'));
  expect(phone.answer(poll, body({ type: 'terminate', condition: 'item-not-found' }))).toEqual([]);
  expect(phone.bosh?.requests).toMatchObject([{ rid: busy.rid }]);
  const other = onlinePhone();
  const done = only(other.phone.tell('onthephone'));
  expect(other.phone.answer(done, body({}))).toEqual([]);
  const asked = other.phone.answer(other.poll, body({ type: 'terminate', condition: 'item-not-found' }));
  expect([...asked, ...other.phone.wait(5000)]).toMatchObject([{ rid: done.rid + 1, payload: '' }]);
  const create = phone.answer(busy, body({ type: 'terminate', condition: 'item-not-found' }));
  expect(phone.bosh?.sid).toBeUndefined();
  expect([...create, ...phone.wait(2000)]).toMatchObject([
    { start: expect.stringContaining('to="example.org"') },
  ]);
});

test('bosh session - what is answered twice, or was never asked, changes nothing', () => {
  const { phone, poll } = onlinePhone();
  const next = only(phone.answer(poll, body({}, el('presence', { xmlns: NS.CLIENT }))));
  const before = phone.session;
  phone.answer(poll, body({ type: 'terminate' }));
  phone.answer(poll, 404);
  phone.fail(poll);
  phone.answer({ ...next, rid: 7 }, body({}));
  expect(phone.session).toEqual(before);
});

test('bosh session - polling: kept alive before the inactivity period is over, no faster than the server lets', () => {
  const phone = new Phone({ hold: 0 });
  const shown = takeToPresence(phone, only(phone.tell('online')), POLLED);
  expect(phone.answer(shown, body({}))).toEqual([]);
  expect(phone.wait(47_999)).toEqual([]);
  const keepAlive = only(phone.wait(1));
  expect(keepAlive.payload).toBe('');
  expect(phone.answer(keepAlive, body({}))).toEqual([]);
  expect(phone.wait(48_000)).toHaveLength(1);
});

test('bosh session - polling: a sign of life of the phone is one of the session, as far as the server lets it', () => {
  const phone = new Phone({ hold: 0 });
  phone.answer(takeToPresence(phone, only(phone.tell('online')), POLLED), body({}));
  expect(phone.wait(14_000)).toEqual([]);
  expect(phone.tell('still-online')).toEqual([]);
  expect(phone.wait(1_000)).toHaveLength(1);
  const busy = new Phone({ hold: 0 });
  busy.answer(takeToPresence(busy, only(busy.tell('online')), POLLED), body({}));
  expect(only(busy.tell('onthephone')).payload).toContain('<show>dnd</show>');
});

test('bosh session - no more requests than the server takes; what is to be said waits for an answer', () => {
  const { phone, poll } = onlinePhone();
  const busy = only(phone.tell('onthephone'));
  expect(phone.bosh?.requests).toHaveLength(2);
  expect(phone.tell('still-online')).toEqual([]);
  expect(phone.tell('onthephone')).toEqual([]);
  expect(phone.tell('still-online')).toEqual([]);
  const back = only(phone.answer(poll, body({})));
  expect(back.payload).not.toContain('<show>');
  expect(phone.answer(busy, body({}))).toEqual([]);
});

test('bosh session - the end of a session may be one request more than that', () => {
  const { phone } = onlinePhone();
  phone.tell('onthephone');
  const end = only(phone.tell('offline'));
  expect(phone.bosh?.requests).toHaveLength(3);
  expect(textOf(end)).toBe(
    '<body xmlns="http://jabber.org/protocol/httpbind" rid="123463" sid="s1" type="terminate"><presence xmlns="jabber:client" type="unavailable"/></body>',
  );
});

test('bosh session - while requests wait to be sent again, nothing new is said', () => {
  const { phone, poll } = onlinePhone();
  phone.fail(poll);
  expect(phone.tell('onthephone')).toEqual([]);
  const again = only(phone.wait(1250));
  expect(only(phone.answer(again, body({}))).payload).toContain('<show>dnd</show>');
});

test('bosh session - IQs are answered in the next request: ping by a result, all else by an error', () => {
  const { phone, poll } = onlinePhone();
  const ping = el(
    'iq',
    { xmlns: NS.CLIENT, type: 'get', id: 'p1', from: 'example.org' },
    el('ping', { xmlns: NS.PING }),
  );
  const version = el(
    'iq',
    { xmlns: NS.CLIENT, type: 'get', id: 'v1', from: 'a@example.org/b' },
    el('query', { xmlns: NS.VERSION }),
  );
  expect(only(phone.answer(poll, body({}, ping, version))).payload).toBe(
    '<iq xmlns="jabber:client" type="result" id="p1" to="example.org"/>' +
      '<iq xmlns="jabber:client" type="error" to="a@example.org/b" id="v1"><error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>',
  );
});

test('bosh session - messages, presence, results and what has no id are read by nobody', () => {
  const { phone, poll } = onlinePhone();
  const stanzas = [
    el('message', { xmlns: NS.CLIENT, from: 'a@example.org' }, el('body', {}, 'Hi')),
    el('presence', { xmlns: NS.CLIENT, from: 'a@example.org' }),
    iq('result', 'x'),
    iq('error', 'x'),
    el('iq', { xmlns: NS.CLIENT, type: 'get' }),
    el('iq', { xmlns: NS.CLIENT, type: 'get', id: 'x'.repeat(257) }),
    el('iq', { xmlns: NS.SASL, type: 'get', id: 'x' }),
  ];
  expect(only(phone.answer(poll, body({}, ...stanzas))).payload).toBe('');
});

test('bosh session - answers are bounded: a flood of IQs has a few', () => {
  const { phone, poll } = onlinePhone();
  const flood = Array.from({ length: 100 }, (_, at) => iq('get', `i${at}`));
  const { payload } = only(phone.answer(poll, body({}, ...flood)));
  expect(String(payload).match(/<iq /g)).toHaveLength(16);
});

test('bosh session - rids rise by one over all sessions of an account', () => {
  const { phone } = onlinePhone();
  phone.answer(only(phone.tell('offline')), body({ type: 'terminate' }));
  only(phone.tell('online'));
  expect(phone.sent.map(({ rid }) => rid)).toEqual(phone.sent.map((_, at) => 123_456 + at));
});

test('bosh session - a session ends before rids are used up, and the next begins with a small one', () => {
  const phone = new Phone({}, { rid: MAX_RID - 2 ** 31 });
  // No session begins so late: there must be room for it.
  expect(only(phone.tell('online')).rid).toBe(123_456);
  const { phone: late, poll } = onlinePhone();
  late.session = JSON.parse(JSON.stringify({ ...late.session, lastRid: MAX_RID - 16 }));
  const end = only(late.answer(poll, body({})));
  expect(end).toMatchObject({ rid: MAX_RID - 15 });
  expect(end.start).toContain('type="terminate"');
  expect(only(late.answer(end, body({ type: 'terminate' }))).rid).toBe(123_456);
});

test('bosh session - the record does not grow with what the server says', () => {
  const { phone, poll } = onlinePhone();
  const size = JSON.stringify(phone.session).length;
  let sent = poll;
  for (let at = 0; at < 50; at++) {
    sent = only(phone.answer(sent, body({ sid: 's1', junk: 'x'.repeat(1000) }, iq('result', `${at}`))));
  }
  expect(JSON.stringify(phone.session).length).toBeLessThan(size + 64);
  expect(TERMS.sid).toBe(phone.bosh?.sid);
});
