/**
 * Names under which live sessions can be found in the store.
 */
import type { BareJid } from './brand.ts';

/** Every call that has not ended. */
export const LIVE_CALLS_INDEX = 'live';

/** XMPP users who are shown the presence of contacts at a component's domain, as prepared for JIDs. */
export const contactsIndex = (domain: string): string => `contacts:${domain}`;

/** Calls whose INVITE is answered at this SIP edge, or not at all. */
export const sipEdgeIndex = (edge: string): string => `edge:${edge}`;

/** The call whose INVITE, sent on `branch`, nobody has answered in any way yet. */
export const invitingIndex = (branch: string): string => `inviting:${branch}`;

/** Calls of one XMPP user that have not ended. */
export const userIndex = (bareJid: BareJid): string => `user:${bareJid}`;
