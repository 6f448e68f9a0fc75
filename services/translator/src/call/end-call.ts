/**
 * The gateway ends a call that is up, by itself: BYE, and session-terminate to whoever has it.
 */
import type { InLeg, OutLeg } from './call-session.ts';
import { tellCaller } from './caller-told.ts';
import { tellCallee } from './in-leg.ts';
import { endLeg, type Side, sendBye } from './leg.ts';
import { type OwnEnd, reasonHeaderOfOwnEnd, reasonOfOwnEnd, terminationOfOwnEnd } from './reasons.ts';
import type { Turn } from './turn.ts';

/** Ends the leg, or has the BYE follow the ACK that is still to come (RFC 3261 §15). `isUserGone`: nobody is left to tell. */
export function endCall<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  end: OwnEnd,
  isUserGone = false,
): AnyLeg {
  const header = reasonHeaderOfOwnEnd(end);
  const termination = terminationOfOwnEnd(end);
  const isAcked = leg.state !== 'accepted';
  const left = isAcked ? sendBye(turn, leg, header) : leg;
  if (!isUserGone && 'rung' in leg) tellCallee(turn, leg, reasonOfOwnEnd(end));
  if (!isUserGone && !('rung' in leg)) tellCaller(turn, leg, reasonOfOwnEnd(end));
  return isAcked
    ? endLeg(turn, side, left, termination)
    : { ...leg, byeOnAck: header ?? '', end: termination };
}
