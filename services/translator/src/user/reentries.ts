/**
 * Calls of our own users that come back from SIP to ring a user: so many at a time, for calls that forward each other in
 * a spiral multiply (RFC 5393 §3).
 */
import type { UserSession } from './user-session.ts';

export interface Reentry {
  /** Key of the call. */
  readonly key: string;
  /** When it is forgotten, should its end never be told, ms since the epoch. */
  readonly until: number;
}

const GRACE_MS = 60_000;

/** The session once one more rings the user; undefined: there are too many. */
export function withReentry(
  session: UserSession,
  key: string,
  now: number,
  { reentryLimit, ringTimeoutMs }: { readonly reentryLimit: number; readonly ringTimeoutMs: number },
): UserSession | undefined {
  const live = (session.reentries ?? []).filter((one) => one.until > now && one.key !== key);
  if (live.length >= reentryLimit) return undefined;
  return { ...session, reentries: [...live, { key, until: now + ringTimeoutMs + GRACE_MS }] };
}

/** The session once a call rings the user no more. */
export function withoutReentry(session: UserSession, key: string): UserSession {
  const { reentries = [], ...rest } = session;
  const live = reentries.filter((one) => one.key !== key);
  return live.length === 0 ? rest : { ...rest, reentries: live };
}
