/**
 * The gateway ends a call that is up, by itself: BYE, and session-terminate to whoever has it.
 */
import type { InLeg, OutLeg } from './call-session.ts';
import { tellCallee } from './in-leg.ts';
import { terminate } from './jingle-stanza.ts';
import { endLeg, type Side, sendBye, towards } from './leg.ts';
import { type OwnEnd, reasonHeaderOfOwnEnd, reasonOfOwnEnd, terminationOfOwnEnd } from './reasons.ts';
import type { Turn } from './turn.ts';

/** Ends the leg; `isUserGone`: nobody is left to tell. */
export function endCall<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  end: OwnEnd,
  isUserGone = false,
): AnyLeg {
  const ended = sendBye(turn, leg, reasonHeaderOfOwnEnd(end));
  if (!isUserGone && 'rung' in leg) tellCallee(turn, leg, reasonOfOwnEnd(end));
  if (!isUserGone && !('rung' in leg)) terminate(turn, towards(leg, leg.user), reasonOfOwnEnd(end));
  return endLeg(turn, side, ended, terminationOfOwnEnd(end));
}
