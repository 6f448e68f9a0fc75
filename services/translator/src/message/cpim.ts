/**
 * A message with headers of its own inside a body: `message/cpim`. RFC 3862; the headers of notifications are those of
 * RFC 5438 §6.
 */
import type { SipBody } from '@stoxgate/contracts';
import { decodeBase64, decodeUtf8 } from '@stoxgate/wire-sip';
import { MAX_ID_LENGTH } from './limits.ts';

export const CPIM = 'message/cpim';
export const IMDN_NAMESPACE = 'urn:ietf:params:imdn';

/** What a sender wants to hear of a message (RFC 5438 §6.2). */
export interface Dispositions {
  readonly delivery: boolean;
  readonly failure: boolean;
  readonly display: boolean;
}

/** What a sender wants to hear, by which name, and what its notification has to say beside. */
export interface Asked {
  readonly messageId: string;
  readonly dispositions: Dispositions;
  /** Whom the notification goes by, the next one first (RFC 5438 §6.5). */
  readonly routes?: readonly string[];
  /** Whom the message was for before somebody sent it on (RFC 5438 §6.4). */
  readonly originalTo?: string;
}

export interface CpimMessage {
  /** How the sender calls itself, and the URI it does that with. */
  readonly from?: { readonly name: string; readonly uri: string };
  readonly subject?: string;
  /** As written. */
  readonly dateTime?: string;
  /** Absent when nothing is asked for, or by no name. */
  readonly asked?: Asked;
  /** Headers that must be understood and are not (RFC 3862 §4.7). */
  readonly unknown: readonly string[];
  readonly body: SipBody;
}

interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

const MAX_HEADERS = 64;
const MAX_ROUTES = 8;
const URI = /^[!#-;=?-~]{1,255}$/;
const KNOWN = new Set(['from', 'to', 'cc', 'datetime', 'subject', 'ns', 'require']);
const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|([btnr"'\\]))/g;
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', r: '\r' };

/** RFC 3862 §2.3.1: escapes in header values. */
const unescapeValue = (value: string): string =>
  value.replace(ESCAPE, (_, hex?: string, char?: string) =>
    hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (CONTROLS[char ?? ''] ?? char ?? ''),
  );

/** Lines up to the first empty one, and where the rest begins; undefined when one of them is no header. */
function headersAt(text: string, start: number): { lines: readonly HeaderLine[]; end: number } | undefined {
  const lines: HeaderLine[] = [];
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end).replace(/\r$/, '');
    at = end + 1;
    if (line === '') return { lines, end: Math.min(at, text.length) };
    const colon = line.indexOf(':');
    if (colon <= 0 || lines.length === MAX_HEADERS) return undefined;
    lines.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  return { lines, end: text.length };
}

const headerOf = (lines: readonly HeaderLine[], name: string): string | undefined =>
  lines.find((line) => line.name.toLowerCase() === name)?.value;

/** Prefix under which the headers of RFC 5438 are written; empty when NS makes it the default (RFC 3862 §4.6). */
function imdnPrefix(lines: readonly HeaderLine[]): string | undefined {
  for (const { name, value } of lines) {
    if (name.toLowerCase() !== 'ns') continue;
    const [, prefix = '', uri] = /^(?:([^\s<]+)\s*)?<([^>]*)>/.exec(value) ?? [];
    if (uri?.toLowerCase() === IMDN_NAMESPACE) return prefix === '' ? '' : `${prefix.toLowerCase()}.`;
  }
  return undefined;
}

/** `name <uri>` of a header that names somebody (RFC 3862 §4.1); undefined when it names nobody. */
function addressIn(value: string | undefined): { name: string; uri: string } | undefined {
  const open = value?.lastIndexOf('<') ?? -1;
  const close = value?.indexOf('>', open) ?? -1;
  const uri = value?.slice(open + 1, close) ?? '';
  if (value === undefined || open === -1 || close === -1 || !URI.test(uri)) return undefined;
  const name = value
    .slice(0, open)
    .trim()
    .replace(/^"([\s\S]*)"$/, '$1');
  return { name: unescapeValue(name), uri };
}

/** The URIs of IMDN-Record-Route; none when one of them cannot be gone to: a path with a hole leads nowhere. */
function routesOf(values: readonly string[]): readonly string[] {
  const uris = values.map((value) => addressIn(value)?.uri ?? '');
  return uris.length <= MAX_ROUTES && uris.every((uri) => /^sip:/i.test(uri)) ? uris : [];
}

const dispositionsOf = (value: string | undefined): Dispositions => {
  const words = (value ?? '').split(',').map((word) => word.split(';', 1)[0]?.trim().toLowerCase());
  return {
    delivery: words.includes('positive-delivery'),
    failure: words.includes('negative-delivery'),
    display: words.includes('display'),
  };
};

/** What is asked for by the headers of RFC 5438 §6, written behind `prefix`. */
function askedIn(lines: readonly HeaderLine[], prefix: string | undefined): Asked | undefined {
  if (prefix === undefined) return undefined;
  const messageId = headerOf(lines, `${prefix}message-id`) ?? '';
  const dispositions = dispositionsOf(headerOf(lines, `${prefix}disposition-notification`));
  const isAsked = dispositions.delivery || dispositions.failure || dispositions.display;
  if (!isAsked || messageId === '' || messageId.length > MAX_ID_LENGTH) return undefined;
  const recordRoute = `${prefix}imdn-record-route`;
  const routes = routesOf(
    lines.filter(({ name }) => name.toLowerCase() === recordRoute).map(({ value }) => value),
  );
  const originalTo = addressIn(headerOf(lines, `${prefix}original-to`))?.uri;
  return {
    messageId,
    dispositions,
    ...(routes.length === 0 ? {} : { routes }),
    ...(originalTo === undefined ? {} : { originalTo }),
  };
}

/** The body inside, decoded as its own header says; undefined when it cannot be. */
function bodyInside(lines: readonly HeaderLine[], content: string): SipBody | undefined {
  const contentType = headerOf(lines, 'content-type') ?? 'text/plain';
  const coding = (headerOf(lines, 'content-transfer-encoding') ?? '').toLowerCase();
  if (coding === '' || coding === '7bit' || coding === '8bit' || coding === 'binary') {
    return { contentType, content, encoding: 'utf8' };
  }
  if (coding !== 'base64') return undefined;
  const packed = content.replace(/\s+/g, '');
  const bytes = decodeBase64(packed);
  if (bytes === undefined) return undefined;
  const text = decodeUtf8(bytes);
  return text === undefined
    ? { contentType, content: packed, encoding: 'base64' }
    : { contentType, content: text, encoding: 'utf8' };
}

/** Reads a body of type `message/cpim`. Total: undefined for what is none. */
export function readCpim(text: string): CpimMessage | undefined {
  const headers = headersAt(text, 0);
  const inner = headers && headersAt(text, headers.end);
  if (headers === undefined || inner === undefined || headers.lines.length === 0) return undefined;
  const body = bodyInside(inner.lines, text.slice(inner.end));
  if (body === undefined) return undefined;
  const { lines } = headers;
  const prefix = imdnPrefix(lines);
  const isKnown = (name: string): boolean =>
    KNOWN.has(name) || (prefix !== undefined && prefix !== '' && name.startsWith(prefix));
  const subject = headerOf(lines, 'subject')?.replace(/^;lang=\S+\s+/i, '');
  const dateTime = headerOf(lines, 'datetime');
  const from = addressIn(headerOf(lines, 'from'));
  const asked = askedIn(lines, prefix);
  return {
    ...(from === undefined || from.name === '' ? {} : { from }),
    ...(subject === undefined || subject === '' ? {} : { subject: unescapeValue(subject) }),
    ...(dateTime === undefined ? {} : { dateTime }),
    ...(asked === undefined ? {} : { asked }),
    unknown: (headerOf(lines, 'require') ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '' && !isKnown(name)),
    body,
  };
}

export interface CpimParts {
  readonly fromUri: string;
  readonly toUri: string;
  /** Ms since the epoch. */
  readonly at: number;
  readonly messageId: string;
  /** Absent in a notification, which must not ask for one (RFC 5438 §7.2.1). */
  readonly dispositions?: Dispositions;
  /** Of a notification: whom it goes by. */
  readonly routes?: readonly string[];
  readonly contentType: string;
  /** Content-Disposition of the body inside. */
  readonly disposition?: string;
}

const wanted = ({ delivery, failure, display }: Dispositions): string =>
  [delivery ? 'positive-delivery' : '', failure ? 'negative-delivery' : '', display ? 'display' : '']
    .filter((word) => word !== '')
    .join(', ');

/** A body of type `message/cpim` around `content`. */
export function cpimBody(parts: CpimParts, content: string): SipBody {
  const asked = parts.dispositions === undefined ? '' : wanted(parts.dispositions);
  const lines = [
    `From: <${parts.fromUri}>`,
    `To: <${parts.toUri}>`,
    `DateTime: ${new Date(parts.at).toISOString()}`,
    `NS: imdn <${IMDN_NAMESPACE}>`,
    `imdn.Message-ID: ${parts.messageId}`,
    ...(asked === '' ? [] : [`imdn.Disposition-Notification: ${asked}`]),
    ...(parts.routes ?? []).map((uri) => `imdn.IMDN-Route: <${uri}>`),
    '',
    `Content-Type: ${parts.contentType}`,
    ...(parts.disposition === undefined ? [] : [`Content-Disposition: ${parts.disposition}`]),
    '',
    content,
  ];
  return { contentType: CPIM, content: lines.join('\r\n'), encoding: 'utf8' };
}
