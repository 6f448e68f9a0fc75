/**
 * The end of a leg whose media no relay would take. XEP-0166 §7.4 (failed-transport), RFC 3261 §21.5.1.
 */
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { endCall } from './end-call.ts';
import { tellCallee } from './in-leg.ts';
import { endLeg } from './leg.ts';
import { type OwnEnd, reasonOfOwnEnd, terminationOfOwnEnd } from './reasons.ts';
import type { Turn } from './turn.ts';

const END: OwnEnd = 'relay-failed';

/** Why a call ends whose answer cannot be used. */
export const endOfUnusable = (leg: OutLeg | InLeg): OwnEnd =>
  leg.isRelayBroken === true ? END : 'answer-unusable';

/** A 2xx that was not sent: the INVITE got its refusal in its place. */
function endUnanswered(turn: Turn, leg: InLeg): InLeg {
  tellCallee(turn, leg, reasonOfOwnEnd(END));
  return endLeg(turn, 'in', leg, terminationOfOwnEnd(END));
}

/** @param side the leg that it is about. */
export function onRelayFailed(turn: Turn, legs: Legs, side: string): Legs {
  const { out, in: from } = legs;
  if (side === 'out' && out?.state === 'active') return { ...legs, out: endCall(turn, 'out', out, END) };
  if (side !== 'in' || from === undefined) return legs;
  if (from.state === 'accepted') return { ...legs, in: endUnanswered(turn, from) };
  return from.state === 'active' ? { ...legs, in: endCall(turn, 'in', from, END) } : legs;
}
