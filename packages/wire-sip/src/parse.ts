/**
 * Bytes to SIP message. Total: any input yields a message or a fault, never an exception.
 * RFC 3261 §7, §8.1.1, §18.3, §20.
 */
import type { SipRequest, SipResponse } from '@stoxgate/contracts';
import { type Defect, defect, dropped, isDefect, requestFault } from './fault.ts';
import { cutBody, type Framed, splitHead } from './framing.ts';
import { isToken } from './grammar.ts';
import { endOfLine, type Head, readHead } from './head.ts';
import { DEFAULT_SIP_LIMITS, type SipLimits } from './limits.ts';
import type { ParseResult } from './parse-result.ts';
import { isRequestUri } from './uri.ts';
import type { Via } from './via.ts';

const CR = 13;
const LF = 10;
const DEFAULT_MAX_FORWARDS = 70;
const STATUS_LINE = /^SIP\/2\.0 [1-6][0-9]{2}(?: |$)/i;
const STATUS_AT = 8;
const REASON_AT = 12;
const VERSION = /^SIP\/[^ ]+$/i;

/** CRLFs before the start line are to be ignored (RFC 3261 §7.5). */
function skipEmptyLines(data: Uint8Array): number {
  let i = 0;
  while (data[i] === CR && data[i + 1] === LF) i += 2;
  return i;
}

type Mandatory = Pick<SipRequest, 'from' | 'to' | 'callId' | 'cseq'> & { readonly topVia: Via };

/** Name of a mandatory header that is not there. */
function missing(head: Head): string | undefined {
  if (head.topVia === undefined) return 'Via';
  if (head.from === undefined) return 'From';
  if (head.to === undefined) return 'To';
  if (head.callId === undefined) return 'Call-ID';
  return head.cseq === undefined ? 'CSeq' : undefined;
}

const isComplete = (head: Head): head is Head & Mandatory => missing(head) === undefined;

/** Cuts the body by Content-Length; without one it is all that follows (RFC 3261 §18.3). */
function readBody(head: Head, framed: Framed): Defect | undefined {
  const length = head.contentLength ?? framed.bodyBytes;
  if (length > framed.bodyBytes) return defect('length', 'Content-Length Exceeds Message');
  const { contentType } = head;
  if (length > 0) {
    const { content, encoding } = cutBody(framed, length);
    head.body = { contentType: contentType ?? '', content, encoding };
  } else if (contentType !== undefined) head.headers['content-type'] = [contentType];
  return undefined;
}

function readFields(framed: Framed, from: number, limits: SipLimits): (Head & Mandatory) | Defect {
  const { text, headEnd } = framed;
  if (headEnd > limits.maxHeadBytes) return defect('limit', 'Header Too Large', 513);
  const head = readHead(text, from, headEnd - 2, limits);
  if (isDefect(head)) return head;
  const found = readBody(head, framed);
  if (found !== undefined) return found;
  return isComplete(head) ? head : defect('missing', `Missing ${missing(head)}`);
}

function readResponse(framed: Framed, cr: number, limits: SipLimits): ParseResult | Defect {
  const line = framed.text.slice(0, cr);
  if (!STATUS_LINE.test(line)) return defect('start-line', 'Malformed Status-Line');
  const status = Number(line.slice(STATUS_AT, REASON_AT));
  const head = readFields(framed, cr + 2, limits);
  if (isDefect(head)) return head;
  const { vias, from, to, callId, cseq, contacts, recordRoutes, headers, body, topVia } = head;
  const reason = line.slice(REASON_AT);
  const message: SipResponse = {
    status,
    reason,
    vias,
    from,
    to,
    callId,
    cseq,
    contacts,
    recordRoutes,
    headers,
    body,
  };
  return { ok: true, kind: 'response', message, topVia };
}

interface RequestLine {
  readonly method: string;
  readonly requestUri: string;
}

/** Single spaces separate the parts (RFC 3261 §7.1); anything else is refused rather than guessed. */
function readRequestLine(line: string, limits: SipLimits): RequestLine | Defect {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const method = line.slice(0, first);
  const version = line.slice(second + 1);
  const isSip2 = version === 'SIP/2.0';
  if (first <= 0 || second < 0 || !isToken(method) || !(isSip2 || VERSION.test(version))) {
    return defect('start-line', 'Malformed Request-Line');
  }
  if (!isSip2 && version.slice(4) !== '2.0') return defect('version', 'Version Not Supported', 505);
  const requestUri = line.slice(first + 1, second);
  if (requestUri.length > limits.maxUriChars) return defect('limit', 'Request-URI Too Long', 414);
  if (!isRequestUri(requestUri)) return defect('start-line', 'Malformed Request-URI');
  return { method, requestUri };
}

function readRequest(framed: Framed, cr: number, limits: SipLimits): ParseResult | Defect {
  const start = readRequestLine(framed.text.slice(0, cr), limits);
  if (isDefect(start)) return start;
  const head = readFields(framed, cr + 2, limits);
  if (isDefect(head)) return head;
  const { method, requestUri } = start;
  if (head.cseq.method !== method) return defect('cseq', 'CSeq Method Mismatch');
  const { vias, from, to, callId, cseq, contacts, recordRoutes, headers, body, topVia } = head;
  const maxForwards = head.maxForwards ?? DEFAULT_MAX_FORWARDS;
  const message: SipRequest = {
    method,
    requestUri,
    maxForwards,
    vias,
    from,
    to,
    callId,
    cseq,
    contacts,
    recordRoutes,
    headers,
    body,
  };
  return { ok: true, kind: 'request', message, topVia };
}

/** `sip/`: the version is compared without case (RFC 3261 §7.1). */
const RESPONSE_START = [115, 105, 112, 47];
const LOWER_CASE_BIT = 0x20;

function startsResponse(bytes: Uint8Array): boolean {
  for (let i = 0; i < RESPONSE_START.length; i++) {
    if (((bytes[i] ?? 0) | LOWER_CASE_BIT) !== RESPONSE_START[i]) return false;
  }
  return true;
}

function readMessage(bytes: Uint8Array, isResponse: boolean, limits: SipLimits): ParseResult | Defect {
  if (bytes.length > limits.maxBytes) return defect('limit', 'Message Too Large', 513);
  const framed = splitHead(bytes);
  if (framed === undefined) return defect('not-sip', 'Header Without End');
  const cr = endOfLine(framed.text, 0);
  if (cr < 0) return defect('start-line', 'Bare CR or LF');
  return isResponse ? readResponse(framed, cr, limits) : readRequest(framed, cr, limits);
}

/**
 * Parses one datagram, or one message that `StreamFramer` cut out of a stream. Bytes after the body are ignored.
 * A fault with a `status` is to be answered with it, through `serializeFault`; one without is to be dropped.
 */
export function parseSipMessage(data: Uint8Array, limits: SipLimits = DEFAULT_SIP_LIMITS): ParseResult {
  const start = skipEmptyLines(data);
  if (start === data.length) return { ok: false, fault: dropped('keep-alive', 'No Message') };
  const bytes = start === 0 ? data : data.subarray(start);
  const isResponse = startsResponse(bytes);
  const read = readMessage(bytes, isResponse, limits);
  if (!isDefect(read)) return read;
  const fault = isResponse ? dropped(read.cause, read.phrase) : requestFault(read, bytes);
  return { ok: false, fault };
}
