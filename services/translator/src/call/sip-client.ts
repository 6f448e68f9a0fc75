/**
 * Responses to requests of ours, and requests that got none. RFC 3261 §8.1.3.
 */
import type { EventOf, SipResponse } from '@stoxgate/contracts';
import type { ClientRequest, InLeg, Legs, OutLeg } from './call-session.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { afterPrack } from './early-dialog.ts';
import { afterEarlyUpdate, isEarlyUpdate, onEarlyUpdateFailed } from './early-offer.ts';
import { onErrandFailed, onErrandResponse } from './errand-outcome.ts';
import { onAckMissing } from './in-leg.ts';
import { onInviteFailed, onInviteResponse } from './invite-client.ts';
import { nextWish } from './offer-client.ts';
import { onOfferFailed, onOfferResponse } from './offer-client-answer.ts';
import { endByGateway } from './out-leg.ts';
import { onRefreshFailed, onRefreshResponse } from './session-refresh.ts';
import type { Turn } from './turn.ts';

/** A BYE that was challenged goes out once more, next CSeq, with the answer; every other response ends its matter. */
function afterBye<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, response: SipResponse): AnyLeg {
  const { bye, dialog } = leg;
  if (response.status < 200 || bye === undefined || dialog === undefined) return leg;
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials
      ? challengesToAnswer(bye.challenges, response)
      : undefined;
  if (challenges === undefined) return { ...leg, bye: undefined };
  const cseq = dialog.localCseq + 1;
  const request = { ...bye.request, cseq };
  const next: ClientRequest = { branch: turn.request(request, challenges), request, challenges };
  return { ...leg, dialog: { ...dialog, localCseq: cseq }, bye: next };
}

/** A response; those to CANCEL, and to requests that are no longer of interest, change nothing. */
export function onSipResponse(turn: Turn, legs: Legs, event: EventOf<'sip.response.received'>): Legs {
  const { branch, response } = event;
  const { out, in: from } = legs;
  const { method } = response.cseq;
  if (method === 'INVITE' && out?.invite.branch === branch) {
    return { ...legs, out: onInviteResponse(turn, out, response) };
  }
  if (method === 'PRACK' && out !== undefined)
    return { ...legs, out: nextWish(turn, 'out', afterPrack(turn, out, branch, response)) };
  if (out !== undefined && isEarlyUpdate(out, branch))
    return { ...legs, out: afterEarlyUpdate(turn, out, branch, response) };
  if (out?.asking?.branch === branch)
    return { ...legs, out: nextWish(turn, 'out', onErrandResponse(turn, 'out', out, response)) };
  if (from?.asking?.branch === branch)
    return { ...legs, in: nextWish(turn, 'in', onErrandResponse(turn, 'in', from, response)) };
  if (out?.refreshing?.branch === branch)
    return { ...legs, out: nextWish(turn, 'out', onRefreshResponse(turn, 'out', out, response)) };
  if (from?.refreshing?.branch === branch)
    return { ...legs, in: nextWish(turn, 'in', onRefreshResponse(turn, 'in', from, response)) };
  if (out?.negotiation?.state === 'offer-sent' && out.negotiation.branch === branch) {
    return { ...legs, out: onOfferResponse(turn, 'out', out, out.negotiation, response) };
  }
  if (from?.negotiation?.state === 'offer-sent' && from.negotiation.branch === branch) {
    return { ...legs, in: onOfferResponse(turn, 'in', from, from.negotiation, response) };
  }
  if (method !== 'BYE') return legs;
  if (out?.bye?.branch === branch) return { ...legs, out: afterBye(turn, out, response) };
  if (from?.bye?.branch === branch) return { ...legs, in: afterBye(turn, from, response) };
  return legs;
}

export function onSipFailure(turn: Turn, legs: Legs, event: EventOf<'sip.request.failed'>): Legs {
  const { out, in: from } = legs;
  if (out?.asking?.branch === event.branch) {
    return { ...legs, out: nextWish(turn, 'out', onErrandFailed(turn, 'out', out, event.cause)) };
  }
  if (from?.asking?.branch === event.branch) {
    return { ...legs, in: nextWish(turn, 'in', onErrandFailed(turn, 'in', from, event.cause)) };
  }
  if (out?.refreshing?.branch === event.branch) {
    return { ...legs, out: nextWish(turn, 'out', onRefreshFailed(turn, 'out', out, event.cause)) };
  }
  if (from?.refreshing?.branch === event.branch) {
    return { ...legs, in: nextWish(turn, 'in', onRefreshFailed(turn, 'in', from, event.cause)) };
  }
  const { branch, cause } = event;
  if (out !== undefined && isEarlyUpdate(out, branch))
    return { ...legs, out: onEarlyUpdateFailed(out, branch) };
  if (out?.negotiation?.state === 'offer-sent' && out.negotiation.branch === branch) {
    return { ...legs, out: onOfferFailed(turn, 'out', out, out.negotiation, cause) };
  }
  if (from?.negotiation?.state === 'offer-sent' && from.negotiation.branch === branch) {
    return { ...legs, in: onOfferFailed(turn, 'in', from, from.negotiation, cause) };
  }
  if (event.method !== 'INVITE' || out?.invite.branch !== event.branch) return legs;
  return { ...legs, out: onInviteFailed(turn, out, event.cause) };
}

/** The edge that waits for an answer to our INVITE is gone: nobody will see one (RFC 3261 §17.1.1). */
export function onEdgeLost(turn: Turn, legs: Legs, edge: string): Legs {
  const { out } = legs;
  const isRinging = out?.state === 'calling' || out?.state === 'proceeding';
  if (!isRinging || out.invite.edge !== edge) return legs;
  return { ...legs, out: endByGateway(turn, out, 'sip-transport') };
}

/** Whether a 2xx of ours waits for its ACK. An edge that repeats one may not see the ACK: it can come by another. */
const awaitsAck = (leg: OutLeg | InLeg, cseq: number): boolean =>
  (leg.state === 'accepted' && leg.invite.cseq.number === cseq) ||
  (leg.state === 'active' && leg.negotiation?.state === 'answer-sent' && leg.negotiation.cseq === cseq);

/** A 2xx of ours to INVITE or re-INVITE was never acknowledged. */
export function onAckTimeout(turn: Turn, legs: Legs, event: EventOf<'sip.ack.timed-out'>): Legs {
  const { out, in: from } = legs;
  const { localTag, cseq } = event;
  if (from?.localTag === localTag && awaitsAck(from, cseq)) {
    return { ...legs, in: onAckMissing(turn, from) };
  }
  if (out?.localTag === localTag && awaitsAck(out, cseq)) {
    return { ...legs, out: endByGateway(turn, out, 'ack-missing') };
  }
  return legs;
}
