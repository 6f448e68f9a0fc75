/**
 * A dialog that the SIP party does not know any more, or does not answer in. RFC 3261 §12.2.1.2: 481 and 408 end it.
 */
import type { InLeg, OutLeg } from './call-session.ts';
import { tellCaller } from './caller-told.ts';
import { tellCallee } from './in-leg.ts';
import { endLeg, type Side, sendBye } from './leg.ts';
import { type OwnEnd, reasonHeaderOfOwnEnd, reasonOfOwnEnd, terminationOfOwnEnd } from './reasons.ts';
import type { Turn } from './turn.ts';

/** Ends the call: BYE where the peer may still have the dialog (408), session-terminate in both cases. */
export function endDeadDialog<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  status: number,
): AnyLeg {
  const end: OwnEnd = status === 481 ? 'dialog-gone' : 'dialog-silent';
  const ended = status === 481 ? leg : sendBye(turn, leg, reasonHeaderOfOwnEnd(end));
  if ('rung' in leg) tellCallee(turn, leg, reasonOfOwnEnd(end));
  else tellCaller(turn, leg, reasonOfOwnEnd(end));
  return endLeg(turn, side, ended, terminationOfOwnEnd(end));
}
