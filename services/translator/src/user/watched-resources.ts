/**
 * Calls that want to hear when the resource they are up with is gone. XEP-0166 §7.4 leaves a client that lost its
 * connection some seconds to come back.
 */

import { bareJidOf } from '@stoxgate/addressing';
import { brandBareJid, type Command, type EventOf, keyOfUser } from '@stoxgate/contracts';
import type { UserSession } from './user-session.ts';

export const GONE_TIMER = 'gone';
/** How long an unavailable resource may take to be available again. */
export const RETURN_MS = 10_000;
/** More calls than a person has at a time; the oldest is forgotten first. */
const MAX_WATCHERS = 64;

export interface Watcher {
  readonly replyTo: string;
  readonly fullJid: string;
  /** When it counts as gone, ms since the epoch; absent while it is available. */
  readonly goneAt?: number;
}

const watchersOf = (session: UserSession): readonly Watcher[] => session.watchers ?? [];

const withWatchers = (session: UserSession, watchers: readonly Watcher[]): UserSession => ({
  ...session,
  watchers: watchers.length === 0 ? undefined : watchers,
});

/** The session once a call watches a resource that is available; the same object when it is not. */
export function watched(
  session: UserSession,
  { replyTo, fullJid }: EventOf<'user.resource.watched'>,
): UserSession {
  if (!session.resources.some((resource) => resource.fullJid === fullJid)) return session;
  const others = watchersOf(session).filter((one) => one.replyTo !== replyTo || one.fullJid !== fullJid);
  return withWatchers(session, [...others.slice(1 - MAX_WATCHERS), { replyTo, fullJid }]);
}

export function unwatched(
  session: UserSession,
  { replyTo, fullJid }: EventOf<'user.resource.unwatched'>,
): UserSession {
  const left = watchersOf(session).filter((one) => one.replyTo !== replyTo || one.fullJid !== fullJid);
  return left.length === watchersOf(session).length ? session : withWatchers(session, left);
}

/** The session after presence: what is watched and no longer available has until `goneAt`; the timer where one starts. */
export function noteWatched(
  session: UserSession,
  now: number,
): { session: UserSession; commands: readonly Command[] } {
  const isAvailable = ({ fullJid }: Watcher): boolean =>
    session.resources.some((resource) => resource.fullJid === fullJid);
  const watchers = watchersOf(session);
  const next = watchers.map((one): Watcher => {
    const { goneAt, ...rest } = one;
    if (isAvailable(one)) return goneAt === undefined ? one : rest;
    return goneAt === undefined ? { ...rest, goneAt: now + RETURN_MS } : one;
  });
  if (next.every((one, index) => one === watchers[index])) return { session, commands: [] };
  return { session: withWatchers(session, next), commands: timerFor(next) };
}

const dueIn = (watchers: readonly Watcher[]): number =>
  Math.min(...watchers.map(({ goneAt }) => goneAt ?? Number.POSITIVE_INFINITY));

function timerFor(watchers: readonly Watcher[]): readonly Command[] {
  const dueAt = dueIn(watchers);
  return Number.isFinite(dueAt)
    ? [{ type: 'timer.set', name: GONE_TIMER, dueAt }]
    : [{ type: 'timer.clear', name: GONE_TIMER }];
}

/** Tells the calls whose resource did not come back. */
export function tellGone(
  session: UserSession,
  now: number,
): { session: UserSession; commands: readonly Command[] } {
  const isGone = ({ goneAt }: Watcher): boolean => goneAt !== undefined && goneAt <= now;
  const gone = watchersOf(session).filter(isGone);
  const left = watchersOf(session).filter((one) => !isGone(one));
  const told = gone.map(
    ({ replyTo, fullJid }): Command => ({
      type: 'session.notify',
      key: replyTo,
      event: { type: 'user.resource.gone', fullJid },
    }),
  );
  const again = Number.isFinite(dueIn(left)) ? timerFor(left) : [];
  return { session: withWatchers(session, left), commands: [...told, ...again] };
}

/** Asks the user's session to watch a resource, or to stop. Undefined for what is no JID. */
export function watchCommand(
  type: 'user.resource.watched' | 'user.resource.unwatched',
  replyTo: string,
  fullJid: string,
): Command | undefined {
  const bareJid = bareJidOf(fullJid);
  if (bareJid === undefined) return undefined;
  return {
    type: 'session.notify',
    key: keyOfUser(brandBareJid(bareJid)),
    event: { type, replyTo, fullJid },
  };
}
