/**
 * Two calls of the same two parties, each only proposed: the one with the lower id goes on, the other ends as a tie.
 * By configuration so do sessions that are not answered yet. XEP-0353 §4.1, XEP-0166 §7.2.16.
 */
import { bareJidOf } from '@stoxgate/addressing';
import { brandBareJid, brandKey, type EventOf, keyOfUser } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { withProposalOver } from './callee-proposal.ts';
import { abandon } from './cancel.ts';
import { finishInvite, terminateRung } from './invite-server-end.ts';
import { reasonElement, sayOfCall } from './jingle-message.ts';
import { terminate } from './jingle-stanza.ts';
import { endLeg, isSameBare, towards } from './leg.ts';
import { type SentReason, terminationOfStatus } from './reasons.ts';
import type { Turn } from './turn.ts';

const GLARE = 491;

/** A call to SIP that nobody has picked up: one that its user proposed; any, where sessions that cross are a tie too. */
function isOpenOut({ policy }: Turn, leg: OutLeg | undefined, user: string): leg is OutLeg {
  if (leg === undefined || !isSameBare(leg.user, user)) return false;
  const isProposed = leg.proposal?.phase === 'proposed';
  const isOpen = leg.state === 'gathering' || leg.state === 'calling' || leg.state === 'proceeding';
  return isOpen && (isProposed || (policy.initTieBreak && leg.proposal === undefined));
}

/** A call from SIP that no device of its user has taken; it may not have been proposed yet. */
function isOpenIn({ policy }: Turn, leg: InLeg | undefined, user: string): leg is InLeg {
  if (leg === undefined || !isSameBare(leg.user, user)) return false;
  const isProposed = leg.proposed?.state === 'open';
  const isRung = policy.initTieBreak && leg.proposed === undefined;
  return leg.state === 'resolving' || (leg.state === 'ringing' && (isProposed || isRung));
}

/**
 * Has the user's record look for calls that cross a session that begins in this step, where they are a tie. A proposal is
 * told where it is made, a call to the user by asking for its resources.
 */
export function tellBegun(turn: Turn, before: Legs, { out }: Legs): void {
  if (!turn.policy.initTieBreak || before.out !== undefined || out === undefined) return;
  if (out.proposal !== undefined || !isOpenOut(turn, out, out.user)) return;
  turn.issue({
    type: 'session.notify',
    key: keyOfUser(brandBareJid(bareJidOf(out.user) ?? out.user)),
    event: { type: 'user.call.proposed', replyTo: turn.input.key, contact: out.contact },
  });
}

/** This call has the lower id: the other ends, if this one is still to be had. */
export function onCrossingFound(
  turn: Turn,
  { out, in: from }: Legs,
  { user, other }: EventOf<'call.crossing.found'>,
): void {
  const own = isOpenOut(turn, out, user) ? out : isOpenIn(turn, from, user) ? from : undefined;
  if (own === undefined) return;
  const event = { type: 'call.crossed', user, sid: own.sid } as const;
  turn.issue({ type: 'session.notify', key: brandKey(other), event });
}

/** Of sessions the client hears which one goes on (XEP-0166 §7.4). */
const alternative = (sid: string | undefined): SentReason => ({
  condition: 'alternative-session',
  ...(sid === undefined ? {} : { sid }),
});

function loseOut(turn: Turn, leg: OutLeg, sid: string | undefined): OutLeg {
  if (leg.proposal === undefined) terminate(turn, towards(leg, leg.user), alternative(sid));
  else sayOfCall(turn, towards(leg, leg.user), 'reject', reasonElement('expired'), el('tie-break'));
  return abandon(turn, leg, undefined, terminationOfStatus(GLARE));
}

function loseIn(turn: Turn, leg: InLeg, sid: string | undefined): InLeg {
  if (leg.proposed !== undefined) {
    const { to } = leg.proposed;
    sayOfCall(turn, towards(leg, to), 'retract', reasonElement('expired'), el('tie-break'));
  }
  finishInvite(turn, leg, GLARE);
  const over = withProposalOver(leg);
  terminateRung(turn, over, leg.proposed === undefined ? alternative(sid) : { condition: 'cancel' });
  return endLeg(turn, 'in', over, terminationOfStatus(GLARE));
}

/** The tie is lost. A call that somebody has taken by now goes on. */
export function onCrossed(turn: Turn, legs: Legs, { user, sid }: EventOf<'call.crossed'>): Legs {
  const { out, in: from } = legs;
  if (isOpenOut(turn, out, user)) return { ...legs, out: loseOut(turn, out, sid) };
  return isOpenIn(turn, from, user) ? { ...legs, in: loseIn(turn, from, sid) } : legs;
}
