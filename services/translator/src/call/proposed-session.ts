/**
 * The session of a call that was proposed by message: the client's own offer comes once it may proceed.
 * XEP-0353 §3.4, XEP-0166 §6.1.
 */
import { offerFromJingle } from '../media/offer-from-jingle.ts';
import type { OutLeg } from './call-session.ts';
import { initiate } from './invite-client.ts';
import { hangUp } from './invite-client-answer.ts';
import type { JingleRequest } from './jingle.ts';
import { acknowledge, refuse, terminate } from './jingle-stanza.ts';
import { sdpContext, TIMERS, towards } from './leg.ts';
import { sendOffer } from './offer-client.ts';
import { reasonOfFault } from './reasons.ts';
import type { Turn } from './turn.ts';

/** Whether a session-initiate is the one that the client was told to send. */
export const isAwaited = (leg: OutLeg, { iq }: JingleRequest): boolean =>
  leg.proposal?.phase === 'proceeding' &&
  leg.user === iq.from &&
  leg.contact === iq.to &&
  (leg.state === 'active' || leg.state === 'gathering');

/** The phone was picked up: the client's offer takes the place of the one that stood in for it. */
function offerAgain(turn: Turn, leg: OutLeg, { iq, jingle }: JingleRequest): OutLeg {
  const offer = offerFromJingle(jingle, sdpContext(turn, leg, 'initiator'));
  if (!offer.ok && offer.cause === 'malformed') {
    refuse(turn, iq, 'bad-request');
    return leg;
  }
  acknowledge(turn, iq);
  turn.clearTimer(TIMERS.out.initiate);
  const initiated: OutLeg = {
    ...leg,
    initiateIqId: iq.id,
    ...(leg.proposal && { proposal: { ...leg.proposal, phase: 'initiated' } }),
  };
  if (!offer.ok) return hangUp(turn, initiated, { condition: reasonOfFault(offer) });
  const { sdp, media } = offer;
  const wish = { action: 'session-initiate', jingle } as const;
  return sendOffer(turn, { ...initiated, media }, { wish, attempt: 0, sdp, media, concerned: [] });
}

/** The session-initiate of a client that may proceed. */
export function initiateProposed(turn: Turn, leg: OutLeg, request: JingleRequest): OutLeg | undefined {
  if (leg.state === 'active') return offerAgain(turn, leg, request);
  turn.clearTimer(TIMERS.out.initiate);
  const { proposal } = leg;
  const next = initiate(turn, request, proposal?.isEndToEnd !== true);
  return next && proposal && { ...next, proposal: { ...proposal, phase: 'initiated' } };
}

/**
 * Answers a session-initiate of a proposed call that is not the awaited one: one that crossed the end of the call hears
 * of it, one of somebody else or before its time has no session. False: it is a repeated one, or of no proposal.
 */
export function refuseUnawaited(turn: Turn, leg: OutLeg, { iq }: JingleRequest): boolean {
  const { proposal } = leg;
  if (proposal === undefined || proposal.phase === 'initiated') return false;
  const isOwn = leg.user === iq.from && leg.contact === iq.to;
  if (isOwn && proposal.phase === 'proceeding' && leg.state === 'ended') {
    acknowledge(turn, iq);
    terminate(turn, towards(leg, leg.user), { condition: 'cancel' });
  } else {
    refuse(turn, iq, 'unknown-session');
  }
  return true;
}
