/**
 * Names of transactions: what a message belongs to. RFC 3261 §17.1.3, §17.2.3.
 */
import type { OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import { parseVia, type Via } from '@stoxgate/wire-sip';

const MAGIC_COOKIE = 'z9hG4bK';

const transactionMethod = (method: string): string => (method === 'ACK' ? 'INVITE' : method);

const hasMagicCookie = (branch: string | undefined): branch is string =>
  branch !== undefined && branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);

const keyOfVia = (via: Via, method: string): string =>
  `${via.branch}|${via.host.toLowerCase()}:${via.port ?? 5060}|${method}`;

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
const HAS_PORT = /:[0-9]+$/;
const SEMICOLON = 59;
const COMMA = 44;

/** A Via whose sent-by and branch can be read off. */
const PLAIN_VIA =
  /^SIP\/2\.0\/[A-Z]+ (?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[1-9][0-9]{0,4})?(?:;(?!branch=)[^\s,";]+)*;branch=z9hG4bK[!#-+\--:=?-~]+(?:[;,]|$)/;

/** What `keyOfVia` gives for the parsed Via; undefined for one that is not plain. */
function keyOfPlainVia(via: string, method: string): string | undefined {
  if (!PLAIN_VIA.test(via)) return undefined;
  const paramsAt = via.indexOf(';');
  const sentBy = via.slice(via.lastIndexOf(' ', paramsAt) + 1, paramsAt).toLowerCase();
  const branchAt = via.indexOf(BRANCH, paramsAt) + BRANCH.length;
  const branch = via.slice(branchAt, endOfBranch(via, branchAt));
  return `${branch}|${sentBy}${HAS_PORT.test(sentBy) ? '' : ':5060'}|${method}`;
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
 * One request outside a dialog, whichever way it came: equal for two copies that a forking proxy upstream sent us (§8.2.2.2). Joined, which
 * copies: it is kept for a while, and a concatenation would keep the whole message that its parts were cut from.
 */
export const mergeKey = ({ callId, from, to, cseq, method }: SipRequest): string | undefined =>
  to.params.tag === undefined && method !== 'CANCEL'
    ? [callId, from.params.tag ?? '', cseq.number, method].join('|')
    : undefined;

const VIA_NAME = /(?:Via|v)[ \t]*:[ \t]*/iy;
const MAX_PEEKED = 300;

/**
 * The key of a request before it is parsed, so that repetitions cost little; the parsed one has the same. Undefined unless
 * the top Via is the first header, plain, and has the branch cookie; and for ACK, whose key alone does not say what it is.
 */
export function peekKey(datagram: Buffer): { readonly key: string; readonly method: string } | undefined {
  const methodEnd = datagram.indexOf(0x20);
  const start = datagram.indexOf('\r\n') + 2;
  const end = datagram.indexOf('\r\n', start);
  if (methodEnd < 0 || methodEnd > 16 || start < 2 || end < 0 || end - start > MAX_PEEKED) return undefined;
  const method = datagram.toString('latin1', 0, methodEnd);
  const line = datagram.toString('latin1', start, end);
  VIA_NAME.lastIndex = 0;
  if (method === 'ACK' || method.startsWith('SIP/') || !VIA_NAME.test(line)) return undefined;
  const key = keyOfPlainVia(line.slice(VIA_NAME.lastIndex), method);
  return key === undefined ? undefined : { key, method };
}
