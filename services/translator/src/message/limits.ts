/**
 * Bounds of page-mode messages.
 */

/** Longest text carried, either way. */
export const MAX_BODY_BYTES = 65_536;

/** MESSAGEs under way between one user and one SIP address, and the text in them. */
export const MAX_PENDING = 1000;
export const MAX_PENDING_CHARS = 1_048_576;

/** Past the 64*T1 of a transaction: then the edge that had it is gone. */
export const GIVE_UP_MS = 40_000;

/** How long a chat lasts after its last message (XEP-0085 §5.1 advises ten minutes). */
export const CHAT_MS = 600_000;
