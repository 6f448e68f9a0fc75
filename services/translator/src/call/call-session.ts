/**
 * The state of one call: plain data. Jingle sid and SIP Call-ID are one key, so a call that a plain proxy sends back to
 * us with its Call-ID unchanged (a hairpin) has both legs in one record.
 */
import type { OutgoingSipRequest, SipRequest, XmlElement } from '@stoxgate/contracts';
import type { MediaState } from '../media/media-state.ts';
import type { CalleeProposal } from './callee-proposal.ts';
import type { Proposal } from './caller-told.ts';
import type { Challenge } from './challenges.ts';
import type { ChangesFailed } from './change-failed.ts';
import type { Dialog } from './dialog.ts';
import type { EarlyDialog } from './early-dialog.ts';
import type { Asking, Errand } from './errands.ts';
import type { Negotiation, Wish } from './negotiation.ts';
import type { Termination } from './reasons.ts';
import type { Redirection } from './redirect.ts';
import type { ReliableResponse } from './ringing-server.ts';
import type { SessionTimer } from './session-timer.ts';
import type { Referred, Referring, Replacing } from './transfer.ts';
import type { Trickle } from './trickle-to-sip.ts';

/** A request of ours under way. */
export interface ClientRequest {
  readonly branch: string;
  readonly request: OutgoingSipRequest;
  /** Challenges answered so far. */
  readonly challenges: readonly Challenge[];
}

export interface ClientInvite extends ClientRequest {
  /** The edge that holds the transaction, and its Via; known from its first response. */
  readonly edge?: string;
  readonly via?: string;
}

interface Leg {
  /** Component that speaks for the SIP party. */
  readonly domain: string;
  readonly sid: string;
  /** JID of the SIP party on this leg: what the user addressed, or what the user was called from. */
  readonly contact: string;
  readonly localTag: string;
  readonly media?: MediaState;
  /** Present once the dialog is confirmed; on a leg from SIP once we answered with a tag. */
  readonly dialog?: Dialog;
  readonly bye?: ClientRequest;
  readonly end?: Termination;
  /** The exchange of offer and answer under way, and what the XMPP party wants to change after it. */
  readonly negotiation?: Negotiation;
  readonly wishes?: readonly Wish[];
  readonly changesFailed?: ChangesFailed;
  /** The request in the dialog that has no final response yet, and those to follow it, one at a time. */
  readonly asking?: Asking;
  readonly errands?: readonly Errand[];
  readonly sessionTimer?: SessionTimer;
  /** Min-SE that a 422 asked for. */
  readonly minSeMs?: number;
  /** A re-INVITE that refreshes the session, without its final response. */
  readonly refreshing?: ClientRequest;
  /** The peer's Allow has UPDATE. */
  readonly takesUpdate?: boolean;
  /** ICE candidates that came after the description. */
  readonly trickle?: Trickle;
  /** Transfers under way: of the XMPP party (REFER sent), of the SIP party (REFER received). */
  readonly referring?: Referring;
  readonly referred?: Referred;
  /** Media go through a relay; and no relay would take a description, so the call must end. */
  readonly isRelayed?: true;
  readonly isRelayBroken?: true;
  /** The call comes of a transfer. */
  readonly replacing?: Replacing;
}

/**
 * XMPP → SIP.
 * gathering: candidates are still to come, no INVITE yet. calling: INVITE sent, nothing heard. proceeding: a 1xx came. cancelling: the XMPP side is done, the final response is
 * not there yet; CANCEL follows the first 1xx. active: 2xx acknowledged. ended: kept to answer late messages.
 */
export interface OutLeg extends Leg {
  readonly state: 'gathering' | 'calling' | 'proceeding' | 'cancelling' | 'active' | 'ended';
  /** Full JID of the caller. */
  readonly user: string;
  readonly initiateIqId: string;
  readonly invite: ClientInvite;
  readonly hasProvisional: boolean;
  readonly hasRung: boolean;
  /** The call was proposed by message. */
  readonly proposal?: Proposal;
  /** The offer in the INVITE stands in for that of a client who has not made one yet. */
  readonly isPlaceholder?: true;
  /** Early dialogs of the INVITE under way; after the answer those that were not answered. */
  readonly early: readonly EarlyDialog[];
  readonly earlyMediaOffered?: true;
  readonly redirection?: Redirection;
  /** The session-initiate with the candidates found so far, and when the INVITE goes out at the latest. */
  readonly gathering?: { readonly jingle: XmlElement; readonly until: number };
  /** Contents of a transport-info to follow the session-accept. */
  readonly later?: readonly XmlElement[];
  /** To tags of further 2xx, each acknowledged and ended. */
  readonly strayTags: readonly string[];
  /** Reason header of the CANCEL to come. */
  readonly cancelReason?: string;
  /** IQs of ours whose failure matters, by id. */
  readonly acceptIqId?: string;
  readonly ringingIqId?: string;
}

/** One resource that was sent the session-initiate. */
export interface RungResource {
  readonly jid: string;
  readonly iqId: string;
  readonly isDelivered: boolean;
  /** Contents of a transport-info to follow the session-initiate. */
  readonly later?: readonly XmlElement[];
  /** Its transport-infos so far, for its session-accept. */
  readonly infos?: readonly XmlElement[];
}

/**
 * SIP → XMPP.
 * resolving: the user's resources are being asked for. ringing: session-initiate sent, or proposed by message. accepted:
 * 2xx sent, ACK missing.
 */
export interface InLeg extends Leg {
  readonly state: 'resolving' | 'ringing' | 'accepted' | 'active' | 'ended';
  /** Bare JID of the callee. */
  readonly user: string;
  /** The one resource that the Request-URI names (RFC 5627). */
  readonly resource?: string;
  readonly invite: SipRequest;
  /** The edge that holds the server transaction. */
  readonly edge: string;
  readonly expires: boolean;
  /** The caller is one of our own users. */
  readonly isReentry?: true;
  readonly rung: readonly RungResource[];
  /** The call was proposed by message. */
  readonly proposed?: CalleeProposal;
  /** Contents and groups of the session-initiate, while a resource may still ask for it. */
  readonly offered?: readonly XmlElement[];
  /** A 180 was sent, or must not be. */
  readonly hasRung?: true;
  readonly reliable?: ReliableResponse;
  /** The INVITE had no offer: ours goes into the 200 and the answer comes in the ACK. */
  readonly isOfferOurs?: true;
  /** SIP status for the end when no resource is left. */
  readonly refusal?: number;
  /** Full JID that accepted. */
  readonly bound?: string;
  /** Reason header of a BYE that waits for the ACK (RFC 3261 §15: not before it). Empty: none. */
  readonly byeOnAck?: string;
}

/** At most one leg each way. */
export interface Legs {
  readonly out?: OutLeg;
  readonly in?: InLeg;
}

export interface CallSession extends Legs {
  readonly kind: 'call';
  /** IQs issued so far; the next id derives from it. */
  readonly sequence: number;
  /** Timers that run, by name: when each is due. */
  readonly timers: Readonly<Record<string, number>>;
}
