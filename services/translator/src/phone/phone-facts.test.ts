import type { Event, PhoneReport } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { body, onlinePhone, only, Phone, takeToPresence, terminate } from '../testing/phone-world.ts';
import { type PhoneFacts, phoneFacts } from './phone-facts.ts';
import type { PhoneSession } from './phone-session.ts';

/** Facts of what `act` does, as if by an event that is none of a phone's. */
function factsOf(phone: Phone, act: () => unknown): PhoneFacts {
  const before = phone.session as PhoneSession;
  act();
  return phoneFacts(before, phone.session, { type: 'dialog.ended' });
}

test('phone facts - a session is opened, ends, is lost', () => {
  const phone = new Phone();
  const create = only(phone.tell('online'));
  expect(factsOf(phone, () => takeToPresence(phone, create))).toMatchObject({ session: 'opened' });
  expect(factsOf(phone, () => phone.tell('onthephone')).session).toBeUndefined();
  const end = only(phone.tell('offline'));
  expect(factsOf(phone, () => phone.answer(end, terminate()))).toMatchObject({ session: 'ended' });
  const { phone: other, poll } = onlinePhone();
  expect(factsOf(other, () => other.answer(poll, terminate('item-not-found')))).toMatchObject({
    session: 'lost',
  });
});

test('phone facts - an account that is parked is told with its reason, once', () => {
  const { phone, poll } = onlinePhone();
  const facts = factsOf(phone, () => phone.answer(poll, terminate('host-gone')));
  expect(facts).toMatchObject({ session: 'parked', parked: 'address' });
  expect(factsOf(phone, () => phone.tell('still-online')).parked).toBeUndefined();
});

test('phone facts - an account whose phone is removed leaves nothing to tell but the end', () => {
  const { phone } = onlinePhone();
  const end = only(phone.handle({ type: 'phone.account.removed' }));
  expect(factsOf(phone, () => phone.answer(end, body({})))).toMatchObject({ session: 'ended' });
});

test('phone facts - a report of a state that cannot be is told apart', () => {
  const { session } = onlinePhone().phone;
  const reported = (report: PhoneReport): Event => ({
    type: 'phone.state.reported',
    report,
    source: 'command',
  });
  const resultOf = (report: PhoneReport) =>
    phoneFacts(session as PhoneSession, session, reported(report)).report;
  expect(resultOf('still-online')).toBe('taken');
  expect(resultOf('still-onthephone')).toBe('bent');
});
