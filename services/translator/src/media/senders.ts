/**
 * Jingle `senders` and SDP direction. What a direction means depends on whose SDP it stands in.
 * XEP-0166 §7.3, RFC 3264 §5.1, §6.1.
 */
import type { Direction } from '@stoxgate/wire-sdp';
import type { JingleRole } from './media-state.ts';

export type Senders = 'both' | 'initiator' | 'responder' | 'none';

export const otherRole = (role: JingleRole): JingleRole => (role === 'initiator' ? 'responder' : 'initiator');

/** Direction in the SDP that describes `described`. Absent and unknown senders mean both. */
export function directionOf(senders: string | undefined, described: JingleRole): Direction {
  if (senders === 'none') return 'inactive';
  if (senders !== 'initiator' && senders !== 'responder') return 'sendrecv';
  return senders === described ? 'sendonly' : 'recvonly';
}

/** Senders for a direction in the SDP that describes `described`. Absent direction means both. */
export function sendersOf(direction: Direction | undefined, described: JingleRole): Senders {
  if (direction === 'inactive') return 'none';
  if (direction === 'sendonly') return described;
  return direction === 'recvonly' ? otherRole(described) : 'both';
}

/** The same direction seen by the other party. */
export function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly';
const receives = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly';

/** As much of `answer` as `offer` allows: who may not receive cannot be sent to (RFC 3264 §6.1). */
export function answerDirection(answer: Direction, offer: Direction): Direction {
  const send = sends(answer) && receives(offer);
  const receive = receives(answer) && sends(offer);
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}
