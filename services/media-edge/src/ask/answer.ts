import type { NgRequest } from '../ng/ng-message.ts';
import { FLAGS, ICE_FLAGS, otherEnd, REPLACE, type RequestOf } from './ends.ts';
import { withFirstClock } from './event-clock.ts';
import { hasIce, OFFERED } from './profiles.ts';
import { sdpForRelay } from './sdp-for-relay.ts';

/**
 * An answer (RFC 3264 §6). Its tags stand as in the offer: `from-tag` is who offered. Profile and codecs follow from that
 * offer by themselves.
 */
export function answer(call: string, request: RequestOf<'answer'>): NgRequest {
  const { from, to, sdp } = request;
  const answered = from === 'xmpp' ? withFirstClock(sdp) : sdp;
  return {
    command: 'answer',
    'call-id': call,
    'from-tag': otherEnd(from),
    'to-tag': from,
    sdp: sdpForRelay(answered),
    ICE: OFFERED[to].ICE,
    replace: REPLACE,
    flags: hasIce(to) ? [...FLAGS, ...ICE_FLAGS] : FLAGS,
  };
}
