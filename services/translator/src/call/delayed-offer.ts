/**
 * An INVITE without an offer: the XMPP side is offered the codecs of the configuration, its answer is our offer in the
 * 200, and the answer comes in the ACK. RFC 3261 §13.2.1, RFC 3264 §5.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { catalogueOffer } from '../media/catalogue-offer.ts';
import { narrowedDescriptions } from '../media/narrowed-descriptions.ts';
import { deltaOfAnswer } from '../media/reoffer-accepted.ts';
import type { InLeg } from './call-session.ts';
import { endCall } from './end-call.ts';
import { contextOf, tell, tellAll } from './leg-party.ts';
import { endOfUnusable } from './relay-failed.ts';
import { sdpOf } from './sdp-body.ts';
import type { Turn } from './turn.ts';

/** The offer for the session-initiate, and whether it is ours; undefined where none can be made. */
export function offerOfInvite(turn: Turn, invite: SipRequest): { sdp: string; isOurs: boolean } | undefined {
  const body = sdpOf(invite.body);
  if (body.kind === 'sdp') return { sdp: body.sdp, isOurs: false };
  if (body.kind === 'other' || turn.policy.delayedOffer === 'reject') return undefined;
  const { delayedOfferCodecs: audio, delayedOfferVideoCodecs: video, delayedOfferTransport } = turn.policy;
  const ice =
    delayedOfferTransport === 'ice-udp' ? { ice: { ufrag: turn.derive(4), pwd: turn.derive(12) } } : {};
  return { sdp: catalogueOffer({ audio, video, ...ice }), isOurs: true };
}

/** The ACK to a 200 with our offer: what its answer says is told to the callee; without one there is no call. */
export function onDelayedAnswer(turn: Turn, leg: InLeg, ack: SipRequest): InLeg {
  const { isOfferOurs: _, ...active } = leg;
  const { media } = active;
  const body = sdpOf(ack.body);
  const context = contextOf(turn, leg);
  const answer =
    body.kind === 'sdp' && media !== undefined
      ? deltaOfAnswer(body.sdp, media, context, { action: 'session-accept', concerned: [] })
      : ({ ok: false } as const);
  if (!answer.ok || answer.media.contents.every(({ status }) => status === 'refused')) {
    return endCall(turn, 'in', active, endOfUnusable(leg));
  }
  tellAll(turn, leg, answer.changes);
  const descriptions = narrowedDescriptions(answer.media, context);
  if (descriptions.length > 0) tell(turn, leg, 'description-info', descriptions);
  return { ...active, media: answer.media };
}
