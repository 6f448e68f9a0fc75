/**
 * SIP message to bytes. No value can break out of its line. RFC 3261 §7, §20.
 */
import type {
  OutgoingSipRequest,
  OutgoingSipResponse,
  SipBody,
  SipHeaders,
  SipRequest,
  SipResponse,
} from '@stoxgate/contracts';
import { decodeBase64 } from './base64.ts';
import type { ParseFault } from './fault.ts';
import { cleanValue, isToken } from './grammar.ts';
import { canonicalHeaderName } from './header-name.ts';
import { formatNameAddr, safeUri } from './name-addr.ts';
import { encodeUtf8 } from './utf8.ts';
import { Utf8Writer } from './utf8-writer.ts';

/** What the edge adds for the hop: its own Via value and, when the request has a Contact, that header's value. */
export interface Hop {
  readonly via: string;
  readonly contact?: string | undefined;
  /** For a request that names none. */
  readonly userAgent?: string | undefined;
}

/** Headers that have a field of their own, and so never come from `headers`. */
const STRUCTURAL = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'content-length']);

const out = new Utf8Writer();

function putLine(name: string, value: string): void {
  out.put(`${name}: ${cleanValue(value)}\r\n`);
}

function putLines(name: string, values: readonly string[]): void {
  for (const value of values) putLine(name, value);
}

/** Headers without a field of their own. `taken`: those that the message has otherwise. */
function putOthers(headers: SipHeaders, taken: ReadonlySet<string>, hasContact: boolean, hasBody: boolean) {
  for (const key of Object.keys(headers)) {
    const name = key.toLowerCase();
    const isTaken =
      taken.has(name) || (hasContact && name === 'contact') || (hasBody && name === 'content-type');
    if (!isTaken && isToken(name)) putLines(canonicalHeaderName(name), headers[key] ?? []);
  }
}

const bodyBytes = (body: SipBody): Uint8Array =>
  body.encoding === 'utf8' ? encodeUtf8(body.content) : (decodeBase64(body.content) ?? new Uint8Array(0));

const ASCII = /^[\0-\x7f]*$/;

/** Ends the head, and adds the body. */
function withBody(body: SipBody | undefined): Uint8Array {
  if (body === undefined) {
    out.put('Content-Length: 0\r\n\r\n');
    return out.take();
  }
  const { contentType, content, encoding } = body;
  if (contentType !== '') putLine('Content-Type', contentType);
  const bytes = encoding === 'utf8' && ASCII.test(content) ? undefined : bodyBytes(body);
  putLine('Content-Length', String(bytes === undefined ? content.length : bytes.length));
  out.put('\r\n');
  if (bytes === undefined) out.put(content);
  else out.putBytes(bytes);
  return out.take();
}

const routeValue = (route: string): string => (route.includes('<') ? route : `<${safeUri(route)}>`);

function startRequest(method: string, uri: string): void {
  out.start();
  out.put(`${cleanValue(method)} ${safeUri(uri)} SIP/2.0\r\n`);
}

function startResponse(status: number, reason: string): void {
  out.start();
  out.put(`SIP/2.0 ${status} ${cleanValue(reason)}\r\n`);
}

interface Parties {
  readonly from: OutgoingSipRequest['from'];
  readonly to: OutgoingSipRequest['to'];
  readonly callId: string;
}

function putParties(parties: Parties, cseq: number, method: string): void {
  const { from, to, callId } = parties;
  out.put(`From: ${formatNameAddr(from)}\r\nTo: ${formatNameAddr(to)}\r\n`);
  out.put(`Call-ID: ${cleanValue(callId)}\r\nCSeq: ${cseq} ${cleanValue(method)}\r\n`);
}

const TAKEN_IN_REQUEST = new Set([...STRUCTURAL, 'max-forwards', 'route']);

/** Bytes of a request. Routes without angle brackets get them. `headers` cannot override what has a field. */
export function serializeRequest(request: OutgoingSipRequest, { via, contact, userAgent }: Hop): Uint8Array {
  const { method, requestUri, routes, maxForwards, cseq, headers, body } = request;
  startRequest(method, requestUri);
  putLine('Via', via);
  for (const route of routes) putLine('Route', routeValue(route));
  putLine('Max-Forwards', String(maxForwards));
  putParties(request, cseq, method);
  if (contact !== undefined) putLine('Contact', contact);
  if (userAgent !== undefined && headers['user-agent'] === undefined) putLine('User-Agent', userAgent);
  putOthers(headers, TAKEN_IN_REQUEST, contact !== undefined, body !== undefined);
  return withBody(body);
}

const TAKEN_IN_RESPONSE = new Set([...STRUCTURAL, 'record-route']);

/** Bytes of a response. `contact` is the value of the Contact header, written by the edge. */
export function serializeResponse(response: OutgoingSipResponse, contact?: string): Uint8Array {
  const { status, reason, vias, recordRoutes, cseq, headers, body } = response;
  startResponse(status, reason);
  putLines('Via', vias);
  putLines('Record-Route', recordRoutes);
  putParties(response, cseq.number, cseq.method);
  if (contact !== undefined) putLine('Contact', contact);
  putOthers(headers, TAKEN_IN_RESPONSE, contact !== undefined, body !== undefined);
  return withBody(body);
}

const TAKEN_IN_MESSAGE = {
  request: new Set([...STRUCTURAL, 'record-route', 'contact', 'max-forwards']),
  response: new Set([...STRUCTURAL, 'record-route', 'contact']),
};

/** Bytes of a parsed message; parsing them again yields an equal message. */
export function serializeMessage(message: SipRequest | SipResponse): Uint8Array {
  const { vias, recordRoutes, contacts, cseq, headers, body } = message;
  if ('method' in message) startRequest(message.method, message.requestUri);
  else startResponse(message.status, message.reason);
  putLines('Via', vias);
  if ('method' in message) putLine('Max-Forwards', String(message.maxForwards));
  putLines('Record-Route', recordRoutes);
  putParties(message, cseq.number, cseq.method);
  putLines('Contact', contacts.map(formatNameAddr));
  putOthers(
    headers,
    TAKEN_IN_MESSAGE['method' in message ? 'request' : 'response'],
    false,
    body !== undefined,
  );
  return withBody(body);
}

/**
 * Bytes of the response that a fault owes; undefined when it owes none. `topVia` replaces the topmost Via value
 * (`received` and `rport` filled in); `toTag` is added to a To without a tag.
 */
export function serializeFault(
  fault: ParseFault,
  options: { topVia?: string; toTag?: string } = {},
): Uint8Array | undefined {
  const { answerable, status } = fault;
  if (answerable === undefined || status === undefined) return undefined;
  const { from, to, callId, cseq } = answerable;
  const vias = options.topVia === undefined ? answerable.vias : [options.topVia, ...answerable.vias.slice(1)];
  const needsTag = options.toTag !== undefined && to !== undefined && !/;[ \t]*tag[ \t]*=/i.test(to);
  startResponse(status, fault.phrase);
  putLines('Via', vias);
  if (from !== undefined) putLine('From', from);
  if (to !== undefined) putLine('To', needsTag ? `${to};tag=${options.toTag}` : to);
  if (callId !== undefined) putLine('Call-ID', callId);
  if (cseq !== undefined) putLine('CSeq', cseq);
  return withBody(undefined);
}
