/**
 * Calls that rang a user lately: a device that was not there asks for the one that still does. XEP-0166's extension
 * existing-session-initiate, as mod_jingle_sip has it.
 */
import { bareJidOf } from '@stoxgate/addressing';
import { brandKey, type EventOf, keyOfUser } from '@stoxgate/contracts';
import { receivedIq } from '../call/jingle.ts';
import { refusalOf } from '../call/jingle-stanza.ts';
import type { Input, Step } from '../step.ts';
import type { UserSession } from './user-session.ts';

export interface RecentCall {
  readonly key: string;
  /** Bare JID of who calls. */
  readonly from?: string;
  /** When it rings no more, ms since the epoch. */
  readonly until: number;
}

/** More calls than ring a person at a time; the oldest is forgotten first. */
const MAX_CALLS = 8;

/** The session once one more call asks for the user's resources. */
export function withCall(
  session: UserSession,
  { key, from }: Pick<RecentCall, 'key' | 'from'>,
  now: number,
  ringTimeoutMs: number,
): UserSession {
  const live = (session.calls ?? []).filter((one) => one.until > now && one.key !== key);
  return {
    ...session,
    calls: [...live.slice(1 - MAX_CALLS), { key, ...(from && { from }), until: now + ringTimeoutMs }],
  };
}

/** The session without the calls that have these keys. */
export function withoutCalls(
  session: UserSession,
  those: readonly { readonly replyTo: string }[],
): UserSession {
  const { calls = [] } = session;
  const left = calls.filter(({ key }) => !those.some(({ replyTo }) => replyTo === key));
  if (left.length === calls.length) return session;
  return { ...session, calls: left.length === 0 ? undefined : left };
}

/** When the last of the calls rings no more, ms since the epoch; undefined: none rings. */
export function ringUntil({ calls = [] }: UserSession, now: number): number | undefined {
  const last = Math.max(...calls.map(({ until }) => until));
  return last > now ? last : undefined;
}

/** A device asks for the call that rings its user, without a sid: those that may be it are asked, one after the other. */
export function seekPending(
  session: UserSession | undefined,
  input: Input,
  { domain, stanza }: EventOf<'xmpp.iq.received'>,
): Step {
  const received = receivedIq(domain, stanza);
  if (received === undefined) return { session, commands: [] };
  const { iq } = received;
  const bareJid = bareJidOf(iq.from);
  if (iq.type !== 'get' || bareJid === undefined || keyOfUser(bareJid) !== input.key) {
    return { session, commands: [refusalOf(iq, 'service-unavailable')] };
  }
  const keys = (session?.calls ?? []).filter(({ until }) => until > input.now).map(({ key }) => key);
  const [first, ...others] = keys;
  if (first === undefined) return { session, commands: [refusalOf(iq, 'no-pending-session')] };
  const event = { type: 'call.pending.sought', domain, stanza, others } as const;
  return { session, commands: [{ type: 'session.notify', key: brandKey(first), event }] };
}
