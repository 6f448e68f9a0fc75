/**
 * The core for the dialogs of one phone: its SIP server is asked for them as long as the phone has an account, and what it
 * tells is told on, beside what is published of the phone. RFC 4235.
 */
import type { Command } from '@stoxgate/contracts';
import { tagOf } from '../call/dialog.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { type DialogWatch, liveIn, type WatchedDialogs } from './dialog-watch.ts';
import { DialogsTurn } from './dialogs-turn.ts';
import { tell } from './tell-calls.ts';
import { subscribeFailed, watchAnswered, watchFailed } from './watch-answered.ts';
import { watchNotified } from './watch-notified.ts';
import { begin, leaveAll, refresh } from './watch-subscription.ts';

export const DIALOGS_TIMER = 'dialogs';

const NOTHING: DialogWatch = {
  kind: 'dialogs',
  subscriptions: [],
  retryAt: 0,
  failures: 0,
  told: { calls: 0, until: 0 },
  timerAt: 0,
};

/** The phone has an account, or has signed on: what rests or waits is tried now. */
function wanted(turn: DialogsTurn): void {
  if (!turn.policy.phones.watchDialogs) return;
  const { isRemoved, ...watch } = turn.watch;
  if (isRemoved === true) turn.replace(watch);
  if (liveIn(watch).length > 0) return;
  turn.update({ failures: 0 });
  begin(turn);
}

function unwanted(turn: DialogsTurn): void {
  turn.update({ isRemoved: true, retryAt: 0 });
  leaveAll(turn);
}

function onDue(turn: DialogsTurn, one: WatchedDialogs): void {
  if (one.phase.name === 'settled') refresh(turn, one);
  else subscribeFailed(turn, one, 408);
}

function elapsed(turn: DialogsTurn): void {
  turn.update({ timerAt: 0 });
  if (!turn.policy.phones.watchDialogs && turn.watch.isRemoved !== true) unwanted(turn);
  const due = turn.watch.subscriptions.filter(({ phase }) => phase.until <= turn.now);
  for (const one of due) if (turn.watch.subscriptions.includes(one)) onDue(turn, one);
  const { retryAt } = turn.watch;
  if (retryAt !== 0 && retryAt <= turn.now) begin(turn);
}

function stepped(turn: DialogsTurn): void {
  const { event } = turn.input;
  switch (event.type) {
    case 'phone.dialogs.watched':
      wanted(turn);
      break;
    case 'phone.dialogs.unwatched':
      unwanted(turn);
      break;
    case 'dialog.request.received': {
      const { edge, request } = event;
      if (request.method === 'NOTIFY') watchNotified(turn, edge, request);
      // Our own that come back are a loop (RFC 3261 §16.3).
      else if (request.method === 'SUBSCRIBE') turn.respond(edge, request, 482, turn.derive(8));
      else {
        const status = tagOf(request.to) === '' ? 481 : 405;
        turn.respond(edge, request, status, turn.derive(8), { headers: { allow: ['NOTIFY'] } });
      }
      break;
    }
    case 'sip.response.received':
      watchAnswered(turn, event);
      break;
    case 'sip.request.failed':
      watchFailed(turn, event);
      break;
    case 'timer.fired':
      elapsed(turn);
      break;
  }
}

/** Ends the step: one timer wakes the record at its next deadline, and is moved only forward in need. */
function finished(turn: DialogsTurn): Step {
  tell(turn);
  const { watch, commands } = turn;
  const { subscriptions, retryAt, timerAt } = watch;
  if (watch.isRemoved === true && subscriptions.length === 0) return { session: undefined, commands };
  const deadlines = [...subscriptions.map(({ phase }) => phase.until), retryAt].filter((at) => at > 0);
  const dueAt = Math.min(...deadlines);
  if (deadlines.length === 0 || (timerAt !== 0 && timerAt <= dueAt)) return { session: watch, commands };
  const timer: Command = { type: 'timer.set', name: DIALOGS_TIMER, dueAt };
  return { session: { ...watch, timerAt: dueAt }, commands: [...commands, timer] };
}

/** Handles an event of a `dialogs:` key. Total: what concerns no subscription changes nothing. */
export function stepDialogs(policy: TranslatorPolicy, session: DialogWatch | undefined, input: Input): Step {
  const turn = new DialogsTurn(policy, session ?? NOTHING, input);
  stepped(turn);
  const isSame =
    turn.watch === (session ?? NOTHING) || (session === undefined && liveIn(turn.watch).length === 0);
  return isSame ? { session, commands: turn.commands } : finished(turn);
}
