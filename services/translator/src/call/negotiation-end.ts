/**
 * What ends an exchange of offer and answer other than its answer: CANCEL and the clock. RFC 3261 §9.2, §14.2.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { parseVia } from '@stoxgate/wire-sip';
import { restartUndone } from '../media/restart-undone.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { endCall } from './end-call.ts';
import type { Side } from './leg.ts';
import { tell } from './leg-party.ts';
import { isAnswered, type OfferReceived } from './negotiation.ts';
import { retryOffer } from './offer-client-answer.ts';
import { onConsentTimeout, refuseNow, withdraw } from './offer-server.ts';
import type { Turn } from './turn.ts';

const branchOf = (request: SipRequest): string | undefined => parseVia(request.vias[0] ?? '')?.branch;

/** Whether a CANCEL is for the re-INVITE that waits for its answer. */
export function cancelsOffer(leg: OutLeg | InLeg | undefined, cancel: SipRequest): boolean {
  const negotiation = leg?.negotiation;
  return (
    leg !== undefined &&
    isAnswered(leg) &&
    negotiation?.state === 'offer-received' &&
    negotiation.invite.cseq.number === cancel.cseq.number &&
    branchOf(negotiation.invite) === branchOf(cancel)
  );
}

/** What the XMPP party heard of the offer before its answer is taken back. */
function withRestartUndone<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  received: OfferReceived,
): AnyLeg {
  if (leg.media === undefined) return leg;
  const { children, media } = restartUndone(leg.media, received.media);
  if (children.length === 0) return leg;
  tell(turn, leg, 'transport-info', children);
  return { ...leg, media };
}

/** The SIP party takes its offer back: 487, and the session stays as it was. */
export function onOfferCancelled<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  cancel: SipRequest,
): AnyLeg {
  const { negotiation } = leg;
  if (negotiation?.state !== 'offer-received') return leg;
  turn.respond(cancel, 200, leg.localTag);
  withdraw(turn, leg, negotiation, negotiation.added);
  return refuseNow(turn, side, withRestartUndone(turn, leg, negotiation), negotiation, 487);
}

/** The timer of the exchange: try again, do without the XMPP party's word, or give up waiting for the ACK. */
export function onNegotiationTimer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
): AnyLeg {
  switch (leg.negotiation?.state) {
    case 'backing-off':
      return retryOffer(turn, side, leg);
    case 'offer-received':
      return onConsentTimeout(turn, side, leg, leg.negotiation);
    case 'answer-sent':
      return endCall(turn, side, leg, 'ack-missing');
    default:
      return leg;
  }
}
