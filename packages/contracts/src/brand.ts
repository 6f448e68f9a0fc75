/**
 * Strings that must not be swapped for one another. A brand exists for the compiler only.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Key of a stored session; the unit of ordering. See `session-key.ts`. */
export type SessionKey = Branded<'SessionKey'>;
/** SIP Call-ID, RFC 3261 §20.8. */
export type CallId = Branded<'CallId'>;
/** Jingle session id, XEP-0166 §7. */
export type Sid = Branded<'Sid'>;
/** A user's XMPP address without a resource, prepared (lower case). */
export type BareJid = Branded<'BareJid'>;
/** SIP address of record without parameters, `sip:user@host`. */
export type Aor = Branded<'Aor'>;
/** Name of one running edge process, unique among replicas and restarts. */
export type EdgeId = Branded<'EdgeId'>;

export const brandKey = (text: string): SessionKey => text as SessionKey;
export const brandCallId = (text: string): CallId => text as CallId;
export const brandSid = (text: string): Sid => text as Sid;
export const brandBareJid = (text: string): BareJid => text as BareJid;
export const brandAor = (text: string): Aor => text as Aor;
export const brandEdgeId = (text: string): EdgeId => text as EdgeId;
