/**
 * A subscription of ours at a notifier, as data: RFC 6665 §4.1.
 */
import type { Challenge } from '../call/challenges.ts';
import type { Dialog } from '../call/dialog.ts';

export interface Subscription {
  /** Without a remote tag until the first NOTIFY: that makes the dialog (§4.4.1). */
  readonly dialog: Dialog;
  readonly begunAt: number;
  /** When it ends unless it is refreshed, ms since the epoch; 0: that was not said yet. */
  readonly expiresAt: number;
  /** The least that the other side takes, where that is more than we want. */
  readonly minExpiresS?: number;
}

/** A SUBSCRIBE that has no final response yet. */
export interface SentSubscribe {
  readonly branch: string;
  readonly expiresS: number;
  /** Answered in it. */
  readonly challenges: readonly Challenge[];
  readonly isRedirected?: true;
}

/** What a subscription is to. */
export interface EventPackage {
  readonly event: string;
  /** Type of its documents. */
  readonly type: string;
}
