/**
 * The SUBSCRIBEs to a phone's dialogs: to begin, to refresh, to leave; and when the next one is due. RFC 6665 §4.1.2.
 */
import { dialogOpened } from '../dialog/step-dialog.ts';
import { DIALOG_EVENT, DIALOG_INFO } from '../published/dialog-info.ts';
import { newSubscription, type Subscribe, sendSubscribe } from '../subscription/subscribe-request.ts';
import type { Subscription } from '../subscription/subscription.ts';
import {
  GIVE_UP_MS,
  isSteady,
  NOTIFY_MS,
  refreshInMs,
  retryInMs,
} from '../subscription/subscription-times.ts';
import { liveIn, type Purpose, type WatchedDialogs } from './dialog-watch.ts';
import type { DialogsTurn } from './dialogs-turn.ts';

const DIALOGS = { event: DIALOG_EVENT, type: DIALOG_INFO };
/** Of its time a refresh may be earlier, so that phones whose accounts came at once do not all refresh at once. */
const SPREAD = 0.1;

interface Asking extends Subscribe {
  readonly purpose: Purpose;
}

/** Sends SUBSCRIBE: in the dialog once there is one. */
export function subscribe(
  turn: DialogsTurn,
  known: Subscription | WatchedDialogs,
  { purpose, ...asked }: Asking,
): void {
  const { subscription, sent } = sendSubscribe(turn, DIALOGS, known, asked);
  const phase = { name: 'asking', purpose, ...sent, until: turn.now + GIVE_UP_MS } as const;
  turn.put({ ...subscription, phase }, 'phase' in known ? known : undefined);
}

/** Subscribes anew, in the name of the phone: nobody else needs to be let watch it. */
export function begin(turn: DialogsTurn): void {
  const { refused: _, ...watch } = turn.watch;
  turn.replace({ ...watch, retryAt: 0 });
  const subscription = newSubscription(turn, turn.aor, turn.aor);
  turn.issue(dialogOpened(subscription.dialog.callId, turn.input.key));
  subscribe(turn, subscription, { purpose: 'begin', expiresS: turn.wantedS(subscription) });
}

/** The subscription stands until its refresh is due. */
export function settle(turn: DialogsTurn, before: WatchedDialogs, now: WatchedDialogs = before): void {
  const inMs = Math.ceil(refreshInMs(turn, now) * (1 - SPREAD * turn.share()));
  turn.put({ ...now, phase: { name: 'settled', until: turn.now + inMs } }, before);
}

export const awaitNotify = (
  turn: DialogsTurn,
  before: WatchedDialogs,
  purpose: 'begin' | 'leave',
  now: WatchedDialogs = before,
): void => turn.put({ ...now, phase: { name: 'awaiting', purpose, until: turn.now + NOTIFY_MS } }, before);

export const refresh = (turn: DialogsTurn, one: WatchedDialogs): void =>
  subscribe(turn, one, { purpose: 'refresh', expiresS: turn.wantedS(one) });

/** Ends a subscription in its dialog; without one there is nothing to end, and NOTIFY will be refused. */
export function leave(turn: DialogsTurn, one: WatchedDialogs): void {
  if (one.dialog.remoteTag === '') turn.drop(one);
  else subscribe(turn, one, { purpose: 'leave', expiresS: 0 });
}

/** Ends all of them. */
export function leaveAll(turn: DialogsTurn): void {
  for (const one of liveIn(turn.watch)) leave(turn, one);
}

/** A subscription is over for good; if it was the last, nothing is tried until the account is given anew. */
export function refused(turn: DialogsTurn, one: WatchedDialogs, why: string): void {
  turn.drop(one);
  if (liveIn(turn.watch).length === 0) turn.update({ refused: why });
}

/** A subscription is over; if it was the last, another one is tried later. `afterMs`: how long the other side wants that to be. */
export function later(turn: DialogsTurn, one: WatchedDialogs, afterMs?: number): void {
  turn.drop(one);
  const { failures } = turn.watch;
  if (liveIn(turn.watch).length > 0) return;
  turn.update({ retryAt: turn.now + retryInMs(turn, failures, afterMs), failures: failures + 1 });
}

/** Subscribes anew at once, to all devices; one that broke as soon as it was made is tried later. */
export function again(turn: DialogsTurn, one: WatchedDialogs): void {
  if (isSteady(turn, one)) turn.update({ failures: 0 });
  if (turn.watch.failures > 0) {
    later(turn, one);
    return;
  }
  turn.drop(one);
  leaveAll(turn);
  turn.update({ failures: 1 });
  begin(turn);
}
