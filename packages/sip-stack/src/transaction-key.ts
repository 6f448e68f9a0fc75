/**
 * Names of transactions: what a message belongs to. RFC 3261 §17.1.3, §17.2.3.
 */
import type { OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import { parseVia, type Via } from '@stoxgate/wire-sip';

const MAGIC_COOKIE = 'z9hG4bK';

const transactionMethod = (method: string): string => (method === 'ACK' ? 'INVITE' : method);

const hasMagicCookie = (branch: string | undefined): branch is string =>
  branch !== undefined && branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);

/** Joined, which copies: it is kept for a while, and a concatenation would keep the whole message that its parts were cut from. */
const joined = (...parts: readonly (string | number)[]): string => parts.join('|');

const keyOfVia = (via: Via, method: string): string =>
  joined(String(via.branch), `${via.host.toLowerCase()}:${via.port ?? 5060}`, method);

/** RFC 3261 §17.2.3 for peers without branches; of the Via its sent-by is left, which no hop changes. */
const legacyKey = (
  via: Via,
  fromTag: string | undefined,
  callId: string,
  cseq: number,
  method: string,
): string => `2543|${fromTag ?? ''}|${callId}|${cseq}|${keyOfVia(via, method)}`;

/**
 * Server transaction that a request belongs to: `branch|sent-by|method`, an ACK counting as its INVITE. For a request
 * without the branch cookie of RFC 3261: From tag, Call-ID, CSeq number and Via (§17.2.3; the To tag is left out, since
 * an ACK has one where its INVITE had none, and the Request-URI, since a response has none).
 */
export function serverTransactionKey({ method, from, callId, cseq }: SipRequest, topVia: Via): string {
  const owner = transactionMethod(method);
  return hasMagicCookie(topVia.branch)
    ? keyOfVia(topVia, owner)
    : legacyKey(topVia, from.params.tag, callId, cseq.number, owner);
}

const BRANCH = ';branch=';
const SEMICOLON = 59;
const COMMA = 44;
const CLOSING_BRACKET = 93;

/** A Via whose sent-by and branch can be read off. */
const PLAIN_VIA =
  /^SIP\/2\.0\/[A-Z]+ (?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[1-9][0-9]{0,4})?(?:;(?!branch=)[^\s,";]+)*;branch=z9hG4bK[!#-+\--:=?-~]+(?:[;,]|$)/;

/** What `keyOfVia` gives for the parsed Via; undefined for one that is not plain. */
function keyOfPlainVia(via: string, method: string): string | undefined {
  if (!PLAIN_VIA.test(via)) return undefined;
  const sentByAt = via.indexOf(' ') + 1;
  const paramsAt = via.indexOf(';');
  const sentBy = via.slice(sentByAt, paramsAt).toLowerCase();
  const hasPort =
    via.lastIndexOf(':', paramsAt) > sentByAt && via.charCodeAt(paramsAt - 1) !== CLOSING_BRACKET;
  const branchAt = via.indexOf(BRANCH, paramsAt) + BRANCH.length;
  const branch = via.slice(branchAt, endOfBranch(via, branchAt));
  return joined(branch, hasPort ? sentBy : `${sentBy}:5060`, method);
}

function endOfBranch(via: string, from: number): number {
  let end = from;
  while (end < via.length && via.charCodeAt(end) !== SEMICOLON && via.charCodeAt(end) !== COMMA) end++;
  return end;
}

/** The same key from a response of ours, which repeats the top Via of its request. */
export function keyOfResponse({ vias, from, callId, cseq }: OutgoingSipResponse): string {
  const top = vias[0] ?? '';
  const plain = keyOfPlainVia(top, cseq.method);
  if (plain !== undefined) return plain;
  const via = parseVia(top);
  if (via === undefined) return '';
  return hasMagicCookie(via.branch)
    ? keyOfVia(via, cseq.method)
    : legacyKey(via, from.params.tag, callId, cseq.number, cseq.method);
}

/** Client transaction of a branch: a CANCEL has that of its INVITE (RFC 3261 §9.1), all others have one of their own. */
export const clientTransactionKey = (branch: string, method: string): string =>
  method === 'CANCEL' ? `${branch}|CANCEL` : branch;

/**
 * One request outside a dialog, whichever way it came: equal for two copies that a forking proxy upstream sent us (§8.2.2.2),
 * and never that of a transaction.
 */
export const mergeKey = ({ callId, from, to, cseq, method }: SipRequest): string | undefined =>
  to.params.tag === undefined && method !== 'CANCEL'
    ? joined('', callId, from.params.tag ?? '', cseq.number, method)
    : undefined;

/** The same of the request that a response is to, if that was outside a dialog. */
export const mergeKeyOfResponse = ({ callId, from, cseq }: OutgoingSipResponse): string =>
  joined('', callId, from.params.tag ?? '', cseq.number, cseq.method);

const VIA_NAME = /(?:Via|v)[ \t]*:[ \t]*/iy;
/** Of `SIP/2.0`, with which a response begins; no method has it. */
const SLASH_AT = 3;
const SLASH = 0x2f;
/** A start line and a Via are seldom longer. */
const PEEKED_BYTES = 400;

/**
 * The key of a request before it is parsed, so that repetitions cost little; the parsed one has the same. Undefined unless
 * the top Via is the first header, near the start, plain, and has the branch cookie; and for ACK, whose key alone does not say
 * what it is.
 */
export function peekKey(datagram: Buffer): { readonly key: string; readonly method: string } | undefined {
  if (datagram[SLASH_AT] === SLASH) return undefined;
  const text = datagram.toString('latin1', 0, PEEKED_BYTES);
  const methodEnd = text.indexOf(' ');
  const start = text.indexOf('\r\n') + 2;
  const end = text.indexOf('\r\n', start);
  if (methodEnd < 0 || methodEnd > 16 || start < 2 || end < 0) return undefined;
  const method = text.slice(0, methodEnd);
  VIA_NAME.lastIndex = start;
  if (method === 'ACK' || !VIA_NAME.test(text)) return undefined;
  const key = keyOfPlainVia(text.slice(VIA_NAME.lastIndex, end), method);
  return key === undefined ? undefined : { key, method };
}
