/**
 * What the shell needs to know of sessions without understanding them.
 */
import { bareJidOf } from '@stoxgate/addressing';
import type { CallSession, Session } from './session.ts';

const legsOf = (session: CallSession) => [session.out, session.in].filter((leg) => leg !== undefined);

/** Names under which a session can be found: a live call under its user, `user:alice@example.org`. */
export function indexesOf(session: Session): readonly string[] {
  if (session.kind !== 'call') return [];
  const users = legsOf(session)
    .filter((leg) => leg.end === undefined)
    .map((leg) => bareJidOf(leg.user))
    .filter((jid) => jid !== undefined);
  return [...new Set(users)].map((jid) => `user:${jid}`);
}

/** Labels of the legs that ended in the step from `before` to `after`. */
export function endsIn(before: Session | undefined, after: Session | undefined): readonly string[] {
  if (after?.kind !== 'call') return [];
  const known = before?.kind === 'call' ? before : undefined;
  return [
    known?.out?.end === undefined ? after.out?.end : undefined,
    known?.in?.end === undefined ? after.in?.end : undefined,
  ].flatMap((end) => (end === undefined ? [] : [end.label]));
}

/** Whether every leg of a call has ended; false for what is no call. */
export const isOver = (session: Session | undefined): boolean =>
  session?.kind === 'call' && legsOf(session).every((leg) => leg.end !== undefined);
