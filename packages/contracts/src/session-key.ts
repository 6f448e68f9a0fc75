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
const LEGAL_CALL_ID = /^[\w\-.!%*+`'~()<>:\\"/[\]?{}]+(@[\w\-.!%*+`'~()<>:\\"/[\]?{}]+)?$/;
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

/** The sid that `callId` is the escaped form of, or undefined when it is nobody's escaped form. */
function escapedOrigin(callId: string): string | undefined {
  if (!callId.startsWith(MARK)) return undefined;
  const sid = unescapeSid(callId);
  return sid !== undefined && escapeSid(sid) === callId && needsEscape(sid) ? sid : undefined;
}

const needsEscape = (sid: string): boolean => !LEGAL_CALL_ID.test(sid) || escapedOrigin(sid) !== undefined;

/** Whether `text` follows the grammar of a SIP Call-ID (RFC 3261 §25.1). */
export const isCallId = (text: string): boolean => LEGAL_CALL_ID.test(text);

/** Call-ID for a Jingle sid: the sid itself when legal, else its escaped form. Total; inverse of `sidOfCallId`. */
export const callIdOfSid = (sid: string): CallId => brandCallId(needsEscape(sid) ? escapeSid(sid) : sid);

/** Jingle sid for a Call-ID. Total; inverse of `callIdOfSid`. */
export const sidOfCallId = (callId: string): Sid => brandSid(escapedOrigin(callId) ?? callId);

/** Key of a call, from its SIP Call-ID. */
export const keyOfCall = (callId: string): SessionKey => brandKey(`call:${callId}`);

/** Key of a call, from its Jingle sid. */
export const keyOfSid = (sid: string): SessionKey => keyOfCall(callIdOfSid(sid));

/** Key of a conversation: one XMPP user with one SIP address, whichever of them speaks. */
export const keyOfPair = (bareJid: BareJid, aor: Aor): SessionKey => brandKey(`pair:${bareJid} ${aor}`);

/** Key of what is known of one XMPP user: available resources and their capabilities. */
export const keyOfUser = (bareJid: BareJid): SessionKey => brandKey(`user:${bareJid}`);
