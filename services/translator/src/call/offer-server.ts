/**
 * Offers of the SIP party in a call that is up: re-INVITE and UPDATE. Always answered with SDP; the XMPP party is asked
 * only where it has to agree. RFC 3261 §14.2, RFC 3311 §5.2, RFC 3264 §8.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import type { MediaState } from '../media/media-state.ts';
import { deltaOfAnswer } from '../media/reoffer-accepted.ts';
import { answerReoffer } from '../media/reoffer-answer.ts';
import { type DeltaOptions, deltaOfOffer } from '../media/reoffer-delta.ts';
import { nextOffer } from '../media/reoffer-next.ts';
import type { JingleChange } from '../media/reoffer-remote.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { SDP, sdpBody, sessionHeaders } from './capabilities.ts';
import { contactOfLeg } from './contact-of-leg.ts';
import { afterRequest } from './dialog.ts';
import { type LegAt, type Reply, tooEarly } from './dialog-replies.ts';
import { endCall } from './end-call.ts';
import { type Side, TIMERS } from './leg.ts';
import { contextOf, tell, tellAll } from './leg-party.ts';
import { isAnswered, type OfferReceived, withoutNegotiation } from './negotiation.ts';
import { nextWish } from './offer-client.ts';
import { sdpOf } from './sdp-body.ts';
import { withTimer } from './session-timer.ts';
import { responseTo } from './sip-response.ts';
import { T1_MS, TRANSACTION_MS, type Turn } from './turn.ts';

/** How long the user may think about new contents, and how long its client may take to restart ICE. */
const CONSENT_MS = 30_000;
const RESTART_MS = 2_000;
/** The edge reports a missing ACK after 64*T1; this is for an edge that is gone itself. */
const ACK_PATIENCE_MS = TRANSACTION_MS + 16 * T1_MS;

/** Changes that nobody is asked about, in an offer that has to wait; ICE credentials of a restart are told at once. */
const TOLD_WITH_ANSWER: ReadonlySet<string> = new Set([
  'content-remove',
  'content-modify',
  'session-info',
  'description-info',
]);

const refreshed = <AnyLeg extends OutLeg | InLeg>(
  leg: AnyLeg,
  request: SipRequest,
  status: number,
): AnyLeg => (leg.dialog === undefined ? leg : { ...leg, dialog: afterRequest(leg.dialog, request, status) });

function respond<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: SipRequest,
  reply: Reply,
  edge = turn.input.edge,
): AnyLeg {
  const { at, reply: timed } = withTimer(turn, { side, leg } as LegAt, request, reply);
  turn.issue({
    type: 'sip.response.send',
    edge,
    response: responseTo(request, timed.status, leg.localTag, timed),
  });
  return refreshed(at.leg as AnyLeg, request, timed.status);
}

/** A wish that waits for its time gives way to the SIP party's offer, and comes first after it. */
function withoutBackOff<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  if (leg.negotiation?.state !== 'backing-off') return leg;
  turn.clearTimer(TIMERS[side].negotiation);
  return { ...withoutNegotiation(leg), wishes: [leg.negotiation.wish, ...(leg.wishes ?? [])] };
}

/** The callee hung up, and the BYE waits for the ACK. */
const isEnding = (leg: OutLeg | InLeg): boolean => 'rung' in leg && leg.byeOnAck !== undefined;

/** Our 2xx to the INVITE had our offer, and the answer is to come in the ACK (RFC 5407 §3.1.5). */
const isOfferOpen = (leg: OutLeg | InLeg): boolean => 'rung' in leg && leg.isOfferOurs === true;

/** Glare: what a request with an offer gets while another offer is open. */
function glare(turn: Turn, leg: OutLeg | InLeg): Reply | undefined {
  const { negotiation } = leg;
  switch (negotiation?.state) {
    case 'offer-sent':
      return { status: 491 };
    case 'offer-received':
      return tooEarly(turn);
    case 'answer-sent':
      return negotiation.offered ? { status: 491 } : undefined;
    default:
      return leg.refreshing !== undefined || isEnding(leg) || isOfferOpen(leg) ? { status: 491 } : undefined;
  }
}

const parts = (turn: Turn, leg: OutLeg | InLeg, sdp: string) => ({
  contact: contactOfLeg(turn, leg),
  headers: sessionHeaders(turn.policy),
  body: sdpBody(sdp),
});

/** After a 2xx: an INVITE's is open until the ACK, an UPDATE is done. */
function afterAnswer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: SipRequest,
  offered: boolean,
): AnyLeg {
  if (request.method !== 'INVITE') return nextWish(turn, side, leg);
  turn.setTimer(TIMERS[side].negotiation, ACK_PATIENCE_MS);
  return { ...leg, negotiation: { state: 'answer-sent', cseq: request.cseq.number, offered } };
}

/** re-INVITE without an offer: ours, as it is (RFC 3261 §14.2). */
function offerInAnswer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: SipRequest,
  media: MediaState,
): AnyLeg {
  const offer = nextOffer(media, contextOf(turn, leg));
  const next = respond(turn, side, leg, request, { status: 200, ...parts(turn, leg, offer.sdp) });
  return afterAnswer(turn, side, { ...next, media: offer.media }, request, true);
}

/** A relay holds by itself; some clients end the call when they are told of senders. */
function holdAsOf({ policy: { holdAs } }: Turn, { isRelayed }: OutLeg | InLeg): DeltaOptions['holdAs'] {
  if (holdAs !== 'auto') return holdAs;
  return isRelayed === true ? 'hold' : 'content-modify';
}

function onSdp<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: SipRequest,
  sdp: string,
  media: MediaState,
): AnyLeg {
  const context = contextOf(turn, leg);
  const delta = deltaOfOffer(sdp, media, context, {
    profile: turn.policy.offerDelta,
    holdAs: holdAsOf(turn, leg),
    // What the relay hides from the XMPP party is no news to it.
    isRefresh: leg.isRelayed === true || request.headers['session-expires'] !== undefined,
  });
  if (!delta.ok)
    return respond(turn, side, leg, request, { status: delta.cause === 'malformed' ? 400 : 488 });
  const isInvite = request.method === 'INVITE';
  if (!isInvite || (delta.added.length === 0 && !delta.isRestart)) {
    // UPDATE is answered at once, so nobody can be asked: what it adds is refused (RFC 3311 §5.2).
    const changes = delta.changes.filter(({ action }) => action !== 'content-add');
    const answer = answerReoffer(delta.media, context, delta.isUnchanged);
    const next = respond(turn, side, leg, request, { status: 200, ...parts(turn, leg, answer.sdp) });
    tellAll(turn, leg, changes);
    return afterAnswer(turn, side, { ...next, media: answer.media }, request, false);
  }
  const isToldNow = ({ action }: JingleChange): boolean =>
    action === 'content-add' || (delta.isRestart && !TOLD_WITH_ANSWER.has(action));
  const ids = tellAll(turn, leg, delta.changes.filter(isToldNow));
  const untold = delta.changes.filter((change) => !isToldNow(change));
  const addIqId = delta.added.length > 0 ? ids.at(-1) : undefined;
  turn.setTimer(TIMERS[side].negotiation, delta.added.length > 0 ? CONSENT_MS : RESTART_MS);
  const { body: _, ...invite } = request;
  const negotiation: OfferReceived = {
    state: 'offer-received',
    invite,
    edge: turn.input.edge,
    media: delta.media,
    added: delta.added,
    onlyAdds: delta.changes.every(({ action }) => action === 'content-add'),
    ...(addIqId === undefined ? {} : { addIqId }),
    ...(untold.length === 0 ? {} : { untold }),
  };
  // The remote target changes with the answer, not before it.
  return { ...refreshed(leg, request, 491), negotiation };
}

/** A re-INVITE or UPDATE in the dialog of a leg whose INVITE has its 2xx. */
export function onOffer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: SipRequest,
): AnyLeg {
  const body = sdpOf(request.body);
  if (body.kind === 'other')
    return respond(turn, side, leg, request, { status: 415, headers: { accept: [SDP] } });
  if (request.method === 'UPDATE' && body.kind === 'none') {
    const contact = contactOfLeg(turn, leg);
    return respond(turn, side, leg, request, { status: 200, contact });
  }
  const refusal = glare(turn, leg);
  if (refusal !== undefined) return respond(turn, side, leg, request, refusal);
  if (leg.media === undefined) return respond(turn, side, leg, request, { status: 488 });
  const free = withoutBackOff(turn, side, leg);
  return body.kind === 'none'
    ? offerInAnswer(turn, side, free, request, leg.media)
    : onSdp(turn, side, free, request, body.sdp, leg.media);
}

/** The answer that the XMPP party was waited for. */
export function answerNow<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  received: OfferReceived,
  media: MediaState,
): AnyLeg {
  const { invite, edge, untold = [] } = received;
  const answer = answerReoffer(media, contextOf(turn, leg));
  const reply = { status: 200, ...parts(turn, leg, answer.sdp) };
  const free = { ...withoutNegotiation(leg), media: answer.media };
  const next = respond(turn, side, free, invite, reply, edge);
  tellAll(turn, leg, untold);
  turn.clearTimer(TIMERS[side].negotiation);
  return afterAnswer(turn, side, next, invite, false);
}

/** Refuses the offer that waits: the session stays as it was. */
export function refuseNow<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  received: OfferReceived,
  status: number,
): AnyLeg {
  const { invite, edge } = received;
  const response = responseTo(invite, status, leg.localTag);
  turn.issue({ type: 'sip.response.send', edge, response });
  turn.clearTimer(TIMERS[side].negotiation);
  return nextWish(turn, side, withoutNegotiation(leg));
}

/** content-remove for contents that the XMPP party was asked about and that come to nothing. */
export function withdraw(
  turn: Turn,
  leg: OutLeg | InLeg,
  received: OfferReceived,
  added: readonly number[],
): void {
  const contents = added.flatMap((index) => {
    const state = received.media.contents[index];
    return state === undefined ? [] : [el('content', { creator: state.creator, name: state.name })];
  });
  if (contents.length > 0) tell(turn, leg, 'content-remove', contents);
}

/** The XMPP party did not say in time what it thinks of the offer. */
export function onConsentTimeout<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  received: OfferReceived,
): AnyLeg {
  if (isEnding(leg)) return refuseNow(turn, side, leg, received, 487);
  withdraw(turn, leg, received, received.added);
  return answerNow(turn, side, leg, received, received.media);
}

/** ACK to a 2xx of ours to a re-INVITE. Where our 2xx had the offer, it has to bring the answer (RFC 3261 §13.2.1). */
export function onReinviteAck<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  ack: SipRequest,
): AnyLeg {
  const { negotiation, media } = leg;
  if (negotiation?.state !== 'answer-sent' || negotiation.cseq !== ack.cseq.number) return leg;
  turn.clearTimer(TIMERS[side].negotiation);
  const next = withoutNegotiation(leg);
  if (!isAnswered(leg) || !negotiation.offered || media === undefined) return nextWish(turn, side, next);
  const body = sdpOf(ack.body);
  const offered = { action: 'refresh', concerned: [] };
  const answer =
    body.kind === 'sdp'
      ? deltaOfAnswer(body.sdp, media, contextOf(turn, leg), offered)
      : ({ ok: false } as const);
  if (!answer.ok || answer.media.contents.every(({ status }) => status === 'refused')) {
    return endCall(turn, side, next, 'answer-unusable');
  }
  tellAll(turn, leg, answer.changes);
  return nextWish(turn, side, { ...next, media: answer.media });
}
