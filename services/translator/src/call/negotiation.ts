/**
 * Offer and answer in a call that is up: one exchange at a time (RFC 3264 §4, RFC 3261 §14). No negotiation: stable.
 */
import type { SipRequest, XmlElement } from '@stoxgate/contracts';
import type { ContentName, MediaState } from '../media/media-state.ts';
import type { JingleChange } from '../media/reoffer-remote.ts';
import type { ClientInvite, InLeg, OutLeg } from './call-session.ts';

/** A change that the XMPP party wants, or `refresh`: our description again, for a session timer. */
export interface Wish {
  readonly action: string;
  readonly jingle: XmlElement;
}

/** Our re-INVITE or UPDATE has no final response yet. */
export interface OfferSent extends ClientInvite {
  readonly state: 'offer-sent';
  readonly wish: Wish;
  /** How often it was sent before. */
  readonly attempt: number;
  /** As it is if the offer is accepted; the leg's own is as it is if not. */
  readonly media: MediaState;
  /** Contents that the wish is about. */
  readonly concerned: readonly ContentName[];
}

/** The SIP party is not ready for our offer; it is sent again later (RFC 3261 §14.1). */
export interface BackingOff {
  readonly state: 'backing-off';
  readonly wish: Wish;
  readonly attempt: number;
}

/** A re-INVITE of the SIP party has no answer yet: the XMPP party is asked first. */
export interface OfferReceived {
  readonly state: 'offer-received';
  /** Without its body. */
  readonly invite: SipRequest;
  /** The edge that holds the transaction. */
  readonly edge: string;
  readonly media: MediaState;
  /** m-lines that the XMPP party has yet to accept or reject. */
  readonly added: readonly number[];
  /** Whether nothing but contents was added: all of them rejected, the offer is refused. */
  readonly onlyAdds: boolean;
  readonly addIqId?: string;
  /** What else the offer changes; the XMPP party hears of it with the answer, as the offer may be taken back. */
  readonly untold?: readonly JingleChange[];
}

/** Our 2xx to a re-INVITE has no ACK yet. `offered`: it had our offer, and the ACK brings the answer. */
export interface AnswerSent {
  readonly state: 'answer-sent';
  readonly cseq: number;
  readonly offered: boolean;
}

export type Negotiation = OfferSent | BackingOff | OfferReceived | AnswerSent;

/** More changes than anybody makes during one exchange. */
export const MAX_WISHES = 16;

/**
 * Whether the INVITE has its 2xx: offers may follow. One of the SIP party may overtake its ACK, or outlive one that is lost
 * (RFC 5407 §3.1.4).
 */
export const isAnswered = ({ state }: OutLeg | InLeg): boolean => state === 'active' || state === 'accepted';

export function withoutNegotiation<AnyLeg extends OutLeg | InLeg>(leg: AnyLeg): AnyLeg {
  const { negotiation: _, ...rest } = leg;
  return rest as AnyLeg;
}
