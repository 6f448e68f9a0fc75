/**
 * A SIP address watches an XMPP user: what is remembered, and what each event does to it. RFC 8048 §5.3, §6.2, RFC 6665 §4.2.
 */
import type { PresenceHalf } from './presence-session.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { closedWhere, type ResourcePresence } from './resource-presence.ts';
import { asked, probed, settled } from './watched-turn.ts';
import { overWhere, type WatcherDialog } from './watcher-dialog.ts';

export { watchedHears } from './watched-hears.ts';
export { watchedAnswered, watchedFailed } from './watched-outcome.ts';
export { watchedSubscribed } from './watched-subscribed.ts';

export interface Watched extends PresenceHalf {
  /** Bare JID of the contact that the SIP address is to the user. */
  readonly contact: string;
  readonly domain: string;
  /** Whether the user lets itself be watched. It outlives the dialogs. */
  readonly authorization: 'none' | 'pending' | 'active';
  /** When the user was asked last, ms since the epoch; 0: never. */
  readonly askedAt: number;
  readonly dialogs: readonly WatcherDialog[];
  /** What the user's presence is, the last said last; of those that are gone as long as somebody is to hear of it. */
  readonly resources: readonly ResourcePresence[];
  /** Of the resources; grows with each change. */
  readonly version: number;
  /** Until when the answer to a probe may come, ms since the epoch; 0: none is to come. */
  readonly probedUntil: number;
  /** Until when an authorization without dialogs is remembered, ms since the epoch; 0: there are dialogs. */
  readonly keptUntil: number;
}

/** A dialog whose NOTIFY nobody answered is no more. Was it for one edge only, that may have ended: it goes by another. */
function unanswered(one: WatcherDialog, now: number): readonly WatcherDialog[] {
  const { sent, ...rest } = one;
  if (sent === undefined || sent.until > now) return [one];
  return sent.edge === undefined ? [] : [{ ...rest, isOwed: true }];
}

/** Its time has come: for dialogs that nobody refreshed, notifications that nobody answered, probes. */
export function watchedDue(turn: PresenceTurn, half: Watched): Watched | undefined {
  const { now } = turn;
  const alive = half.dialogs.flatMap((one) => unanswered(one, now));
  const dialogs = overWhere(alive, ({ expiresAt }) => expiresAt <= now, 'timeout');
  const isProbeOver = half.probedUntil > 0 && half.probedUntil <= now;
  if (!isProbeOver) return settled(turn, half, { ...half, dialogs });
  const version = half.version + 1;
  const resources = closedWhere(half.resources, ({ isStale }) => isStale === true, version);
  return settled(turn, half, {
    ...half,
    dialogs,
    resources,
    version: resources === half.resources ? half.version : version,
    probedUntil: 0,
  });
}

/** What presence came while the component was away is not known, nor whether the user was asked. */
export function watchedLinkOpened(turn: PresenceTurn, half: Watched): Watched | undefined {
  if (half.dialogs.length === 0) return half;
  if (half.authorization !== 'active') return settled(turn, half, asked(turn, half));
  // Both the index and the user's session lead here.
  if (half.probedUntil > turn.now) return half;
  const resources = half.resources.map((one) => (one.isOpen ? { ...one, isStale: true } : one));
  return settled(turn, half, probed(turn, { ...half, resources }));
}
