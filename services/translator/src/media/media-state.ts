/**
 * What is remembered of a call's media: plain JSON-able data, one per call. The m-line table is permanent
 * (RFC 3264 §8: m-lines keep their place and never become fewer).
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { Attribute, Bandwidth } from '@stoxgate/wire-sdp';
import type { OptionalKeys, ProfileMode } from './profile.ts';
import type { Senders } from './senders.ts';
import type { Passthrough } from './unknown-attributes.ts';

export type JingleRole = 'initiator' | 'responder';
export type TransportKind = 'raw-udp' | 'ice-udp';

/** What a mapping needs to know of the call it happens in. */
export interface SdpContext {
  /** Address for `o=`, and for `c=` where a content brings none. */
  readonly sdpOrigin: string;
  /** Localpart of the XMPP party, for `o=`. */
  readonly userName: string;
  /** `o=` session id: decimal, constant per call. */
  readonly sessionId: string;
  /** Jingle role of the XMPP party. SDP that we send describes it; SDP that we receive describes the other. */
  readonly xmppRole: JingleRole;
  /** What becomes of SDP attributes that Jingle has no word for; absent: nothing. */
  readonly passthrough?: Passthrough;
  /** Whether a raw-UDP content gets an RTCP candidate even for the next port; absent: where the XMPP party has one. */
  readonly emitRtcpCandidate?: boolean;
  /** How the profile of an offer is chosen; absent: by what the content calls for. */
  readonly profileMode?: ProfileMode;
  /** Profile of an offer with keys that XMPP does not require; absent: a secure one. */
  readonly optionalKeys?: OptionalKeys;
  /** `xep-fixed`: `initiator` is sendonly whoever sends the SDP; absent: by the role of whom it describes. */
  readonly sendersMap?: 'role' | 'xep-fixed';
  /** What an answer without ICE to an offer with it is; absent: raw UDP. */
  readonly noIcePolicy?: 'raw-udp' | 'reject';
  /** Whether data channels have an m-line (XEP-0343). */
  readonly dataChannels?: boolean;
}

/** Spellings the XMPP party uses for one content; we reply in kind. */
export interface ContentDialect {
  /** Namespace of `<description/>`. */
  readonly description: string;
  /** Namespace of `<transport/>`. */
  readonly transport: string;
  /** Namespace of `<fingerprint/>`. */
  readonly fingerprint: string;
  /** Whether `media` stands on `<content/>` as well as on `<description/>`. */
  readonly mediaOnContent: boolean;
}

/** One m-line and the content it stands for. Its index in the table is the m-line's index. */
export interface ContentState {
  readonly creator: JingleRole;
  readonly name: string;
  /** `a=mid`, where one is in use. */
  readonly mid?: string;
  readonly media: string;
  /** Transport protocol of the m-line; answers repeat the offer's verbatim (RFC 3264 §6.1). */
  readonly protocol: string;
  /** First format that was offered, for an m-line with port 0. */
  readonly firstFormat: string;
  /** `refused`: port 0 on the SIP side, no content on the XMPP side. */
  readonly status: 'active' | 'refused';
  readonly transport: TransportKind;
  /** The XMPP party has an RTCP candidate of its own (raw UDP) and wants one back. */
  readonly rtcpCandidate: boolean;
  readonly dialect: ContentDialect;
  /** Who holds or mutes it; absent: nobody did yet. */
  readonly holds?: Holds;
  /** What the XMPP party was last told, or said itself; absent: as the first offer and answer have it. */
  readonly senders?: Senders;
  /** ICE restarts of the SIP party. */
  readonly generation?: number;
}

/** `xmpp` and `sip`: that party takes no media. `muted`: the XMPP party sends none. */
export interface Holds {
  readonly xmpp?: boolean;
  readonly sip?: boolean;
  readonly muted?: boolean;
}

/** A content as Jingle names it. */
export interface ContentName {
  readonly creator: JingleRole;
  readonly name: string;
}

/** ICE foundations renamed, so that one string always has one name within a call. */
export interface FoundationTable {
  /** Foundations from SIP to the integers that Jingle sees. */
  readonly fromSip: readonly (readonly [string, number])[];
  /** Foundations from Jingle that SDP could not carry to those it sees. */
  readonly fromXmpp: readonly (readonly [string, string])[];
}

export interface MediaState {
  readonly contents: readonly ContentState[];
  /** Contents that the XMPP party offered and that have no m-line. */
  readonly unmapped: readonly ContentName[];
  /** `version` of the `o=` line last sent; +1 exactly when the text changes. */
  readonly origin: { readonly userName: string; readonly sessionId: string; readonly version: number };
  readonly foundations: FoundationTable;
  /** Attributes at session level of our SDP that the XMPP party gave. */
  readonly attributes?: readonly Attribute[];
  /** `b=` at session level of our SDP that the XMPP party gave. */
  readonly bandwidths?: readonly Bandwidth[];
  /** Candidate ids given out so far. */
  readonly candidateCount: number;
  /** Last SDP sent to the SIP party. */
  readonly localSdp?: string;
  /** Last SDP sent that was refused: the next differs from this one, not from `localSdp`. */
  readonly refusedSdp?: string;
  /**
   * Everything that the XMPP party said of itself, as an SDP without the limits that offers of the SIP party set and
   * with the directions from before any hold. Absent before the first change.
   */
  readonly ownSdp?: string;
  /** Last SDP received from the SIP party. */
  readonly remoteSdp?: string;
}

/** What begins to be remembered, all properties in their place: copies of it are cheap then. */
export const firstMediaState = (given: MediaState): MediaState => ({
  contents: given.contents,
  unmapped: given.unmapped,
  origin: given.origin,
  foundations: given.foundations,
  attributes: given.attributes,
  bandwidths: given.bandwidths,
  candidateCount: given.candidateCount,
  localSdp: given.localSdp,
  refusedSdp: given.refusedSdp,
  ownSdp: given.ownSdp,
  remoteSdp: given.remoteSdp,
});

export type MediaFault = {
  readonly ok: false;
  /**
   * `malformed`: 400, or bad-request. `no-usable-media`: understood, but nothing in it can be used: 488.
   * The other two are Jingle reasons of the same name.
   */
  readonly cause: 'malformed' | 'no-usable-media' | 'unsupported-applications' | 'unsupported-transports';
  readonly detail: string;
};

export type MediaResult<T> = ({ readonly ok: true } & T) | MediaFault;

/** An SDP to send to the SIP party. */
export interface SdpMapped {
  readonly sdp: string;
  readonly media: MediaState;
}

/** Children for a `<jingle/>` to the XMPP party: group elements and contents. */
export interface JingleMapped {
  readonly children: readonly XmlElement[];
  readonly media: MediaState;
}

/** Children for a session-accept, and what has to follow it. */
export interface JingleAnswerMapped extends JingleMapped {
  /** Contents that the SIP party refused: content-remove after the session-accept. */
  readonly removed: readonly ContentName[];
  /** Contents for a transport-replace after the session-accept: ICE was offered and not answered. */
  readonly replaced: readonly XmlElement[];
}

export const fault = (cause: MediaFault['cause'], detail: string): MediaFault => ({
  ok: false,
  cause,
  detail,
});

/** The SDP last sent to the SIP party, to repeat unchanged; undefined before the first. */
export const currentLocalSdp = (media: MediaState): string | undefined => media.localSdp;
