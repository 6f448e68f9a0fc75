/**
 * Calls from SIP whose media are to be relayed. One whose INVITE has no offer gets one that stands in for the caller's, so
 * that the relay can make one for clients; the client's answer is our offer in the 200. RFC 3261 §13.2.1, RFC 3264 §5.
 */
import type { InLeg } from '../call/call-session.ts';
import { sdpBody } from '../call/capabilities.ts';
import { tagOf } from '../call/dialog.ts';
import { sdpOf } from '../call/sdp-body.ts';
import { placeholderOffer } from '../media/placeholder-offer.ts';
import { isRelayed } from '../media/relay-choice.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { type RelayedLeg, relayedLeg, type SipEvent } from './relay-state.ts';

export interface Opening {
  readonly leg: RelayedLeg;
  /** The INVITE, with an offer. */
  readonly event: SipEvent;
}

/** The leg that an INVITE begins; undefined: the event is something else, or the media go without a relay. */
export function openingOf(
  policy: TranslatorPolicy,
  before: InLeg | undefined,
  event: SipEvent,
): Opening | undefined {
  if (event.type !== 'sip.request.received' || (before !== undefined && before.state !== 'ended')) {
    return undefined;
  }
  const { request } = event;
  if (request.method !== 'INVITE' || tagOf(request.to) !== '') return undefined;
  const body = sdpOf(request.body);
  const call = `${request.callId}/in`;
  if (body.kind === 'sdp') {
    return isRelayed(policy, 'sip', body.sdp) ? { leg: relayedLeg(call), event } : undefined;
  }
  if (body.kind === 'other' || policy.delayedOffer === 'reject') return undefined;
  const { sdpOrigin, delayedOfferCodecs: audio, delayedOfferVideoCodecs: video } = policy;
  const sdp = placeholderOffer({ address: sdpOrigin, userName: '-', sessionId: '1' }, { audio, video });
  if (!isRelayed(policy, 'sip', sdp)) return undefined;
  return {
    leg: relayedLeg(call, 'sip'),
    event: { ...event, request: { ...request, body: sdpBody(sdp) } },
  };
}
