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

/** What the edge adds for the hop: its own Via value and, when the request has a Contact, that header's value. */
export interface Hop {
  readonly via: string;
  readonly contact?: string;
}

/** Headers that have a field of their own, and so never come from `headers`. */
const STRUCTURAL = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'content-length']);

const line = (name: string, value: string): string => `${name}: ${cleanValue(value)}\r\n`;
const lines = (name: string, values: readonly string[]): string =>
  values.map((value) => line(name, value)).join('');

function otherHeaders(headers: SipHeaders, taken: (name: string) => boolean): string {
  let text = '';
  for (const key of Object.keys(headers)) {
    const name = key.toLowerCase();
    if (!STRUCTURAL.has(name) && isToken(name) && !taken(name)) {
      text += lines(canonicalHeaderName(name), headers[key] ?? []);
    }
  }
  return text;
}

const bodyBytes = (body: SipBody): Uint8Array =>
  body.encoding === 'utf8' ? encodeUtf8(body.content) : (decodeBase64(body.content) ?? new Uint8Array(0));

/** UTF-8 bytes of text; the platform may have a better way than `encodeUtf8`. */
export type Encode = (text: string) => Uint8Array;

const ASCII = /^[\0-\x7f]*$/;

function join(head: string, body: SipBody | undefined, encode: Encode): Uint8Array {
  if (body === undefined) return encode(`${head}Content-Length: 0\r\n\r\n`);
  const type = body.contentType === '' ? '' : line('Content-Type', body.contentType);
  if (body.encoding === 'utf8' && ASCII.test(body.content)) {
    return encode(`${head}${type}Content-Length: ${body.content.length}\r\n\r\n${body.content}`);
  }
  const content = bodyBytes(body);
  const top = encode(`${head}${type}Content-Length: ${content.length}\r\n\r\n`);
  const whole = new Uint8Array(top.length + content.length);
  whole.set(top);
  whole.set(content, top.length);
  return whole;
}

const routeValue = (route: string): string => (route.includes('<') ? route : `<${safeUri(route)}>`);

const requestLine = (method: string, uri: string): string =>
  `${cleanValue(method)} ${safeUri(uri)} SIP/2.0\r\n`;
const statusLine = (status: number, reason: string): string => `SIP/2.0 ${status} ${cleanValue(reason)}\r\n`;

interface Parties {
  readonly from: OutgoingSipRequest['from'];
  readonly to: OutgoingSipRequest['to'];
  readonly callId: string;
}

const partyLines = (parties: Parties, cseq: number, method: string): string =>
  `From: ${formatNameAddr(parties.from)}\r\nTo: ${formatNameAddr(parties.to)}\r\n` +
  line('Call-ID', parties.callId) +
  line('CSeq', `${cseq} ${method}`);

/** Bytes of a request. Routes without angle brackets get them. `headers` cannot override what has a field. */
export function serializeRequest(
  request: OutgoingSipRequest,
  hop: Hop,
  encode: Encode = encodeUtf8,
): Uint8Array {
  const { body, headers } = request;
  const head =
    requestLine(request.method, request.requestUri) +
    line('Via', hop.via) +
    lines('Route', request.routes.map(routeValue)) +
    line('Max-Forwards', String(request.maxForwards)) +
    partyLines(request, request.cseq, request.method) +
    (hop.contact === undefined ? '' : line('Contact', hop.contact)) +
    otherHeaders(
      headers,
      (name) =>
        name === 'max-forwards' ||
        name === 'route' ||
        (name === 'contact' && hop.contact !== undefined) ||
        (name === 'content-type' && body !== undefined),
    );
  return join(head, body, encode);
}

/** Bytes of a response. `contact` is the value of the Contact header, written by the edge. */
export function serializeResponse(
  response: OutgoingSipResponse,
  contact?: string,
  encode: Encode = encodeUtf8,
): Uint8Array {
  const { body, headers, cseq } = response;
  const head =
    statusLine(response.status, response.reason) +
    lines('Via', response.vias) +
    lines('Record-Route', response.recordRoutes) +
    partyLines(response, cseq.number, cseq.method) +
    (contact === undefined ? '' : line('Contact', contact)) +
    otherHeaders(
      headers,
      (name) =>
        name === 'record-route' ||
        (name === 'contact' && contact !== undefined) ||
        (name === 'content-type' && body !== undefined),
    );
  return join(head, body, encode);
}

/** Bytes of a parsed message; parsing them again yields an equal message. */
export function serializeMessage(message: SipRequest | SipResponse): Uint8Array {
  const { body, headers, cseq } = message;
  const start =
    'method' in message
      ? requestLine(message.method, message.requestUri)
      : statusLine(message.status, message.reason);
  const head =
    start +
    lines('Via', message.vias) +
    ('method' in message ? line('Max-Forwards', String(message.maxForwards)) : '') +
    lines('Record-Route', message.recordRoutes) +
    partyLines(message, cseq.number, cseq.method) +
    lines('Contact', message.contacts.map(formatNameAddr)) +
    otherHeaders(
      headers,
      (name) =>
        name === 'record-route' ||
        name === 'contact' ||
        (name === 'max-forwards' && 'method' in message) ||
        (name === 'content-type' && body !== undefined),
    );
  return join(head, body, encodeUtf8);
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
  const head =
    statusLine(status, fault.phrase) +
    lines('Via', vias) +
    (from === undefined ? '' : line('From', from)) +
    (to === undefined ? '' : line('To', needsTag ? `${to};tag=${options.toTag}` : to)) +
    (callId === undefined ? '' : line('Call-ID', callId)) +
    (cseq === undefined ? '' : line('CSeq', cseq));
  return join(head, undefined, encodeUtf8);
}
