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

/** The same key from a response of ours, which repeats the top Via of its request. */
export function keyOfResponse({ vias, from, callId, cseq }: OutgoingSipResponse): string {
  const via = parseVia(vias[0] ?? '');
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

const TOP_VIA =
  /^(?:Via|v)[ \t]*:[ \t]*SIP\/2\.0\/[A-Z]+[ \t]+([^\s;,]+)(?:;[^\s,";]+)*?;branch=(z9hG4bK[^\s;,"]+)[;,\r]/i;
const PEEKED_BYTES = 300;

/**
 * The key of a request before it is parsed, so that repetitions cost little. Undefined unless the top Via is the first
 * header, plain, and has the branch cookie; and for ACK, whose key alone does not say what it is.
 */
export function peekKey(datagram: Buffer): { readonly key: string; readonly method: string } | undefined {
  const lineEnd = datagram.indexOf('\r\n');
  const methodEnd = datagram.indexOf(0x20);
  if (lineEnd < 0 || methodEnd < 0 || methodEnd > 16) return undefined;
  const [, sentBy, branch] =
    TOP_VIA.exec(datagram.toString('latin1', lineEnd + 2, lineEnd + PEEKED_BYTES)) ?? [];
  const method = datagram.toString('latin1', 0, methodEnd);
  if (sentBy === undefined || branch === undefined || method === 'ACK') return undefined;
  const host = /:\d+$/.test(sentBy) ? sentBy : `${sentBy}:5060`;
  return { key: `${branch}|${host.toLowerCase()}|${method}`, method };
}
