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

/** A Via whose sent-by and branch can be read off. */
const PLAIN_VIA =
  /^SIP\/2\.0\/[A-Z]+[ \t]+([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([1-9][0-9]{0,4}))?(?:;[^\s,";]+)*?;branch=(z9hG4bK[!#-+\--:=?-~]+)(?:[;,]|$)/;

/** What `keyOfVia` gives for the parsed Via; undefined for one that is not plain. */
function keyOfPlainVia(via: string, method: string): string | undefined {
  const match = PLAIN_VIA.exec(via);
  return match === null
    ? undefined
    : `${match[3]}|${match[1]?.toLowerCase()}:${match[2] ?? '5060'}|${method}`;
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

/** Client transaction of a branch and a CSeq method. */
export const clientTransactionKey = (branch: string, method: string): string => `${branch}|${method}`;

/**
 * One request, whichever way it came: equal for two copies that a forking proxy upstream sent us (§8.2.2.2). Joined, which
 * copies: it is kept for a while, and a concatenation would keep the whole message that its parts were cut from.
 */
export const mergeKey = (request: SipRequest): string =>
  [request.callId, request.from.params.tag ?? '', request.cseq.number, request.method].join('|');

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
