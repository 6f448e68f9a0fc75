/**
 * The core for one phone: what is told of it becomes presence in its owner's XMPP account.
 */
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { answered, elapsed, failed } from './bosh-session.ts';
import { closing, connectionDueAt, connectionElapsed, connectionHappened } from './client-connection.ts';
import { givenAnew, newPhone } from './phone-accounts.ts';
import { dialogsCommand } from './phone-dialogs.ts';
import { reported } from './phone-reports.ts';
import type { PhoneSession } from './phone-session.ts';
import { PhoneTurn } from './phone-turn.ts';
import { reconcile, wantedOf } from './reconcile.ts';

export const PHONE_TIMER = 'phone';

const unchanged = (session: PhoneSession | undefined): Step => ({ session, commands: [] });

/** The first time from now on at which something is to be done; infinite: never. */
function nextDeadline(session: PhoneSession): number {
  const { bosh, connection, retryAt } = session;
  if (connection !== undefined) return connectionDueAt(connection);
  if (bosh === undefined) return wantedOf(session) === undefined ? Number.POSITIVE_INFINITY : retryAt;
  let next = bosh.phaseUntil === 0 ? Number.POSITIVE_INFINITY : bosh.phaseUntil;
  for (const { dueAt } of bosh.requests) next = Math.min(next, dueAt);
  return bosh.requests.length === 0 ? Math.min(next, bosh.pollAt) : next;
}

/** The step's result: the timer wakes the record at its next deadline, and is moved only forward in need. */
function finished(turn: PhoneTurn): Step {
  reconcile(turn);
  const { session, commands } = turn;
  const isGone = session.bosh === undefined && session.connection === undefined;
  if (session.isRemoved === true && isGone) return { session: undefined, commands };
  const dueAt = nextDeadline(session);
  if (dueAt === Number.POSITIVE_INFINITY || (session.timerAt !== 0 && session.timerAt <= dueAt)) {
    return { session, commands };
  }
  return {
    session: { ...session, timerAt: dueAt },
    commands: [...commands, { type: 'timer.set', name: PHONE_TIMER, dueAt }],
  };
}

/** Whether the event concerns the phone; what it means is in the turn's record then. */
function isHandled(turn: PhoneTurn): boolean {
  const { event } = turn.input;
  switch (event.type) {
    case 'phone.state.reported':
      reported(turn, event);
      return true;
    case 'phone.account.imported':
      return givenAnew(turn, event);
    case 'phone.account.removed':
      turn.update({ isRemoved: true, inheritedSid: undefined, state: 'offline', calls: 0 });
      return true;
    case 'bosh.request.answered':
      return answered(turn, event);
    case 'bosh.request.failed':
      return failed(turn, event);
    case 'timer.fired':
      if (event.name !== PHONE_TIMER) return false;
      turn.update({ timerAt: 0 });
      if (turn.session.connection === undefined) elapsed(turn);
      else connectionElapsed(turn, turn.session.connection);
      return true;
    case 'phone.connection.taken':
    case 'phone.connection.opened':
    case 'phone.presence.sent':
    case 'phone.connection.closed':
      return connectionHappened(turn, event);
    default:
      return false;
  }
}

function stepped(phones: TranslatorPolicy['phones'], session: PhoneSession | undefined, input: Input): Step {
  const { event } = input;
  if (session === undefined) {
    if (event.type === 'phone.state.reported') return { ...unchanged(session), dropped: 'no-account' };
    if (event.type === 'phone.connection.taken') {
      return { session, commands: [closing(event.connection, input.edge)] };
    }
    return event.type === 'phone.account.imported'
      ? { session: newPhone(phones, event, input.eventId), commands: [] }
      : unchanged(session);
  }
  if (session.isRemoved === true && event.type === 'phone.state.reported') {
    return { ...unchanged(session), dropped: 'no-account' };
  }
  const turn = new PhoneTurn(phones, session, input);
  return isHandled(turn) ? finished(turn) : unchanged(session);
}

/**
 * Handles an event of a `phone:` key. Total: what concerns no request that waits, and no phone that has an account, changes
 * nothing.
 */
export function stepPhone(
  { phones }: Pick<TranslatorPolicy, 'phones'>,
  session: PhoneSession | undefined,
  input: Input,
): Step {
  const step = stepped(phones, session, input);
  const hasAccount = (step.session ?? session) !== undefined && step.dropped === undefined;
  const command = hasAccount ? dialogsCommand(phones, input) : undefined;
  return command === undefined ? step : { ...step, commands: [...step.commands, command] };
}
