/**
 * A SIP address watches an XMPP user. RFC 8048 §5.
 */
import type { EventOf, SipRequest } from '@stoxgate/contracts';
import type { PresenceHalf } from './presence-session.ts';
import type { PresenceTurn } from './presence-turn.ts';

export interface Watched extends PresenceHalf {
  /** Bare JID of the contact that the SIP address is to the user. */
  readonly contact: string;
  readonly domain: string;
}

type Half = Watched | undefined;

/** Presence of the user towards the contact. */
export function watchedHears(
  _turn: PresenceTurn,
  half: Half,
  _event: EventOf<'presence.stanza.received'>,
): Half {
  return half;
}

/** A SUBSCRIBE, outside a dialog or in one of this half. */
export function watchedSubscribed(turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half {
  turn.respond(edge, request, 501, turn.derive(8));
  return half;
}

/** A response to a NOTIFY of ours. */
export function watchedAnswered(
  _turn: PresenceTurn,
  half: Half,
  _event: EventOf<'sip.response.received'>,
): Half {
  return half;
}

/** A NOTIFY of ours got no final response. */
export function watchedFailed(_turn: PresenceTurn, half: Half, _event: EventOf<'sip.request.failed'>): Half {
  return half;
}

/** Its time has come. */
export function watchedDue(_turn: PresenceTurn, half: Watched): Half {
  return half;
}

/** What presence came while the component was away is not known. */
export function watchedLinkOpened(_turn: PresenceTurn, half: Watched): Half {
  return half;
}
