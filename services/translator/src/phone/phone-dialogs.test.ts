import { brandAor, type Event, keyOfPhone, type PhoneReport } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import type { Step } from '../step.ts';
import { NOW, POLICY } from '../testing/pair-world.ts';
import { SECRET, URI } from '../testing/phone-world.ts';
import type { PhoneSession } from './phone-session.ts';
import { stepPhone } from './step-phone.ts';

const imported = {
  type: 'phone.account.imported',
  uri: URI,
  username: 'juliet',
  secret: SECRET,
} as const;
const reported = (report: PhoneReport): Event => ({
  type: 'phone.state.reported',
  report,
  source: 'command',
});

function stepped(session: PhoneSession | undefined, event: Event, watchDialogs = true): Step {
  const key = keyOfPhone(brandAor(URI));
  const input = { key, now: NOW, eventId: 'e1', edge: 'edge-1', event };
  return stepPhone({ phones: { ...POLICY.phones, watchDialogs } }, session, input);
}

const sessionOf = (step: Step): PhoneSession => {
  if (step.session?.kind !== 'phone') throw new Error('no phone');
  return step.session;
};

/** What is told to the record of the phone's dialogs. */
const toldIn = ({ commands }: Step) =>
  commands.flatMap((command) =>
    command.type === 'session.notify' ? [`${command.key} ${command.event.type}`] : [],
  );

test('phone dialogs - are watched from when the account comes until it goes', () => {
  const first = stepped(undefined, imported);
  expect(toldIn(first)).toEqual([`dialogs:${URI} phone.dialogs.watched`]);
  const phone = sessionOf(first);
  expect(toldIn(stepped(phone, imported))).toEqual([`dialogs:${URI} phone.dialogs.watched`]);
  expect(toldIn(stepped(phone, { type: 'phone.account.removed' }))).toEqual([
    `dialogs:${URI} phone.dialogs.unwatched`,
  ]);
});

test.each(['sign-on', 'online'] as const)(
  'phone dialogs - are asked for when the phone is back: %s',
  (report) => {
    const phone = sessionOf(stepped(undefined, imported));
    expect(toldIn(stepped(phone, reported(report)))).toEqual([`dialogs:${URI} phone.dialogs.watched`]);
  },
);

test.each(['refresh', 'still-online', 'onthephone', 'call-start', 'call-end', 'offline'] as const)(
  'phone dialogs - %s says nothing of them',
  (report) => {
    const phone = sessionOf(stepped(undefined, imported));
    expect(toldIn(stepped(phone, reported(report)))).toEqual([]);
  },
);

test('phone dialogs - are nobody’s business without an account, and unless configured', () => {
  expect(toldIn(stepped(undefined, reported('sign-on')))).toEqual([]);
  expect(toldIn(stepped(undefined, { ...imported, username: '' }))).toEqual([]);
  const phone = sessionOf(stepped(undefined, imported));
  expect(toldIn(stepped({ ...phone, isRemoved: true }, reported('sign-on')))).toEqual([]);
  expect(toldIn(stepped(undefined, imported, false))).toEqual([]);
  expect(toldIn(stepped(phone, { type: 'phone.account.removed' }, false))).toEqual([]);
});
