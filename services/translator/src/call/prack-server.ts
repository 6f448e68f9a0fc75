/**
 * PRACK to our reliable responses. They have no SDP: before the INVITE has its 2xx, its offer has no answer and another one
 * comes too early; after it, an offer in a late PRACK is answered in the 2xx to the PRACK. RFC 3262 §5, RFC 3264 §4.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { LegAt, Reply } from './dialog-replies.ts';
import { isAnswered } from './negotiation.ts';
import { acknowledges } from './ringing-server.ts';
import { sdpOf } from './sdp-body.ts';

const hasOffer = (request: SipRequest): boolean => sdpOf(request.body).kind === 'sdp';

/** Whether a PRACK has an offer that is to be answered in its 2xx. */
export const offersInPrack = ({ side, leg }: LegAt, request: SipRequest): boolean =>
  side === 'in' && isAnswered(leg) && acknowledges(leg, request) && hasOffer(request);

/** The reply to any other PRACK; `tooEarly` is the one to an offer that cannot be yet. */
export function replyToPrack({ side, leg }: LegAt, request: SipRequest, tooEarly: Reply): Reply {
  if (side !== 'in' || !acknowledges(leg, request)) return { status: 481 };
  return hasOffer(request) ? tooEarly : { status: 200 };
}
