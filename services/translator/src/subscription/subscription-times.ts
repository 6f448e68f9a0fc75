/**
 * How long a subscription of ours waits for what: RFC 6665 §4.1.2, RFC 3261 §20.33.
 */
import type { SipResponse } from '@stoxgate/contracts';
import type { SubscriberTurn } from './subscriber-turn.ts';
import type { SentSubscribe, Subscription } from './subscription.ts';
import type { SubscriptionState } from './subscription-state.ts';

/** Past the 64*T1 of a transaction: then the edge that had it is gone. */
export const GIVE_UP_MS = 40_000;
/** How long the first NOTIFY may take (RFC 6665 §4.1.2.4, timer N). */
export const NOTIFY_MS = 32_000;
/** How often it is tried again where nobody is known. */
export const DAY_MS = 86_400_000;
/** No refresh is sooner, whatever the other side grants. */
const MIN_REFRESH_MS = 30_000;
/** RFC 8048 §5.2.2 and the load of many users that begin at once: a refresh has this long to succeed. */
const REFRESH_MARGIN_MS = 60_000;
/** A subscription that held so long is no failure. */
const STEADY_MS = 60_000;
const BACK_OFF_MS = 60_000;
const MAX_BACK_OFF_MS = 3_600_000;
const MIN_RETRY_MS = 10_000;

/** Seconds in a header. */
export const secondsIn = (values: readonly string[] | undefined): number | undefined => {
  const text = /^[ \t]*(\d{1,10})\b/.exec(values?.[0] ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
};

/** For how long to subscribe, where we want `ms`. */
export const wantedS = (ms: number, { minExpiresS = 0 }: Subscription): number =>
  Math.max(ms / 1000, minExpiresS);

/** When the subscription ends by this 2xx. `isFirst`: of a new one, of which NOTIFY may have told already. */
export function grantedUntil(
  { now }: SubscriberTurn,
  { expiresAt }: Subscription,
  { expiresS }: SentSubscribe,
  { headers }: SipResponse,
  isFirst: boolean,
): number {
  const end = now + Math.min(secondsIn(headers.expires) ?? expiresS, expiresS) * 1000;
  return isFirst && expiresAt !== 0 ? Math.min(end, expiresAt) : end;
}

/** When it ends by this NOTIFY, where that is sooner than thought; undefined: it is not. */
export function shortenedUntil(
  { now }: SubscriberTurn,
  { expiresAt: known }: Subscription,
  { expiresS }: SubscriptionState,
): number | undefined {
  if (expiresS === undefined) return undefined;
  const expiresAt = now + expiresS * 1000;
  return known !== 0 && expiresAt > known - 1000 ? undefined : expiresAt;
}

/** When to refresh: at half of the time, or a minute before its end where that is later. */
export function refreshInMs({ now }: SubscriberTurn, { expiresAt }: Subscription): number {
  const life = expiresAt - now;
  return Math.max(MIN_REFRESH_MS, life / 2, life - REFRESH_MARGIN_MS);
}

/** Whether it held long enough to be made anew at once. */
export const isSteady = ({ now }: SubscriberTurn, { begunAt }: Subscription): boolean =>
  now - begunAt >= STEADY_MS;

/**
 * How long to wait before it is tried again: what the other side says, within bounds; else ever longer by `failures`, and
 * some more so that not all come back at once.
 */
export function retryInMs(turn: SubscriberTurn, failures: number, saidMs?: number): number {
  if (saidMs !== undefined) return Math.min(Math.max(saidMs, MIN_RETRY_MS), DAY_MS);
  const ms = Math.min(MAX_BACK_OFF_MS, BACK_OFF_MS * 2 ** Math.min(failures, 10));
  return ms + Math.floor((ms / 10) * turn.share());
}
