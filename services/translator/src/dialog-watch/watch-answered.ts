/**
 * What becomes of a SUBSCRIBE to a phone's dialogs: RFC 6665 §4.1.2.
 */
import type { EventOf, SipResponse } from '@stoxgate/contracts';
import { retryAfter, statusOfCause } from '../subscription/subscribe-request.ts';
import { DAY_MS, grantedUntil, secondsIn } from '../subscription/subscription-times.ts';
import { isLeaving, type Phase, type WatchedDialogs } from './dialog-watch.ts';
import type { DialogsTurn } from './dialogs-turn.ts';
import { again, awaitNotify, later, refused, settle, subscribe } from './watch-subscription.ts';

type Asked = WatchedDialogs & { readonly phase: Extract<Phase, { name: 'asking' }> };

const askedOn = (turn: DialogsTurn, branch: string): Asked | undefined =>
  turn.watch.subscriptions.find(
    (one): one is Asked => one.phase.name === 'asking' && one.phase.branch === branch,
  );

function accepted(turn: DialogsTurn, one: Asked, response: SipResponse): void {
  const { purpose } = one.phase;
  if (purpose === 'leave') {
    awaitNotify(turn, one, 'leave');
    return;
  }
  if (purpose === 'refresh') turn.update({ failures: 0 });
  const expiresAt = grantedUntil(turn, one, one.phase, response, purpose === 'begin');
  const next = { ...one, expiresAt };
  if (one.dialog.remoteTag === '') awaitNotify(turn, one, 'begin', next);
  else settle(turn, one, next);
}

/** SUBSCRIBE failed with this status, or as if with it. */
export function subscribeFailed(
  turn: DialogsTurn,
  one: WatchedDialogs,
  status: number,
  retryAfterS?: number,
): void {
  if (isLeaving(one)) {
    turn.drop(one);
    return;
  }
  if ([403, 603, 405, 489, 501].includes(status)) refused(turn, one, String(status));
  else if (status === 481 && one.dialog.remoteTag !== '') again(turn, one);
  else {
    // Where SUBSCRIBE goes to the phone itself, 404 and 480 say that it is off: its sign-on asks again.
    const isTransient = [408, 480, 481].includes(status) || Math.floor(status / 100) === 5;
    const saidMs = retryAfterS === undefined ? undefined : retryAfterS * 1000;
    later(turn, one, isTransient ? saidMs : DAY_MS);
  }
}

/** A response to a SUBSCRIBE of ours. */
export function watchAnswered(turn: DialogsTurn, event: EventOf<'sip.response.received'>): void {
  const { branch, response } = event;
  const one = askedOn(turn, branch);
  if (one === undefined || response.status < 200) return;
  if (response.status < 300) {
    accepted(turn, one, response);
    return;
  }
  const retry = retryAfter<WatchedDialogs>(turn, one, one.phase, response);
  if (retry === undefined) {
    subscribeFailed(turn, one, response.status, secondsIn(response.headers['retry-after']));
    return;
  }
  turn.put(retry.subscription, one);
  subscribe(turn, retry.subscription, { purpose: one.phase.purpose, ...retry.subscribe });
}

/** A SUBSCRIBE of ours got no final response. */
export function watchFailed(turn: DialogsTurn, event: EventOf<'sip.request.failed'>): void {
  const one = askedOn(turn, event.branch);
  if (one !== undefined) subscribeFailed(turn, one, statusOfCause(event.cause));
}
