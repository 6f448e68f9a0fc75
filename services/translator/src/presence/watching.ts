/**
 * An XMPP user watches a SIP address. RFC 8048 §4.
 */
import type { EventOf, SipRequest } from '@stoxgate/contracts';
import type { PresenceHalf } from './presence-session.ts';
import type { PresenceTurn } from './presence-turn.ts';

export interface Watching extends PresenceHalf {
  /** Bare JID of the contact as the user knows it. */
  readonly contact: string;
  readonly domain: string;
}

type Half = Watching | undefined;

/** Presence of the user towards the contact. */
export function watchingHears(
  _turn: PresenceTurn,
  half: Half,
  _event: EventOf<'presence.stanza.received'>,
): Half {
  return half;
}

/** A NOTIFY in a dialog of ours. */
export function watchingNotified(turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half {
  turn.respond(edge, request, 481, '');
  return half;
}

/** A response to a SUBSCRIBE of ours. */
export function watchingAnswered(
  _turn: PresenceTurn,
  half: Half,
  _event: EventOf<'sip.response.received'>,
): Half {
  return half;
}

/** A SUBSCRIBE of ours got no final response. */
export function watchingFailed(_turn: PresenceTurn, half: Half, _event: EventOf<'sip.request.failed'>): Half {
  return half;
}

/** Its time has come. */
export function watchingDue(_turn: PresenceTurn, half: Watching): Half {
  return half;
}

/** The XMPP server has forgotten what presence it was sent. */
export function watchingShownAgain(_turn: PresenceTurn, half: Watching): Half {
  return half;
}
