/**
 * What of a MESSAGE request goes to XMPP: RFC 7572 §5 table 2, RFC 3428 §7, RFC 3862, RFC 3994, RFC 5438.
 */
import { utf8Length } from '@stoxgate/addressing';
import type { SipBody, SipHeaders, SipRequest, XmlElement } from '@stoxgate/contracts';
import { stripIllegal } from '@stoxgate/wire-xmpp';
import { mediaType } from '../call/multipart.ts';
import { type Asked, CPIM, readCpim } from './cpim.ts';
import { IMDN, type Notification, readImdn } from './imdn.ts';
import { IS_COMPOSING, type IsComposing, readIsComposing } from './is-composing.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { bodiesIn, textOfBody } from './sip-text.ts';
import { readHtml } from './xhtml.ts';

export interface TextFromSip {
  readonly kind: 'text';
  readonly text: string;
  /** Children of an XHTML-IM body. */
  readonly html?: readonly (XmlElement | string)[] | undefined;
  readonly subject?: string | undefined;
  readonly lang?: string | undefined;
  /** Ms since the epoch, as its sender says. */
  readonly sentAt?: number | undefined;
  /** How the sender calls itself inside the wrapper, and the URI it does that with. */
  readonly sender?: { readonly name: string; readonly uri: string } | undefined;
  readonly asked?: Asked | undefined;
  /** For now or never: Expires is 0. */
  readonly isFleeting?: boolean | undefined;
}

interface Refused {
  readonly kind: 'refused';
  readonly status: 400 | 413 | 415;
  readonly headers: SipHeaders;
}

export type SipContent =
  | TextFromSip
  | { readonly kind: 'notification'; readonly notification: Notification }
  | { readonly kind: 'composing'; readonly composing: IsComposing }
  /** Accepted and not delivered: empty, or its Expires has passed. */
  | { readonly kind: 'nothing' }
  | Refused;

const PLAIN = 'text/plain';
const HTML = 'text/html';

/** Content types that can be delivered; an Accept header. */
export const MESSAGE_ACCEPT = [PLAIN, HTML, CPIM, IMDN, IS_COMPOSING].join(', ');

const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*/;
const MAX_DEPTH = 4;

const refused = (status: Refused['status'], headers: SipHeaders = {}): Refused => ({
  kind: 'refused',
  status,
  headers,
});
const UNREADABLE = refused(400);
const UNKNOWN_TYPE = refused(415, { accept: [MESSAGE_ACCEPT] });

function readText(body: SipBody, type: string): SipContent {
  const read = textOfBody(body);
  if (read === 'broken') return UNREADABLE;
  if (read === 'unknown') return refused(415, { accept: [MESSAGE_ACCEPT], 'accept-charset': ['utf-8'] });
  if (type !== HTML) return { kind: 'text', text: stripIllegal(read.text) };
  const { children, plain } = readHtml(stripIllegal(read.text));
  return { kind: 'text', text: plain, ...(children.length > 0 && { html: children }) };
}

function readWrapped(text: string, depth: number): SipContent {
  const message = readCpim(text);
  if (message === undefined) return UNREADABLE;
  if (message.unknown.length > 0) return UNKNOWN_TYPE;
  const inner = readBody(message.body, depth + 1);
  if (inner.kind !== 'text') return inner;
  const { from, subject, dateTime, asked } = message;
  const sentAt = Date.parse(dateTime ?? '');
  return {
    ...inner,
    ...(from !== undefined && { sender: from }),
    ...(subject !== undefined && { subject: stripIllegal(subject) }),
    ...(Number.isFinite(sentAt) && { sentAt }),
    ...(asked !== undefined && { asked }),
  };
}

/**
 * The first part that can be delivered; of alternatives the HTML form and the last that is plain text: the better, the
 * later (RFC 2046 §5.1.4).
 */
function readParts(body: SipBody, depth: number): SipContent {
  const parts = bodiesIn(body);
  const read = parts.map((part) => readBody(part, depth + 1));
  const usable = read.filter(({ kind }) => kind !== 'refused');
  const [first] = usable;
  if (first === undefined) return read[0] ?? UNREADABLE;
  if (mediaType(body.contentType) !== 'multipart/alternative') return first;
  const texts = usable.filter((part) => part.kind === 'text');
  const formatted = texts.find(({ html }) => html !== undefined);
  const isPlain = (index: number): boolean => mediaType(parts[index]?.contentType ?? '') === PLAIN;
  const plain =
    read.findLast((part, index) => isPlain(index) && part.kind === 'text' && part.text !== '') ??
    texts.find(({ html, text }) => html === undefined && text !== '');
  if (plain?.kind !== 'text') return formatted ?? first;
  return formatted === undefined ? plain : { ...formatted, text: plain.text };
}

/** Reads a body, whatever is wrapped in it, to four levels. */
function readBody(body: SipBody, depth: number): SipContent {
  const type = mediaType(body.contentType) || PLAIN;
  if (depth > MAX_DEPTH) return UNKNOWN_TYPE;
  if (type.startsWith('multipart/')) return readParts(body, depth);
  // RFC 2046 §4.1.4: a text of a kind that is not known is text.
  if (type.startsWith('text/')) return readText(body, type);
  if (body.encoding !== 'utf8') return type === CPIM ? UNREADABLE : UNKNOWN_TYPE;
  switch (type) {
    case CPIM:
      return readWrapped(body.content, depth);
    case IMDN: {
      const notification = readImdn(body.content);
      return notification === undefined ? UNREADABLE : { kind: 'notification', notification };
    }
    case IS_COMPOSING: {
      const composing = readIsComposing(body.content);
      return composing === undefined ? UNREADABLE : { kind: 'composing', composing };
    }
    default:
      return UNKNOWN_TYPE;
  }
}

const firstOf = (headers: SipHeaders, name: string): string => headers[name]?.[0]?.trim() ?? '';

const EMPTY: SipBody = { contentType: PLAIN, content: '', encoding: 'utf8' };

/** What the request says, or what to answer instead. Characters that XML forbids are dropped. */
export function contentOfRequest(request: Pick<SipRequest, 'headers' | 'body'>, now: number): SipContent {
  const { headers, body = EMPTY } = request;
  const encoding = firstOf(headers, 'content-encoding').toLowerCase();
  if (encoding !== '' && encoding !== 'identity') return refused(415, { 'accept-encoding': ['identity'] });
  if (body.content.length > 2 * MAX_BODY_BYTES) return refused(413);
  const content = readBody(body, 0);
  if (content.kind !== 'text') return content;
  if (utf8Length(content.text) > MAX_BODY_BYTES) return refused(413);
  const subject = stripIllegal(firstOf(headers, 'subject')) || content.subject || '';
  const expires = firstOf(headers, 'expires');
  const expiresS = expires === '' ? Number.NaN : Number(expires);
  const written = Date.parse(firstOf(headers, 'date'));
  const sentAt = Number.isFinite(written) ? written : content.sentAt;
  // RFC 3428 §7. Without a Date the message has only just been sent.
  const isExpired = expiresS > 0 && sentAt !== undefined && sentAt + expiresS * 1000 < now;
  if (isExpired || (content.text === '' && content.html === undefined && subject === '')) {
    return { kind: 'nothing' };
  }
  const lang = LANGUAGE_TAG.exec(firstOf(headers, 'content-language'))?.[0];
  const { text, html, sender, asked } = content;
  const isFleeting = expiresS === 0 || undefined;
  return { kind: 'text', text, html, subject: subject || undefined, lang, sentAt, sender, asked, isFleeting };
}
