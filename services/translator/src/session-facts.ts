/**
 * What the shell needs to know of sessions without understanding them.
 */
import { bareJidOf, normalizeDomain } from '@stoxgate/addressing';
import {
  contactsIndex,
  type Event,
  invitingIndex,
  LIVE_CALLS_INDEX,
  sipEdgeIndex,
  userIndex,
} from '@stoxgate/contracts';
import { contradicts } from './call/early-dialog.ts';
import type { CallSession, Session } from './session.ts';
import { domainsShown } from './user/contact-facts.ts';

const NONE: readonly never[] = [];

const legsOf = (session: CallSession) => [session.out, session.in].filter((leg) => leg !== undefined);

/**
 * Names under which a session can be found: a call that has not ended, by that, by its users, and while its INVITE has no
 * answer by the edge that waits for one, or by its branch; a user, by the domains
 * of the contacts it sees; presence that SIP watches, by the domain of the watcher.
 */
export function indexesOf(session: Session): readonly string[] {
  if (session.kind === 'user') return domainsShown(session).map(contactsIndex);
  if (session.kind === 'presence') {
    const { watched } = session;
    const domain = watched && (normalizeDomain(watched.domain) ?? watched.domain);
    return domain === undefined || watched?.dialogs.length === 0 ? [] : [contactsIndex(domain)];
  }
  if (session.kind !== 'call') return NONE;
  const { out, in: from } = session;
  const isOut = out !== undefined && out.end === undefined;
  const isIn = from !== undefined && from.end === undefined;
  if (!isOut && !isIn) return NONE;
  const indexes = [LIVE_CALLS_INDEX];
  const caller = isOut ? bareJidOf(out.user) : undefined;
  const callee = isIn ? bareJidOf(from.user) : undefined;
  if (caller !== undefined) indexes.push(userIndex(caller));
  if (callee !== undefined && callee !== caller) indexes.push(userIndex(callee));
  if (isOut && out.state !== 'active') {
    const { edge, branch } = out.invite;
    if (edge !== undefined) indexes.push(sipEdgeIndex(edge));
    else if (branch !== '') indexes.push(invitingIndex(branch));
  }
  return indexes;
}

/** Labels of the legs that ended in the step from `before` to `after`. */
export function endsIn(before: Session | undefined, after: Session | undefined): readonly string[] {
  if (after?.kind !== 'call') return NONE;
  if (after.out?.end === undefined && after.in?.end === undefined) return NONE;
  const known = before?.kind === 'call' ? before : undefined;
  return [
    known?.out?.end === undefined ? after.out?.end : undefined,
    known?.in?.end === undefined ? after.in?.end : undefined,
  ].flatMap((end) => (end === undefined ? [] : [end.label]));
}

/** Kinds of the changes that the SIP side refused in the step from `before` to `after`, one for each. */
export function failuresIn(before: Session | undefined, after: Session | undefined): readonly string[] {
  if (after?.kind !== 'call') return NONE;
  if (after.out?.changesFailed === undefined && after.in?.changesFailed === undefined) return NONE;
  const known = before?.kind === 'call' ? before : undefined;
  return (['out', 'in'] as const).flatMap((side) => {
    const now = after[side]?.changesFailed;
    const were = known?.[side]?.changesFailed;
    if (now === undefined || now === were) return [];
    return Object.keys(now).filter((kind) => now[kind] !== were?.[kind]);
  });
}

/** Whether an event brings an answer to our INVITE that has one already, and another one. */
export function isOtherAnswer(before: Session | undefined, event: Event): boolean {
  if (before?.kind !== 'call' || before.out === undefined || event.type !== 'sip.response.received')
    return false;
  return event.response.cseq.method === 'INVITE' && contradicts(before.out, event.response);
}

/** Whether every leg of a call has ended; false for what is no call. */
export const isOver = (session: Session | undefined): boolean =>
  session?.kind === 'call' &&
  legsOf(session).length > 0 &&
  legsOf(session).every((leg) => leg.end !== undefined);
