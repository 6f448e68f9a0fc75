/**
 * An SDP session description as immutable, validated data.
 * RFC 8866 (SDP), 3264 (offer/answer), 8839 (ICE), 8285 (extmap), 4585 (rtcp-fb), 4568 (crypto), 5576 (ssrc),
 * 5761 (rtcp-mux), 5888 (group, mid), 8122 (fingerprint), 4145 (setup), 3605 (rtcp).
 */

export type AddressFamily = 'IP4' | 'IP6';
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
export type Setup = 'actpass' | 'active' | 'passive' | 'holdconn';

/** `address` is an IP address or a host name; multicast keeps its `/ttl` suffix. */
export interface Connection {
  readonly family: AddressFamily;
  readonly address: string;
}

/** `sessionId` and `version` are decimal strings: both may take 64 bits. */
export interface Origin {
  readonly userName: string;
  readonly sessionId: string;
  readonly version: string;
  readonly family: AddressFamily;
  readonly address: string;
}

export interface Bandwidth {
  readonly type: string;
  readonly value: number;
}

export interface Group {
  readonly semantics: string;
  readonly mids: readonly string[];
}

/** `clockRate` is absent where a sloppy peer left it out (`rtpmap:18 G729`). `channels` is absent when 1. */
export interface Rtpmap {
  readonly payload: number;
  readonly name: string;
  readonly clockRate?: number;
  readonly channels?: number;
}

export interface Fmtp {
  readonly payload: number;
  readonly text: string;
}

/** `rtcp-fb:96 ccm tmmbr smaxpr=120`: type `ccm`, rest `tmmbr smaxpr=120`. */
export interface RtcpFeedback {
  readonly payload: number | '*';
  readonly type: string;
  readonly rest?: string;
}

export interface Extmap {
  readonly id: number;
  readonly direction?: Direction;
  readonly uri: string;
  readonly attributes?: string;
}

export interface SourceAttribute {
  readonly ssrc: number;
  readonly name: string;
  readonly value?: string;
}

export interface SourceGroup {
  readonly semantics: string;
  readonly ssrcs: readonly number[];
}

export interface Fingerprint {
  readonly hash: string;
  readonly value: string;
}

export interface Crypto {
  readonly tag: number;
  readonly suite: string;
  readonly keyParams: string;
  readonly sessionParams?: string;
}

/** `protocol` in lower case. `priority` is at most 2^31-1. Extensions other than these are not kept. */
export interface Candidate {
  readonly foundation: string;
  readonly component: number;
  readonly protocol: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  readonly type: string;
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
  readonly tcpType?: string;
}

export interface RemoteCandidate {
  readonly component: number;
  readonly address: string;
  readonly port: number;
}

/** `a=rtcp:port [IN IP4 address]`, RFC 3605. */
export interface Rtcp {
  readonly port: number;
  readonly connection?: Connection;
}

/** An attribute that this model gives no meaning to. */
export interface Attribute {
  readonly name: string;
  readonly value?: string;
}

/** What may stand at session level and then holds for every m-line without its own. */
export interface SharedDescription {
  readonly connection?: Connection;
  readonly bandwidths: readonly Bandwidth[];
  readonly direction?: Direction;
  readonly iceUfrag?: string;
  readonly icePwd?: string;
  readonly iceOptions: readonly string[];
  readonly fingerprints: readonly Fingerprint[];
  readonly setup?: Setup;
  readonly extmaps: readonly Extmap[];
  readonly extmapAllowMixed: boolean;
  /** Other attributes, in order. */
  readonly attributes: readonly Attribute[];
}

export interface MediaDescription extends SharedDescription {
  readonly media: string;
  readonly port: number;
  /** Number of ports of `m=audio 49170/2`; 1 when not given. */
  readonly portCount: number;
  readonly protocol: string;
  /** Formats in order of preference, without repetition. */
  readonly formats: readonly string[];
  readonly rtpmaps: readonly Rtpmap[];
  readonly fmtps: readonly Fmtp[];
  readonly rtcpFeedbacks: readonly RtcpFeedback[];
  readonly ptime?: number;
  readonly maxptime?: number;
  readonly mid?: string;
  readonly bundleOnly: boolean;
  readonly rtcp?: Rtcp;
  readonly rtcpMux: boolean;
  readonly cryptos: readonly Crypto[];
  readonly candidates: readonly Candidate[];
  readonly remoteCandidates: readonly RemoteCandidate[];
  readonly sourceGroups: readonly SourceGroup[];
  readonly sources: readonly SourceAttribute[];
}

export interface SessionDescription extends SharedDescription {
  readonly origin: Origin;
  readonly groups: readonly Group[];
  readonly iceLite: boolean;
  readonly media: readonly MediaDescription[];
}

type MediaLine = Pick<MediaDescription, 'media' | 'port' | 'protocol' | 'formats'>;

// Plain literals, all fields in place even when undefined: a spread followed by many fields costs 30 µs where this
// costs 1, and copies of such objects are cheap.

/** A media description with everything that is not given left empty. */
export const mediaDescription = (given: MediaLine & Partial<MediaDescription>): MediaDescription => ({
  media: given.media,
  port: given.port,
  portCount: given.portCount ?? 1,
  protocol: given.protocol,
  formats: given.formats,
  connection: given.connection,
  bandwidths: given.bandwidths ?? [],
  direction: given.direction,
  iceUfrag: given.iceUfrag,
  icePwd: given.icePwd,
  iceOptions: given.iceOptions ?? [],
  fingerprints: given.fingerprints ?? [],
  setup: given.setup,
  extmaps: given.extmaps ?? [],
  extmapAllowMixed: given.extmapAllowMixed ?? false,
  attributes: given.attributes ?? [],
  rtpmaps: given.rtpmaps ?? [],
  fmtps: given.fmtps ?? [],
  rtcpFeedbacks: given.rtcpFeedbacks ?? [],
  ptime: given.ptime,
  maxptime: given.maxptime,
  mid: given.mid,
  bundleOnly: given.bundleOnly ?? false,
  rtcp: given.rtcp,
  rtcpMux: given.rtcpMux ?? false,
  cryptos: given.cryptos ?? [],
  candidates: given.candidates ?? [],
  remoteCandidates: given.remoteCandidates ?? [],
  sourceGroups: given.sourceGroups ?? [],
  sources: given.sources ?? [],
});

/** A session description with everything that is not given left empty. */
export const sessionDescription = (
  given: Pick<SessionDescription, 'origin' | 'media'> & Partial<SessionDescription>,
): SessionDescription => ({
  origin: given.origin,
  connection: given.connection,
  bandwidths: given.bandwidths ?? [],
  groups: given.groups ?? [],
  iceLite: given.iceLite ?? false,
  direction: given.direction,
  iceUfrag: given.iceUfrag,
  icePwd: given.icePwd,
  iceOptions: given.iceOptions ?? [],
  fingerprints: given.fingerprints ?? [],
  setup: given.setup,
  extmaps: given.extmaps ?? [],
  extmapAllowMixed: given.extmapAllowMixed ?? false,
  attributes: given.attributes ?? [],
  media: given.media,
});
