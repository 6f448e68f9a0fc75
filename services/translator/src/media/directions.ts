/**
 * Hold and mute on top of what a party wants: directions as sets of "sends" and "receives".
 * RFC 3264 §8.4, XEP-0167 §8 (hold, mute).
 */
import type { Direction } from '@stoxgate/wire-sdp';
import type { ContentState, JingleRole } from './media-state.ts';
import { answerDirection, directionOf, mirrored, type Senders, sendersOf } from './senders.ts';

export const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly';
export const receives = (direction: Direction): boolean =>
  direction === 'sendrecv' || direction === 'recvonly';

export function directionWith(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** What the XMPP party is ready for now: its own direction without what it holds and mutes. */
export const readyDirection = ({ holds }: ContentState, own: Direction): Direction =>
  directionWith(sends(own) && !holds?.muted, receives(own) && !holds?.xmpp);

/**
 * Direction of our offer. Nobody is sent to that holds: with own `sendrecv`, a hold of XMPP is `sendonly`, of SIP
 * `recvonly`, of both `inactive`.
 */
export function offeredDirection(state: ContentState, own: Direction): Direction {
  const ready = readyDirection(state, own);
  return directionWith(sends(ready) && !state.holds?.sip, receives(ready));
}

/** Direction of our answer to an offer of the SIP party. */
export const answeredDirection = (state: ContentState, own: Direction, offered: Direction): Direction =>
  answerDirection(readyDirection(state, own), offered);

/** `senders` for an agreed pair: what the XMPP party is ready for, and what the SIP party says of itself. */
export function agreedSenders(ready: Direction, sip: Direction, role: JingleRole): Senders {
  return sendersOf(answerDirection(ready, sip), role);
}

/**
 * Own direction of the XMPP party after it set `senders`. Only what differs from what it was told before is its wish:
 * what the SIP party holds is not.
 */
export function ownDirectionAfter(
  own: Direction,
  told: Senders,
  said: string | undefined,
  role: JingleRole,
): Direction {
  const before = directionOf(told, role);
  const after = directionOf(said, role);
  const send = sends(before) === sends(after) ? sends(own) : sends(after);
  const receive = receives(before) === receives(after) ? receives(own) : receives(after);
  return directionWith(send, receive);
}

/** Whether the SIP party holds, after it answered `answer` to our `offer`. An answer may only be less than the offer. */
export function heldByAnswer(offer: Direction, answer: Direction, before: boolean): boolean {
  if (!sends(offer)) return before;
  if (receives(answer)) return false;
  return offer === 'sendrecv' ? true : before;
}

/** Holds of a content that begins with an offer of the SIP party of this direction. */
export const holdsOf = (offer: Direction = 'sendrecv'): Pick<ContentState, 'holds'> =>
  receives(offer) ? {} : { holds: { sip: true } };

/** The own direction behind an answer of ours: what the offer did not allow is not known to be unwanted. */
export const unlimited = (answer: Direction, offer: Direction): Direction =>
  directionWith(sends(answer) || !sends(mirrored(offer)), receives(answer) || !receives(mirrored(offer)));
