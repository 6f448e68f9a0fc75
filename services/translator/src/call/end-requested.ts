/**
 * The gateway ends a call because it stops: each side gets what it would get of the other's hang-up. RFC 3261 §15, XEP-0166 §6.7.
 */
import type { InLeg, Legs } from './call-session.ts';
import { tellCallee } from './in-leg.ts';
import { finishInvite, terminateRung } from './invite-server-end.ts';
import { endLeg, sendBye, TIMERS } from './leg.ts';
import { endByGateway } from './out-leg.ts';
import {
  type OwnEnd,
  reasonHeaderOfOwnEnd,
  reasonOfOwnEnd,
  statusOfOwnEnd,
  terminationOfOwnEnd,
} from './reasons.ts';
import type { Turn } from './turn.ts';

const END: OwnEnd = 'gateway-stopped';

function endInLeg(turn: Turn, leg: InLeg): InLeg {
  const reason = reasonOfOwnEnd(END);
  if (leg.state === 'resolving' || leg.state === 'ringing') {
    finishInvite(turn, leg, statusOfOwnEnd(END));
    terminateRung(turn, leg, reason);
    return endLeg(turn, 'in', leg, terminationOfOwnEnd(END));
  }
  turn.clearTimer(TIMERS.in.ack);
  const ended = sendBye(turn, leg, reasonHeaderOfOwnEnd(END));
  tellCallee(turn, leg, reason);
  return endLeg(turn, 'in', ended, terminationOfOwnEnd(END));
}

/** Ends both legs, as far as they have not ended. */
export function onEndRequested(turn: Turn, { out, in: from }: Legs): Legs {
  const isOutOver = out === undefined || out.state === 'ended' || out.state === 'cancelling';
  const isInOver = from === undefined || from.state === 'ended';
  return {
    ...(out && { out: isOutOver ? out : endByGateway(turn, out, END) }),
    ...(from && { in: isInOver ? from : endInLeg(turn, from) }),
  };
}
