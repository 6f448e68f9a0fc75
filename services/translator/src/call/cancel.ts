/**
 * Giving up an INVITE of ours. RFC 3261 §9.1: no CANCEL before a provisional response.
 */
import type { OutLeg } from './call-session.ts';
import { MAX_FORWARDS } from './dialog-request.ts';
import { endLeg, TIMERS } from './leg.ts';
import type { Termination } from './reasons.ts';
import { TRANSACTION_MS, type Turn } from './turn.ts';

/** Sends the CANCEL: Request-URI, Call-ID, From, To, CSeq number, routes and branch of the INVITE. */
export function cancelInvite(turn: Turn, leg: OutLeg, reason: string | undefined): OutLeg {
  const { branch, edge, via, request } = leg.invite;
  const { contact: _, body: __, ...rest } = request;
  turn.issue({
    type: 'sip.request.send',
    ...(edge === undefined ? {} : { edge }),
    branch,
    request: {
      ...rest,
      method: 'CANCEL',
      maxForwards: MAX_FORWARDS,
      ...(via === undefined ? {} : { via }),
      headers: reason === undefined ? {} : { reason: [reason] },
    },
  });
  turn.clearTimer(TIMERS.out.ring);
  turn.setTimer(TIMERS.out.cancel, TRANSACTION_MS);
  return leg;
}

/**
 * Turns away from a leg that is not answered yet: CANCEL now, or upon the first provisional response. What the SIP side
 * still answers is not told to the caller any more.
 */
export function abandon(turn: Turn, leg: OutLeg, reason: string | undefined, end: Termination): OutLeg {
  const next: OutLeg = {
    ...leg,
    state: 'cancelling',
    end,
    ...(reason === undefined ? {} : { cancelReason: reason }),
  };
  if (leg.state === 'gathering') return endLeg(turn, 'out', leg, end);
  if (leg.hasProvisional) return cancelInvite(turn, next, reason);
  turn.clearTimer(TIMERS.out.ring);
  turn.setTimer(TIMERS.out.cancel, TRANSACTION_MS);
  return next;
}
