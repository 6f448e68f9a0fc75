/**
 * A phone whose calls its SIP server tells of: a subscription to the dialogs of its address, RFC 4235.
 */
import type { SentSubscribe, Subscription } from '../subscription/subscription.ts';

/** begin: a new subscription. leave: the end of one. */
export type Purpose = 'begin' | 'refresh' | 'leave';

/**
 * asking: SUBSCRIBE sent. awaiting: it was accepted, NOTIFY has not come. settled: until the refresh. `until`: when it has
 * taken long enough, ms since the epoch.
 */
export type Phase =
  | (SentSubscribe & { readonly name: 'asking'; readonly purpose: Purpose; readonly until: number })
  | {
      readonly name: 'awaiting';
      readonly purpose: Exclude<Purpose, 'refresh'>;
      readonly until: number;
    }
  | { readonly name: 'settled'; readonly until: number };

/** The dialogs of one device, or of all where one server tells of them. */
export interface WatchedDialogs extends Subscription {
  readonly phase: Phase;
  /** Of the last document, where it has one. */
  readonly version?: number;
  /** Ids of those that are up; absent: nothing was said yet. */
  readonly up?: readonly string[];
}

export interface DialogWatch {
  readonly kind: 'dialogs';
  /** More than one when a SUBSCRIBE reached several devices (RFC 4235 §3.9). */
  readonly subscriptions: readonly WatchedDialogs[];
  /** When it is tried again; 0: not by itself. */
  readonly retryAt: number;
  /** Subscriptions that failed or broke, one right after the other. */
  readonly failures: number;
  /** Why nothing is tried until the account is given anew: a status, or the reason of an end. */
  readonly refused?: string;
  /** The phone has no account any more; there are subscriptions to be ended. */
  readonly isRemoved?: true;
  /** What was told last, and for how long it counts; 0: that does not matter. */
  readonly told: { readonly calls: number; readonly until: number };
  /** When the record's timer is due; 0: none is set. */
  readonly timerAt: number;
}

/** Whether a subscription is on its end. */
export const isLeaving = ({ phase }: WatchedDialogs): boolean =>
  phase.name !== 'settled' && phase.purpose === 'leave';

/** Those that tell of dialogs, or will. */
export const liveIn = ({ subscriptions }: DialogWatch): readonly WatchedDialogs[] =>
  subscriptions.filter((one) => !isLeaving(one));
