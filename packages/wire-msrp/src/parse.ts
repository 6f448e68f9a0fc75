/**
 * A chunk as the framer cut it, read. RFC 4975 §7.
 */
import { isMsrpDefect, type MsrpDefect, type MsrpFault, msrpDefect } from './fault.ts';
import type { MsrpFrame } from './framer.ts';
import { type MsrpHead, readMsrpHead } from './head.ts';
import { DEFAULT_MSRP_LIMITS, type MsrpLimits } from './limits.ts';
import type { MsrpRequest, MsrpResponse } from './message.ts';
import { decodeUtf8 } from './utf8.ts';

export type MsrpParseResult =
  | { readonly ok: true; readonly kind: 'request'; readonly message: MsrpRequest }
  | { readonly ok: true; readonly kind: 'response'; readonly message: MsrpResponse }
  | { readonly ok: false; readonly fault: MsrpFault };

const METHOD = /^[A-Z]{1,32}$/;
const RESPONSE = /^([0-9]{3})(?: (.*))?$/;

/**
 * Reads one chunk. Total: any frame yields a message or a fault. A fault of a request whose paths are readable owes a
 * 400; of a REPORT or a response nothing is ever owed (§7.1.2: a REPORT is not answered).
 */
export function parseMsrpFrame(frame: MsrpFrame, limits: MsrpLimits = DEFAULT_MSRP_LIMITS): MsrpParseResult {
  const text = decodeUtf8(frame.head);
  if (text === undefined) return { ok: false, fault: drop(msrpDefect('encoding', 'Head Is Not UTF-8')) };
  const { head, defect } = readMsrpHead(text, limits);
  const [, code, comment] = RESPONSE.exec(frame.verb) ?? [];
  if (code !== undefined) return responseOf(frame, head, defect, Number(code), comment);
  if (!METHOD.test(frame.verb)) return { ok: false, fault: drop(msrpDefect('verb', 'Malformed Start Line')) };
  const request = defect ?? requestOf(frame, head);
  return isMsrpDefect(request)
    ? { ok: false, fault: owed(request, frame, head) }
    : { ok: true, kind: 'request', message: request };
}

const drop = ({ defect, phrase }: MsrpDefect): MsrpFault => ({ cause: defect, status: undefined, phrase });

function owed(found: MsrpDefect, { verb, transactionId }: MsrpFrame, head: MsrpHead): MsrpFault {
  const { toPath, fromPath } = head;
  if (verb === 'REPORT' || toPath === undefined || fromPath === undefined) return drop(found);
  // §7.1.2: with Failure-Report no there is no response, whatever is wrong.
  if (head.failureReport === 'no') return drop(found);
  const answerable = { transactionId, method: verb, toPath, fromPath };
  return { cause: found.defect, status: 400, phrase: found.phrase, answerable };
}

function responseOf(
  { transactionId }: MsrpFrame,
  { toPath, fromPath, headers }: MsrpHead,
  defect: MsrpDefect | undefined,
  code: number,
  comment: string | undefined,
): MsrpParseResult {
  if (defect !== undefined) return { ok: false, fault: drop(defect) };
  if (toPath === undefined || fromPath === undefined) {
    return { ok: false, fault: drop(msrpDefect('missing', 'Missing Path')) };
  }
  const message = { transactionId, toPath, fromPath, headers, code, ...(comment && { comment }) };
  return { ok: true, kind: 'response', message };
}

function requestOf(frame: MsrpFrame, head: MsrpHead): MsrpRequest | MsrpDefect {
  const { transactionId, verb: method, body, flag } = frame;
  const { toPath, fromPath, contentType, messageId } = head;
  if (toPath === undefined || fromPath === undefined) return msrpDefect('missing', 'Missing Path');
  if (method === 'REPORT' && (messageId === undefined || head.status === undefined)) {
    return msrpDefect('missing', 'Missing Message-ID or Status');
  }
  const hasContent = body !== undefined && body.length > 0;
  if (method === 'SEND' && hasContent && messageId === undefined) {
    return msrpDefect('missing', 'Missing Message-ID');
  }
  if (hasContent && contentType === undefined) return msrpDefect('missing', 'Missing Content-Type');
  const { start, total } = head.byteRange;
  if (body !== undefined && total !== undefined && start - 1 + body.length > total) {
    return msrpDefect('value', 'Body Exceeds Byte-Range');
  }
  return {
    transactionId,
    method,
    toPath,
    fromPath,
    headers: head.headers,
    ...(messageId !== undefined && { messageId }),
    byteRange: head.byteRange,
    wantsSuccessReport: head.wantsSuccessReport,
    failureReport: head.failureReport,
    ...(head.status && { status: head.status }),
    ...(contentType !== undefined && { contentType }),
    ...(body !== undefined && contentType !== undefined && { body }),
    flag,
  };
}
