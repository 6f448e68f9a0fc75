/**
 * Session keys. Both edges compute the same key from what is on the wire, without a look-up.
 * Jingle `sid` and SIP Call-ID are equal wherever the SIP grammar allows it, else escaped bijectively.
 *
 * RFC 3261 §25.1 (callid), XEP-0166 §7 (sid).
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type Aor,
  type BareJid,
  brandCallId,
  brandKey,
  brandSid,
  type CallId,
  type SessionKey,
  type Sid,
} from './brand.ts';

const MARK = '%sid.';
const WORD = '[\\w\\-.!%*+`\'~()<>:\\\\"/[\\]?{}]+';
const LEGAL_CALL_ID = new RegExp(`^${WORD}(@${WORD})?$`);
const LEGAL_WORD = new RegExp(`^${WORD}$`);
const KEPT = /[A-Za-z0-9\-.!*+'~()]/;

const escapeSid = (sid: string): string =>
  MARK +
  Array.from(utf8ToBytes(sid), (byte) => {
    const char = String.fromCharCode(byte);
    return KEPT.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

function unescapeSid(callId: string): string | undefined {
  try {
    return decodeURIComponent(callId.slice(MARK.length));
  } catch {
    return undefined;
  }
}

/** The sid that `text` is the escaped form of, or undefined when it is nobody's escaped form. */
function escapedOrigin(text: string, host: string): string | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const sid = unescapeSid(text);
  if (sid === undefined || escapeSid(sid) !== text || !needsEscape(sid, host)) return undefined;
  return foreignCallId(sid, host) === undefined ? sid : undefined;
}

/** Whether `sid` cannot be (the local part of) a Call-ID as it is. */
function needsEscape(sid: string, host: string): boolean {
  const isLegal = host === '' ? LEGAL_CALL_ID.test(sid) : LEGAL_WORD.test(sid);
  return !isLegal || escapedOrigin(sid, host) !== undefined;
}

/** Whether `text` follows the grammar of a SIP Call-ID (RFC 3261 §25.1). */
export const isCallId = (text: string): boolean => LEGAL_CALL_ID.test(text);

/** With a host of ours, sids that stand for the Call-IDs of others: `abc@other` for itself, `abc@` for `abc`. */
const foreignCallId = (sid: string, host: string): string | undefined => {
  if (host === '') return undefined;
  if (LEGAL_CALL_ID.test(sid) && sid.includes('@') && !sid.endsWith(`@${host}`)) return sid;
  return sid.endsWith('@') && LEGAL_WORD.test(sid.slice(0, -1)) ? sid.slice(0, -1) : undefined;
};

/**
 * Call-ID for a Jingle sid: the sid itself when legal, else its escaped form; with `@host` where a host is configured.
 * Total; inverse of `sidOfCallId` for the same host.
 */
export function callIdOfSid(sid: string, host = ''): CallId {
  const foreign = foreignCallId(sid, host);
  if (foreign !== undefined) return brandCallId(foreign);
  const local = needsEscape(sid, host) ? escapeSid(sid) : sid;
  return brandCallId(host === '' ? local : `${local}@${host}`);
}

/** Jingle sid for a Call-ID. Total; inverse of `callIdOfSid` for the same host. */
export function sidOfCallId(callId: string, host = ''): Sid {
  if (host === '') return brandSid(escapedOrigin(callId, host) ?? callId);
  const end = `@${host}`;
  if (!callId.endsWith(end)) return brandSid(callId.includes('@') ? callId : `${callId}@`);
  const local = callId.slice(0, -end.length);
  return brandSid(escapedOrigin(local, host) ?? local);
}

/**
 * Behind the sid of a user who calls himself through a proxy that keeps the Call-ID, for the devices that ring: one user
 * does not have two sessions of one sid with one peer. No legal Call-ID has this character.
 */
const ECHO = '#2';

/** The sid for the devices that ring in a call of their own user. */
export const echoOfSid = (sid: string): Sid => brandSid(sid + ECHO);

/** Whether a sid is one of those; nobody else may take such a one. */
export const isEcho = (sid: string): boolean => sid.endsWith(ECHO);

/** Key of a call, from its SIP Call-ID. */
export const keyOfCall = (callId: string): SessionKey => brandKey(`call:${callId}`);

/** Key of a call, from its Jingle sid or the echo of it. */
export const keyOfSid = (sid: string, host = ''): SessionKey =>
  keyOfCall(callIdOfSid(isEcho(sid) ? sid.slice(0, -ECHO.length) : sid, host));

/** Key of a conversation: one XMPP user with one SIP address, whichever of them speaks. */
export const keyOfPair = (bareJid: BareJid, aor: Aor): SessionKey => brandKey(`pair:${bareJid} ${aor}`);

/** Key of the presence between one XMPP user and one SIP address, whichever of them watches. */
export const keyOfPresence = (bareJid: BareJid, aor: Aor): SessionKey =>
  brandKey(`presence:${bareJid} ${aor}`);

/** Key of what SIP users published of a SIP address. */
export const keyOfPublished = (aor: Aor): SessionKey => brandKey(`published:${aor}`);

/** Key of what is known of one XMPP user: available resources and their capabilities. */
export const keyOfUser = (bareJid: BareJid): SessionKey => brandKey(`user:${bareJid}`);

/** Key of a phone whose state is shown in an XMPP account, from its SIP address. */
export const keyOfPhone = (aor: Aor): SessionKey => brandKey(`phone:${aor}`);

/** Key of the dialogs of a phone that are watched at its SIP server. */
export const keyOfDialogs = (aor: Aor): SessionKey => brandKey(`dialogs:${aor}`);
