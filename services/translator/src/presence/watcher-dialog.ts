/**
 * One subscription of a SIP watcher, as data. RFC 6665 §4.2.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { Challenge } from '../call/challenges.ts';
import { type Dialog, tagOf } from '../call/dialog.ts';

/** Why a subscription is over (RFC 6665 §4.2.2). */
export type EndReason = 'timeout' | 'rejected' | 'noresource' | 'giveup' | 'deactivated';

/** A NOTIFY under way: at most one a dialog, so that none overtakes another. */
export interface SentNotify {
  readonly branch: string;
  /** Version of the presence that it tells; 0: it has no body. */
  readonly version: number;
  readonly isLast: boolean;
  /** Only this edge could send it. */
  readonly edge?: string;
  readonly challenges: readonly Challenge[];
  /** When it is given up although no edge said so, ms since the epoch. */
  readonly until: number;
}

export interface WatcherDialog {
  readonly dialog: Dialog;
  /** Event as the watcher wrote it, with its id. */
  readonly event: string;
  /** JID that the watcher is to the user: with its instance where its Contact names one. */
  readonly contact: string;
  readonly expiresAt: number;
  /** It asked once and is over with the answer. */
  readonly isFetch: boolean;
  /** A notification is owed whether or not there is news. */
  readonly isOwed: boolean;
  /** The edge that answers the SUBSCRIBE which it is owed to: many watchers take no NOTIFY before that answer. */
  readonly edge?: string;
  /** What challenges the next NOTIFY answers. */
  readonly challenges: readonly Challenge[];
  /** Version of the presence that the watcher knows; 0: none. */
  readonly told: number;
  /** When it was told last, ms since the epoch. */
  readonly toldAt: number;
  readonly sent?: SentNotify;
  /** It is over, and the watcher is yet to hear so. */
  readonly end?: EndReason;
}

/** A person's devices; one more is refused. */
export const MAX_DIALOGS = 16;

/** The dialog that a request with a To tag is in. */
export const dialogOfRequestIn = (
  dialogs: readonly WatcherDialog[],
  request: SipRequest,
): WatcherDialog | undefined =>
  dialogs.find(
    ({ dialog }) =>
      dialog.callId === request.callId &&
      dialog.localTag === tagOf(request.to) &&
      dialog.remoteTag === tagOf(request.from),
  );

/** Those that `those` names are over, unless they are so already. */
export const overWhere = (
  dialogs: readonly WatcherDialog[],
  those: (dialog: WatcherDialog) => boolean,
  end: EndReason,
): readonly WatcherDialog[] =>
  dialogs.map((one) => (one.end === undefined && those(one) ? { ...one, end } : one));

export const withDialog = (
  dialogs: readonly WatcherDialog[],
  before: WatcherDialog,
  after: WatcherDialog,
): readonly WatcherDialog[] => dialogs.map((one) => (one === before ? after : one));
