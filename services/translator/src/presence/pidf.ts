/**
 * A presence document as data: RFC 3863 §4, with the `show` of XMPP (RFC 8048 §6.2) and the activities of RPID (RFC 4480).
 */

export const PIDF_NAMESPACE = 'urn:ietf:params:xml:ns:pidf';
export const DATA_MODEL_NAMESPACE = 'urn:ietf:params:xml:ns:pidf:data-model';
export const RPID_NAMESPACE = 'urn:ietf:params:xml:ns:pidf:rpid';

/** RFC 6121 §4.7.2.1. */
export type Show = 'away' | 'chat' | 'dnd' | 'xa';

const SHOWS: ReadonlySet<string> = new Set(['away', 'chat', 'dnd', 'xa']);
export const isShow = (text: string): text is Show => SHOWS.has(text);

export interface PidfNote {
  readonly text: string;
  readonly lang?: string;
}

export interface PidfTuple {
  readonly id: string;
  /** Absent: the tuple has no basic status. */
  readonly isOpen?: boolean;
  readonly show?: Show;
  readonly notes: readonly PidfNote[];
  readonly contact?: {
    readonly uri: string;
    /** 0 to 1. */
    readonly priority?: number;
  };
  /** Ms since the epoch. */
  readonly timestamp?: number;
  /** Names of RPID activities. */
  readonly activities?: readonly string[];
  readonly deviceId?: string;
}

export interface PidfDocument {
  /** URI of the presentity: pres:, sip: … */
  readonly entity: string;
  readonly tuples: readonly PidfTuple[];
  /** Of the presentity as a whole. */
  readonly notes: readonly PidfNote[];
  /** Names of the RPID activities of the person. */
  readonly activities?: readonly string[];
}
