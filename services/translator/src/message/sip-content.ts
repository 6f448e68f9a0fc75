/**
 * What of a MESSAGE request goes to XMPP: RFC 7572 §5 table 2, RFC 3428 §7–8.
 */

import { utf8Length } from '@stoxgate/addressing';
import type { SipBody, SipHeaders, SipRequest } from '@stoxgate/contracts';
import { decodeBase64, encodeUtf8 } from '@stoxgate/wire-sip';
import { stripIllegal } from '@stoxgate/wire-xmpp';
import { MAX_BODY_BYTES } from './limits.ts';

export type SipContent =
  | { readonly kind: 'text'; readonly text: string; readonly subject?: string; readonly lang?: string }
  /** Accepted and not delivered: empty, or its Expires has passed. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly headers: SipHeaders };

/** Content types that can be delivered; an Accept header. */
export const MESSAGE_ACCEPT = 'text/plain';

const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*/;

const refused = (status: 400 | 413 | 415, headers: SipHeaders = {}): SipContent => ({
  kind: 'refused',
  status,
  headers,
});

function bytesOf(body: SipBody): Uint8Array | undefined {
  return body.encoding === 'base64' ? decodeBase64(body.content) : encodeUtf8(body.content);
}

function latin1(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

interface ContentType {
  readonly type: string;
  readonly charset: string;
}

function contentTypeOf(value: string): ContentType {
  const [type = '', ...params] = value.split(';');
  const charset = params
    .map((param) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(param)?.[1])
    .find((found) => found !== undefined);
  return { type: type.trim().toLowerCase(), charset: (charset ?? 'utf-8').toLowerCase() };
}

/** The body's text; undefined when it is not in the charset that it claims; `unknown`: a charset we do not read. */
function textOfBody(body: SipBody, charset: string): string | undefined | { readonly unknown: true } {
  switch (charset) {
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
      return body.encoding === 'utf8' ? body.content : undefined;
    case 'iso-8859-1':
      return latin1(bytesOf(body));
    default:
      return { unknown: true };
  }
}

/** Date + Expires lies in the past (RFC 3428 §8). Without a Date the message has only just been sent. */
function hasExpired(headers: SipHeaders, now: number): boolean {
  const expiresS = Number(headers.expires?.[0] ?? Number.NaN);
  const sentAt = Date.parse(headers.date?.[0] ?? '');
  return expiresS > 0 && Number.isFinite(sentAt) && sentAt + expiresS * 1000 < now;
}

const firstOf = (headers: SipHeaders, name: string): string => headers[name]?.[0]?.trim() ?? '';

/** Text, subject and language, or what to answer instead. Characters that XML forbids are dropped. */
export function contentOfRequest(request: SipRequest, now: number): SipContent {
  const { headers, body } = request;
  const encoding = firstOf(headers, 'content-encoding').toLowerCase();
  if (encoding !== '' && encoding !== 'identity') return refused(415, { 'accept-encoding': ['identity'] });
  const subject = stripIllegal(firstOf(headers, 'subject'));
  if (body !== undefined && body.content.length > 2 * MAX_BODY_BYTES) return refused(413);
  const { type, charset } = contentTypeOf(body?.contentType ?? MESSAGE_ACCEPT);
  if (type !== MESSAGE_ACCEPT && type !== '') return refused(415, { accept: [MESSAGE_ACCEPT] });
  const read = body === undefined ? '' : textOfBody(body, charset);
  if (read === undefined) return refused(400);
  if (typeof read !== 'string')
    return refused(415, { accept: [MESSAGE_ACCEPT], 'accept-charset': ['utf-8'] });
  if (utf8Length(read) > MAX_BODY_BYTES) return refused(413);
  const text = stripIllegal(read);
  if ((text === '' && subject === '') || hasExpired(headers, now)) return { kind: 'nothing' };
  const lang = LANGUAGE_TAG.exec(firstOf(headers, 'content-language'))?.[0];
  return {
    kind: 'text',
    text,
    ...(subject === '' ? {} : { subject }),
    ...(lang === undefined ? {} : { lang }),
  };
}
