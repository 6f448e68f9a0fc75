/**
 * Answers of early dialogs: until one of them is confirmed nobody knows whose media the relay will carry.
 * RFC 3261 §13.2.2.4, RFC 3262 §5.
 */
import { tagOf } from '../call/dialog.ts';
import { sdpOf } from '../call/sdp-body.ts';
import { MAX_EARLY, type RelayedLeg, type SipEvent } from './relay-state.ts';

/** A provisional response without its SDP, which the leg keeps for the 2xx of that dialog; the first one counts. */
export function withoutEarlySdp(
  leg: RelayedLeg | undefined,
  event: SipEvent,
): { readonly leg: RelayedLeg | undefined; readonly event: SipEvent } {
  if (leg === undefined || event.type !== 'sip.response.received' || event.response.status >= 200) {
    return { leg, event };
  }
  const body = sdpOf(event.response.body);
  if (body.kind !== 'sdp') return { leg, event };
  const tag = tagOf(event.response.to);
  const isNew = tag !== '' && !Object.hasOwn(leg.early, tag) && Object.keys(leg.early).length < MAX_EARLY;
  const { body: _, ...response } = event.response;
  return {
    leg: isNew ? { ...leg, early: { ...leg.early, [tag]: body.sdp } } : leg,
    event: { ...event, response },
  };
}
