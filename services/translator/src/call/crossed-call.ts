/**
 * Two calls of the same two parties, each only proposed: the one with the lower id goes on, the other ends as a tie.
 * XEP-0353 §3.6.
 */
import { brandKey, type EventOf } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { withProposalOver } from './callee-proposal.ts';
import { abandon } from './cancel.ts';
import { finishInvite, terminateRung } from './invite-server-end.ts';
import { reasonElement, sayOfCall } from './jingle-message.ts';
import { endLeg, isSameBare, towards } from './leg.ts';
import { terminationOfStatus } from './reasons.ts';
import type { Turn } from './turn.ts';

const GLARE = 491;

/** A call to SIP that its user proposed, and that nobody has picked up. */
const isProposedOut = (leg: OutLeg | undefined, user: string): leg is OutLeg =>
  leg?.proposal?.phase === 'proposed' &&
  leg.state !== 'ended' &&
  leg.state !== 'cancelling' &&
  isSameBare(leg.user, user);

/** A call from SIP that no device of its user has taken; it may not have been proposed yet. */
const isProposedIn = (leg: InLeg | undefined, user: string): leg is InLeg =>
  leg !== undefined &&
  isSameBare(leg.user, user) &&
  (leg.state === 'resolving' || (leg.state === 'ringing' && leg.proposed?.state === 'open'));

/** This call has the lower id: the other ends, if this one is still to be had. */
export function onCrossingFound(
  turn: Turn,
  { out, in: from }: Legs,
  { user, other }: EventOf<'call.crossing.found'>,
): void {
  if (!isProposedOut(out, user) && !isProposedIn(from, user)) return;
  turn.issue({ type: 'session.notify', key: brandKey(other), event: { type: 'call.crossed', user } });
}

function loseOut(turn: Turn, leg: OutLeg): OutLeg {
  sayOfCall(turn, towards(leg, leg.user), 'reject', reasonElement('expired'), el('tie-break'));
  return abandon(turn, leg, undefined, terminationOfStatus(GLARE));
}

function loseIn(turn: Turn, leg: InLeg): InLeg {
  if (leg.proposed !== undefined) {
    const { to } = leg.proposed;
    sayOfCall(turn, towards(leg, to), 'retract', reasonElement('expired'), el('tie-break'));
  }
  finishInvite(turn, leg, GLARE);
  const over = withProposalOver(leg);
  terminateRung(turn, over, { condition: 'cancel' });
  return endLeg(turn, 'in', over, terminationOfStatus(GLARE));
}

/** The tie is lost. A call that somebody has taken by now goes on. */
export function onCrossed(turn: Turn, legs: Legs, { user }: EventOf<'call.crossed'>): Legs {
  const { out, in: from } = legs;
  if (isProposedOut(out, user)) return { ...legs, out: loseOut(turn, out) };
  return isProposedIn(from, user) ? { ...legs, in: loseIn(turn, from) } : legs;
}
