/**
 * Bounds of page-mode messages.
 */

/** Longest text taken from SIP: a server must take stanzas of 10 000 bytes (RFC 6120 §13.12), most take far more. */
export const MAX_BODY_BYTES = 65_536;

/** MESSAGEs waiting or under way between one user and one SIP address, and the text in them. */
export const MAX_QUEUED = 1000;
export const MAX_QUEUED_CHARS = 1_048_576;

/** RFC 3428 §8: a MESSAGE that takes an unknown way. */
export const MAX_UDP_BYTES = 1300;

/** How long a message may wait for those before it. */
export const QUEUE_MS = 60_000;

/** How long a message waits for word that a composing before it arrived: as a rule far longer than that takes. */
export const COMPOSING_WAIT_MS = 2_000;

/** Past the 64*T1 of a transaction: then the edge that had it is gone. */
export const GIVE_UP_MS = 40_000;

/** How long a chat lasts after its last message (XEP-0085 §2: who is gone has been away for ten minutes). */
export const CHAT_MS = 600_000;

/** How long a notification may take: recipients read when they come back. */
export const NOTIFICATION_MS = 86_400_000;

/** Messages of one direction whose notification is waited for. */
export const MAX_NOTIFICATIONS = 50;

/** Longest Message-ID and stanza id that are remembered for a notification. */
export const MAX_ID_LENGTH = 255;

/** RFC 3994 §3.2: how long `active` holds when nothing is said of it. */
export const COMPOSING_MS = 120_000;
