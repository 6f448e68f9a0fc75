/**
 * What SIP users published of one SIP address, and who wants to hear of it: the event state compositor of RFC 3903.
 */
import type { PidfDocument } from '../presence/pidf.ts';

export interface Publication {
  /** Its entity-tag, another one after each success. */
  readonly etag: string;
  readonly event: 'presence' | 'dialog';
  readonly expiresAt: number;
  /** Of presence. */
  readonly document?: PidfDocument;
  /** Calls that it tells of. */
  readonly calls: number;
  /** Nobody published it: it is what a watched SIP server says. Its tag is empty. */
  readonly isWatched?: true;
}

export interface PublishedSession {
  readonly kind: 'published';
  /** The oldest first. */
  readonly publications: readonly Publication[];
  /** Keys of the sessions that want to hear. */
  readonly watchers: readonly string[];
  /** When the record's timer is due; 0: none is set. */
  readonly timerAt: number;
}
