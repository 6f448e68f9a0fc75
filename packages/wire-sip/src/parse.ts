/**
 * Bytes to SIP message. Total: any input yields a message or a fault, never an exception.
 * RFC 3261 §7, §8.1.1, §18.3, §20.
 */
import type { SipBody, SipRequest, SipResponse } from '@stoxgate/contracts';
import { encodeBase64 } from './base64.ts';
import { type Defect, defect, dropped, requestFault } from './fault.ts';
import { isToken } from './grammar.ts';
import { endOfLine, type Head, readHead } from './head.ts';
import { DEFAULT_SIP_LIMITS, type SipLimits } from './limits.ts';
import type { ParseResult } from './parse-result.ts';
import { isRequestUri } from './uri.ts';
import { decodeLatin1, decodeUtf8 } from './utf8.ts';
import type { Via } from './via.ts';

const CR = 13;
const LF = 10;
const DEFAULT_MAX_FORWARDS = 70;
const STATUS_LINE = /^SIP\/([^ ]*) ([0-9]{3})(?: (.*))?$/is;
const REQUEST_LINE = /^([^ ]+) ([^ ]+) SIP\/([^ ]+)$/i;

/** Index of the first byte of the body (just after the empty line), or -1 when the head never ends. */
export function endOfHead(data: Uint8Array, from: number): number {
  for (let lf = data.indexOf(LF, from); lf >= 0; lf = data.indexOf(LF, lf + 1)) {
    if (data[lf + 1] === CR && data[lf + 2] === LF) return lf + 3;
  }
  return -1;
}

/** CRLFs before the start line are to be ignored (RFC 3261 §7.5). */
function skipEmptyLines(data: Uint8Array): number {
  let i = 0;
  while (data[i] === CR && data[i + 1] === LF) i += 2;
  return i;
}

interface Framed {
  readonly head: string;
  readonly body: (length: number) => Pick<SipBody, 'content' | 'encoding'>;
  readonly bodyBytes: number;
}

function bodyOf(bytes: Uint8Array): Pick<SipBody, 'content' | 'encoding'> {
  const text = decodeUtf8(bytes);
  return text === undefined
    ? { content: encodeBase64(bytes), encoding: 'base64' }
    : { content: text, encoding: 'utf8' };
}

/** Splits head from body. When everything is ASCII, one decoded string serves for both. */
function frame(data: Uint8Array): Framed | undefined {
  const text = decodeUtf8(data);
  if (text !== undefined && text.length === data.length) {
    const bodyStart = text.indexOf('\r\n\r\n') + 4;
    if (bodyStart < 4) return undefined;
    return {
      head: text.slice(0, bodyStart),
      bodyBytes: data.length - bodyStart,
      body: (length) => ({ content: text.slice(bodyStart, bodyStart + length), encoding: 'utf8' }),
    };
  }
  const bodyStart = endOfHead(data, 0);
  if (bodyStart < 0) return undefined;
  const headBytes = data.subarray(0, bodyStart);
  return {
    head: decodeUtf8(headBytes) ?? decodeLatin1(headBytes),
    bodyBytes: data.length - bodyStart,
    body: (length) => bodyOf(data.subarray(bodyStart, bodyStart + length)),
  };
}

/** The body that Content-Length cuts out; without one, all that follows (RFC 3261 §18.3). */
function readBody(head: Head, framed: Framed): SipBody | Defect | undefined {
  const length = head.contentLength ?? framed.bodyBytes;
  if (length > framed.bodyBytes) return defect('length', 'Content-Length Exceeds Message');
  if (length === 0) return undefined;
  return { contentType: head.contentType ?? '', ...framed.body(length) };
}

function missing(head: Head): Defect | undefined {
  const name =
    head.topVia === undefined
      ? 'Via'
      : head.from === undefined
        ? 'From'
        : head.to === undefined
          ? 'To'
          : head.callId === undefined
            ? 'Call-ID'
            : head.cseq === undefined
              ? 'CSeq'
              : undefined;
  return name === undefined ? undefined : defect('missing', `Missing ${name}`);
}

type Common = Omit<SipRequest, 'method' | 'requestUri' | 'maxForwards'>;

/** The fields that requests and responses share. */
function commonOf(head: Head, body: SipBody | undefined): { common: Common; topVia: Via } | undefined {
  const { topVia, from, to, callId, cseq, vias, contacts, recordRoutes, headers } = head;
  if (topVia === undefined || from === undefined || to === undefined) return undefined;
  if (callId === undefined || cseq === undefined) return undefined;
  if (body === undefined && head.contentType !== undefined) headers['content-type'] = [head.contentType];
  const common = { vias, from, to, callId, cseq, contacts, recordRoutes, headers };
  return { common: body === undefined ? common : { ...common, body }, topVia };
}

const isDefect = (value: object): value is Defect => 'cause' in value;

function readMessage(framed: Framed, start: number, limits: SipLimits) {
  if (framed.head.length > limits.maxHeadBytes) return defect('limit', 'Header Too Large', 513);
  const head = readHead(framed.head, start, framed.head.length - 2, limits);
  if (isDefect(head)) return head;
  const absent = missing(head);
  if (absent !== undefined) return absent;
  const body = readBody(head, framed);
  if (body !== undefined && isDefect(body)) return body;
  const whole = commonOf(head, body);
  return whole === undefined ? defect('missing', 'Missing Header') : { ...whole, head };
}

function parseResponse(line: string, framed: Framed, start: number, limits: SipLimits): ParseResult {
  const match = STATUS_LINE.exec(line);
  const status = Number(match?.[2]);
  if (match === null || match[1] !== '2.0' || status < 100 || status > 699) {
    return { ok: false, fault: dropped('start-line', 'Malformed Status-Line') };
  }
  const read = readMessage(framed, start, limits);
  if ('cause' in read) return { ok: false, fault: dropped(read.cause, read.phrase) };
  const message: SipResponse = { status, reason: match[3] ?? '', ...read.common };
  return { ok: true, kind: 'response', message, topVia: read.topVia };
}

function readRequest(line: string, framed: Framed, start: number, limits: SipLimits): ParseResult | Defect {
  const match = REQUEST_LINE.exec(line);
  const method = match?.[1];
  const requestUri = match?.[2];
  if (method === undefined || requestUri === undefined || !isToken(method)) {
    return defect('start-line', 'Malformed Request-Line');
  }
  if (match?.[3] !== '2.0') return defect('version', 'Version Not Supported', 505);
  if (requestUri.length > limits.maxUriChars) return defect('limit', 'Request-URI Too Long', 414);
  if (!isRequestUri(requestUri)) return defect('start-line', 'Malformed Request-URI');
  const read = readMessage(framed, start, limits);
  if ('cause' in read) return read;
  if (read.common.cseq.method !== method) return defect('cseq', 'CSeq Method Mismatch');
  const maxForwards = read.head.maxForwards ?? DEFAULT_MAX_FORWARDS;
  const message: SipRequest = { method, requestUri, maxForwards, ...read.common };
  return { ok: true, kind: 'request', message, topVia: read.topVia };
}

/**
 * Parses one datagram, or one message that `StreamFramer` cut out of a stream. Bytes after the body are ignored.
 * A fault with a `status` is to be answered with it, through `serializeFault`; one without is to be dropped.
 */
export function parseSipMessage(data: Uint8Array, limits: SipLimits = DEFAULT_SIP_LIMITS): ParseResult {
  const from = skipEmptyLines(data);
  if (from === data.length) return { ok: false, fault: dropped('keep-alive', 'No Message') };
  const bytes = from === 0 ? data : data.subarray(from);
  const isResponse = (bytes[0] ?? 0) === 83 && bytes[1] === 73 && bytes[2] === 80 && bytes[3] === 47;
  const found = parseFramed(bytes, isResponse, limits);
  if (!('cause' in found)) return found;
  return {
    ok: false,
    fault: isResponse ? dropped(found.cause, found.phrase) : requestFault(found, bytes),
  };
}

function parseFramed(bytes: Uint8Array, isResponse: boolean, limits: SipLimits): ParseResult | Defect {
  if (bytes.length > limits.maxBytes) return defect('limit', 'Message Too Large', 513);
  const framed = frame(bytes);
  if (framed === undefined) return defect('not-sip', 'Header Without End');
  const cr = endOfLine(framed.head, 0);
  if (cr < 0) return defect('start-line', 'Bare CR or LF');
  const line = framed.head.slice(0, cr);
  return isResponse ? parseResponse(line, framed, cr + 2, limits) : readRequest(line, framed, cr + 2, limits);
}
