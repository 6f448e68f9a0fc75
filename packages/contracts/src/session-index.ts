/**
 * Names under which live sessions can be found in the store.
 */
import type { BareJid } from './brand.ts';

/** Every call that has not ended. */
export const LIVE_CALLS_INDEX = 'live';

/** Calls of one XMPP user that have not ended. */
export const userIndex = (bareJid: BareJid): string => `user:${bareJid}`;
