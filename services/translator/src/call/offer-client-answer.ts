/**
 * What the SIP party answers to an offer of ours in a call that is up. RFC 3261 §14.1, §12.2.1.2; RFC 3311 §5.3.
 */
import type { SipResponse } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { sendersWritten } from '../media/fixed-senders.ts';
import type { MediaState } from '../media/media-state.ts';
import { ownMedia, toldSenders } from '../media/own-media.ts';
import { deltaOfAnswer } from '../media/reoffer-accepted.ts';
import { afterRefusal } from '../media/reoffer-next.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { noteFailed } from './change-failed.ts';
import { endDeadDialog } from './dead-dialog.ts';
import { ackIn } from './dialog-request.ts';
import { endCall } from './end-call.ts';
import { type Side, TIMERS } from './leg.ts';
import { contextOf, tell, tellAll } from './leg-party.ts';
import { type OfferSent, withoutNegotiation } from './negotiation.ts';
import { carryOut, nextWish, reject, sendOffer } from './offer-client.ts';
import { endOfUnusable } from './relay-failed.ts';
import { sdpOf } from './sdp-body.ts';
import { sendAccept } from './session-accept.ts';
import { raisedInterval } from './session-interval.ts';
import { glareDelayMs } from './session-refresh.ts';
import { timerAsClient } from './session-timer.ts';
import type { Turn } from './turn.ts';

/** So often an offer is sent again before it counts as refused. */
const MAX_ATTEMPTS = 8;
/** How long until the same offer may be sent again; undefined: never. */
function delayOf(turn: Turn, side: Side, response: SipResponse): number | undefined {
  if (response.status === 491) return glareDelayMs(turn, side);
  const seconds = /^\s*(\d{1,2})\b/.exec(response.headers['retry-after']?.[0] ?? '')?.[1];
  // RFC 3261 §14.2: the peer has an INVITE of ours in hand, or so it believes.
  return response.status === 500 && seconds !== undefined ? Number(seconds) * 1000 : undefined;
}

/** Contents with the senders from before, for an XMPP party that set others in vain. */
function oldSenders(turn: Turn, leg: OutLeg | InLeg, media: MediaState, wished: MediaState) {
  const context = contextOf(turn, leg);
  const own = ownMedia(media, context.xmppRole).lines;
  const contents = media.contents.flatMap((state, index) => {
    const line = own[index];
    const now = wished.contents[index];
    if (line === undefined || now?.senders === undefined || now.senders === state.senders) return [];
    const senders = toldSenders(media, index, line, context);
    return senders === now.senders
      ? []
      : [el('content', { creator: state.creator, name: state.name, senders })];
  });
  return sendersWritten(contents, context);
}

/** The offer is refused: "the session parameters remain unchanged" (RFC 3261 §14.1). */
function refused<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  before: AnyLeg,
  offer: OfferSent,
): AnyLeg {
  const { media } = before;
  if (media === undefined) return before;
  // Without it the session does not even begin.
  if (offer.wish.action === 'session-initiate') return endCall(turn, side, before, endOfUnusable(before));
  const leg = noteFailed(before, offer.wish);
  reject(turn, leg, offer.wish.action, offer.concerned);
  if (offer.wish.action === 'content-modify') {
    const contents = oldSenders(turn, leg, media, offer.media);
    if (contents.length > 0) tell(turn, leg, 'content-modify', contents);
  }
  return nextWish(turn, side, { ...leg, media: afterRefusal(media, offer.media) });
}

function backOff<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  offer: OfferSent,
  delayMs: number,
): AnyLeg {
  turn.setTimer(TIMERS[side].negotiation, delayMs);
  const { wish, attempt } = offer;
  const media = leg.media && afterRefusal(leg.media, offer.media);
  return {
    ...leg,
    ...(media && { media }),
    negotiation: { state: 'backing-off', wish, attempt: attempt + 1 },
  };
}

/** ACK and the remote target that the 2xx names (RFC 3261 §12.2.1.2). */
function confirmed<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  offer: OfferSent,
  response: SipResponse,
): AnyLeg {
  if (leg.dialog === undefined) return leg;
  const remoteTarget = response.contacts[0]?.uri ?? leg.dialog.remoteTarget;
  const dialog = { ...leg.dialog, remoteTarget };
  if (offer.request.method === 'INVITE') {
    turn.request(ackIn(dialog, offer.request.cseq), offer.challenges, turn.input.edge);
  }
  const next = { ...leg, dialog };
  return leg.sessionTimer === undefined || leg.state !== 'active'
    ? next
    : timerAsClient(turn, side, next, response);
}

/** The answer to the offer of a client that has proceeded: its session begins. */
function acceptProposed(
  turn: Turn,
  side: Side,
  leg: OutLeg,
  sdp: string,
  media: MediaState,
  response: SipResponse,
): OutLeg {
  const answer = sendAccept(turn, leg, sdp, media, response);
  if (!answer.ok) return endCall(turn, side, leg, endOfUnusable(leg));
  return nextWish(turn, side, { ...leg, media: answer.media, acceptIqId: answer.acceptIqId });
}

function accepted<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  offer: OfferSent,
  response: SipResponse,
): AnyLeg {
  const body = sdpOf(response.body);
  const { wish, concerned } = offer;
  const offered = { action: wish.action, concerned };
  if (wish.action === 'session-initiate' && body.kind === 'sdp' && !('rung' in leg)) {
    return acceptProposed(turn, side, leg, body.sdp, offer.media, response) as AnyLeg;
  }
  const answer =
    body.kind === 'sdp'
      ? deltaOfAnswer(body.sdp, offer.media, contextOf(turn, leg), offered)
      : ({ ok: false } as const);
  if (!answer.ok || answer.media.contents.every(({ status }) => status === 'refused')) {
    return endCall(turn, side, leg, endOfUnusable(leg));
  }
  tellAll(turn, leg, answer.changes);
  return nextWish(turn, side, { ...leg, media: answer.media });
}

/** A response to the offer of this leg. */
export function onOfferResponse<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  before: AnyLeg,
  offer: OfferSent,
  response: SipResponse,
): AnyLeg {
  const { status } = response;
  if (status < 200) return before;
  const leg = withoutNegotiation(before);
  if (status < 300) {
    const up = confirmed(turn, side, leg, offer, response);
    return leg.state === 'active' ? accepted(turn, side, up, offer, response) : up;
  }
  if (leg.state !== 'active') return leg;
  if (status === 408 || status === 481) return endDeadDialog(turn, side, leg, status);
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials
      ? challengesToAnswer(offer.challenges, response)
      : undefined;
  // RFC 4028 §7.4: the same offer, with the interval that the peer asks for.
  const raised = status === 422 ? raisedInterval(offer.request.headers, response.headers) : undefined;
  if (challenges !== undefined || raised !== undefined) {
    const { wish, attempt, media, concerned, request } = offer;
    const sdp = request.body?.content ?? '';
    const headers = raised ?? request.headers;
    const again = { wish, attempt, media, concerned, sdp, headers };
    return sendOffer(turn, leg, { ...again, challenges: challenges ?? offer.challenges });
  }
  const delayMs = offer.attempt < MAX_ATTEMPTS ? delayOf(turn, side, response) : undefined;
  return delayMs === undefined ? refused(turn, side, leg, offer) : backOff(turn, side, leg, offer, delayMs);
}

/** The offer got no final response. Silence ends the dialog (RFC 3261 §12.2.1.2); everything else is a refusal. */
export function onOfferFailed<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  before: AnyLeg,
  offer: OfferSent,
  cause: string,
): AnyLeg {
  const leg = withoutNegotiation(before);
  if (leg.state !== 'active') return leg;
  if (cause === 'timeout') return endDeadDialog(turn, side, leg, 408);
  const isRelayBroken = cause === 'media' && offer.wish.action === 'session-initiate';
  return refused(turn, side, isRelayBroken ? { ...leg, isRelayBroken } : leg, offer);
}

/** The time to send the offer again has come: the same wish, with the session as it is now. */
export const retryOffer = <AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg =>
  leg.negotiation?.state === 'backing-off' && leg.state === 'active'
    ? carryOut(turn, side, withoutNegotiation(leg), leg.negotiation.wish, leg.negotiation.attempt)
    : leg;
