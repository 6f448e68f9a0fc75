/**
 * One call: where it stands, and its media.
 */
import type { MediaSession } from './media-session.ts';

/** From the first message to the last; `offered` has a session-initiate that waits to be answered. */
export type Phase = 'proposed' | 'proceeding' | 'offered' | 'initiated' | 'active' | 'ended';

export interface Call {
  readonly sid: string;
  readonly role: 'initiator' | 'responder';
  /** By message, or by session-initiate alone. */
  readonly isProposed: boolean;
  phase: Phase;
  /** Bare JID first, the full JID as soon as it is known. */
  peer: string;
  media?: MediaSession;
  /** The session-initiate of an `offered` call. */
  initiate?: Element;
}
