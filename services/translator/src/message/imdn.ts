/**
 * Disposition notifications: `message/imdn+xml`. RFC 5438 §11.
 */
import { childOf, el, elementsOf, parseXml, serialize, textOf } from '@stoxgate/wire-xmpp';

export const IMDN = 'message/imdn+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:imdn';

/** What became of a message. `undelivered`: it failed, by the word of RFC 5438 §11.1. */
export type Disposition =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'displayed' }
  | { readonly kind: 'undelivered'; readonly status: 'failed' | 'forbidden' | 'error' }
  /** Processed, stored, and what is not known: nothing that a sender hears in XMPP. */
  | { readonly kind: 'other' };

export interface Notification {
  readonly messageId: string;
  readonly disposition: Disposition;
}

const STATUS = {
  'delivery-notification': 'delivered',
  'display-notification': 'displayed',
} as const;

const isFailure = (name: string): name is 'failed' | 'forbidden' | 'error' =>
  name === 'failed' || name === 'forbidden' || name === 'error';

/** Reads a notification. Total: undefined for what is none. */
export function readImdn(text: string): Notification | undefined {
  const parsed = parseXml(text.trim());
  if (!parsed.ok || parsed.element.name !== 'imdn' || parsed.element.attrs.xmlns !== NAMESPACE)
    return undefined;
  const { element } = parsed;
  const id = childOf(element, 'message-id');
  const messageId = id === undefined ? '' : textOf(id).trim();
  if (messageId === '') return undefined;
  const about = elementsOf(element).find(({ name }) => name.endsWith('-notification'));
  const status = about && childOf(about, 'status');
  const [word] = status === undefined ? [] : elementsOf(status);
  if (about === undefined || word === undefined) return { messageId, disposition: { kind: 'other' } };
  if (isFailure(word.name) && about.name === 'delivery-notification') {
    return { messageId, disposition: { kind: 'undelivered', status: word.name } };
  }
  if (about.name === 'delivery-notification' && word.name === 'delivered') {
    return { messageId, disposition: { kind: 'delivered' } };
  }
  if (about.name === 'display-notification' && word.name === 'displayed') {
    return { messageId, disposition: { kind: 'displayed' } };
  }
  return { messageId, disposition: { kind: 'other' } };
}

export interface Recipient {
  readonly uri: string;
  /** Whom the message was for at first (RFC 5438 §6.4). */
  readonly originalUri?: string | undefined;
}

/** A notification about the message `messageId`; `at` in ms since the epoch. */
export function imdnDocument(
  messageId: string,
  recipient: Recipient,
  at: number,
  about: keyof typeof STATUS,
  status: 'delivered' | 'displayed' | 'failed' | 'forbidden' | 'error' = STATUS[about],
): string {
  const document = el(
    'imdn',
    { xmlns: NAMESPACE },
    el('message-id', {}, messageId),
    el('datetime', {}, new Date(at).toISOString()),
    el('recipient-uri', {}, recipient.uri),
    el('original-recipient-uri', {}, recipient.originalUri ?? recipient.uri),
    el(about, {}, el('status', {}, el(status))),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n${serialize(document)}\r\n`;
}
