/**
 * What stands between one XMPP user and one SIP address as to presence, each way by itself: an authorization is not a
 * dialog, and the end of one is not the end of the other. RFC 8048 §5.1.
 */
import type { Watched } from './watched.ts';
import type { Watching } from './watching.ts';

/** What both halves have. */
export interface PresenceHalf {
  /** When it has something to do by itself, ms since the epoch; 0: never. */
  readonly dueAt: number;
}

export interface PresenceSession {
  readonly kind: 'presence';
  /** The XMPP user watches the SIP address. */
  readonly watching?: Watching;
  /** The SIP address watches the XMPP user. */
  readonly watched?: Watched;
  /** When the record's timer is due; 0: none is set. */
  readonly timerAt: number;
}
