/**
 * The states of a phone and the ways between them.
 *
 * online ──▶ still-online ⇄ onthephone ──▶ still-onthephone ──▶ still-online; every one of them ──▶ offline ──▶ online.
 */
import type { PhoneReport, PhoneState } from '@stoxgate/contracts';

export interface PhoneStateAfter {
  readonly state: PhoneState;
  /** Calls that the phone is in. */
  readonly calls: number;
  /** The phone signed on anew: a session that there is belongs to its past. */
  readonly isNew: boolean;
  /** No way leads there in one step: the nearest that does was taken. */
  readonly isBent: boolean;
}

const MAX_CALLS = 1000;

const isInCall = (state: PhoneState): boolean => state === 'onthephone' || state === 'still-onthephone';

const after = (state: PhoneState, calls: number, more: Partial<PhoneStateAfter> = {}): PhoneStateAfter => ({
  state,
  calls,
  isNew: false,
  isBent: false,
  ...more,
});

const bounded = (calls: number): number => Math.min(MAX_CALLS, Math.max(0, Math.trunc(calls) || 0));

/** Where a change in the number of calls leads. */
function withCalls(state: PhoneState, calls: number): PhoneStateAfter {
  if (calls > 0) return after(isInCall(state) ? state : 'onthephone', calls);
  return after(state === 'offline' ? 'offline' : 'still-online', 0);
}

/** Where a state that is named leads; a sign-on is always possible, for a phone may lose its power. */
function named(from: PhoneState, to: PhoneState, calls: number): PhoneStateAfter {
  const inCall = Math.max(1, calls);
  switch (to) {
    case 'offline':
      return after('offline', 0);
    case 'online':
      return after('online', 0, { isNew: true });
    case 'still-online':
      return from === 'offline' ? after('online', 0, { isBent: true }) : after('still-online', 0);
    case 'onthephone':
      return after(isInCall(from) ? from : 'onthephone', inCall, { isBent: from === 'offline' });
    case 'still-onthephone':
      return after('still-onthephone', inCall, { isBent: !isInCall(from) });
  }
}

/**
 * The state after a report. @param told how many calls there are now, where the source knows.
 */
export function stateAfter(
  from: PhoneState,
  calls: number,
  report: PhoneReport,
  told?: number,
): PhoneStateAfter {
  switch (report) {
    case 'sign-on':
      return named(from, 'online', calls);
    case 'sign-off':
      return named(from, 'offline', calls);
    case 'refresh':
      if (from === 'offline') return after('online', 0);
      return isInCall(from) ? after('still-onthephone', calls) : after('still-online', 0);
    case 'call-start':
      return withCalls(from, bounded(told ?? calls + 1));
    case 'call-end':
      return from === 'offline' ? after(from, 0) : withCalls(from, bounded(told ?? calls - 1));
    case 'keep-alive':
      if (from === 'offline') return withCalls(from, 1);
      return isInCall(from) ? after('still-onthephone', calls) : after(from, calls);
    default:
      return named(from, report, calls);
  }
}
