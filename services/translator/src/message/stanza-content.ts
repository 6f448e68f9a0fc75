/**
 * What of a message stanza goes to SIP: RFC 7572 §4 table 1, XEP-0085, XEP-0184, XEP-0333.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, elementsOf, isElement, NS, textOf } from '@stoxgate/wire-xmpp';

/** A text in another language. */
export interface Translation {
  readonly text: string;
  readonly lang?: string;
}

export interface TextFromStanza {
  readonly kind: 'text';
  readonly text: string;
  readonly subject?: string | undefined;
  readonly lang?: string | undefined;
  /** The same in other languages, if it is told in any. */
  readonly translations?: readonly Translation[] | undefined;
  /** From a delay stamp (XEP-0203), ms since the epoch. */
  readonly sentAt?: number | undefined;
  /** The formatted form (XEP-0071), as it came. */
  readonly html?: XmlElement | undefined;
  /** How the sender calls itself (XEP-0172). */
  readonly nick?: string | undefined;
  /** Whether a receipt is asked for. */
  readonly wantsReceipt: boolean;
  /** Whether the sender wants to hear that it was read. */
  readonly wantsMarker: boolean;
}

export type ChatState = 'active' | 'composing' | 'paused' | 'inactive' | 'gone';

export type StanzaContent =
  | TextFromStanza
  /** The message `id` arrived or was read. */
  | { readonly kind: 'receipt'; readonly id: string; readonly isRead: boolean }
  | { readonly kind: 'state'; readonly state: ChatState }
  /** A payload for the recipient's device only. */
  | { readonly kind: 'encrypted' }
  /** An invitation to a room, and nothing to read. */
  | { readonly kind: 'invitation' }
  /** A reaction, a key, a carbon wrapper: no MESSAGE. */
  | { readonly kind: 'nothing' };

const isState = (name: string): name is ChatState =>
  name === 'active' || name === 'composing' || name === 'paused' || name === 'inactive' || name === 'gone';

/** XEP-0384 (two generations), XEP-0373, XEP-0027. */
const ENCRYPTED: ReadonlyMap<string, readonly string[]> = new Map([
  ['encrypted', [NS.OMEMO, NS.OMEMO_LEGACY]],
  ['openpgp', [NS.OPENPGP]],
  ['x', [NS.PGP_LEGACY]],
]);
const OTR = /^\?OTR[:,?v]/;

/** Whether the stanza holds something that only the recipient's device could read; a body beside it says no more. */
function isEncrypted(stanza: XmlElement, body: string): boolean {
  return OTR.test(body) || stanza.children.some(isForDevice);
}

const isForDevice = (child: XmlElement | string): boolean =>
  isElement(child) &&
  ((child.name === 'encryption' && child.attrs.xmlns === NS.ENCRYPTION) ||
    (ENCRYPTED.get(child.name)?.includes(child.attrs.xmlns ?? '') === true &&
      // Without a payload it only renews keys (XEP-0384 §5.5): nobody waits for it to be read.
      (child.name !== 'encrypted' || childOf(child, 'payload') !== undefined)));

/** Of those that say something the one in no language of its own, else the first. */
function preferred(parent: XmlElement, name: string): XmlElement | undefined {
  let first: XmlElement | undefined;
  for (const child of parent.children) {
    if (!isElement(child) || child.name !== name || textOf(child) === '') continue;
    if (child.attrs['xml:lang'] === undefined) return child;
    first ??= child;
  }
  return first;
}

/** Where a file is that the stanza is about: XEP-0066, XEP-0447. */
function urlOf(stanza: XmlElement): string | undefined {
  const outOfBand = childOf(stanza, 'x', NS.OUT_OF_BAND);
  const url = outOfBand && childOf(outOfBand, 'url');
  if (url !== undefined) return textOf(url);
  const sharing = childOf(stanza, 'file-sharing', NS.FILE_SHARING);
  const sources = sharing && childOf(sharing, 'sources');
  return sources && childOf(sources, 'url-data', NS.URL_DATA)?.attrs.target;
}

/** The bodies beside the one that is meant, each in the language of its own or of the stanza; undefined: there are none. */
function translationsOf(
  stanza: XmlElement,
  meant: XmlElement | undefined,
): readonly Translation[] | undefined {
  const translations: Translation[] = [];
  for (const child of stanza.children) {
    if (child === meant || !isElement(child) || child.name !== 'body') continue;
    const text = textOf(child);
    const lang = child.attrs['xml:lang'] ?? stanza.attrs['xml:lang'];
    if (text !== '') translations.push({ text, ...(lang !== undefined && { lang }) });
  }
  return translations.length === 0 ? undefined : translations;
}

function sentAtOf(stanza: XmlElement): number | undefined {
  const stamp = childOf(stanza, 'delay', NS.DELAY)?.attrs.stamp;
  const sentAt = stamp === undefined ? Number.NaN : Date.parse(stamp);
  return Number.isFinite(sentAt) && sentAt >= 0 ? sentAt : undefined;
}

/** The state in a stanza, whatever else it holds. */
const stateOf = (stanza: XmlElement): ChatState | undefined =>
  elementsOf(stanza)
    .filter(({ attrs }) => attrs.xmlns === NS.CHAT_STATES)
    .map(({ name }) => name)
    .find(isState);

/** The message that this one says arrived or was read. */
function receiptOf(stanza: XmlElement): StanzaContent | undefined {
  for (const { name, attrs } of elementsOf(stanza)) {
    const isMarker = attrs.xmlns === NS.CHAT_MARKERS;
    if (attrs.id === undefined || (!isMarker && attrs.xmlns !== NS.RECEIPTS)) continue;
    if (name === 'received') return { kind: 'receipt', id: attrs.id, isRead: false };
    if (isMarker && (name === 'displayed' || name === 'acknowledged')) {
      return { kind: 'receipt', id: attrs.id, isRead: true };
    }
  }
  return undefined;
}

/** What a stanza without a text says. */
function contentWithoutText(stanza: XmlElement): StanzaContent {
  const receipt = receiptOf(stanza);
  if (receipt !== undefined) return receipt;
  if (childOf(stanza, 'x', NS.CONFERENCE) !== undefined) return { kind: 'invitation' };
  const state = stateOf(stanza);
  return state === undefined ? { kind: 'nothing' } : { kind: 'state', state };
}

/**
 * Body, subject and language; `subject` alone makes an empty body, a URL without a body becomes the body. Bodies that
 * stand in for what SIP users have not (replies, reactions, corrections; XEP-0428) are texts like others.
 */
export function contentOfStanza(stanza: XmlElement): StanzaContent {
  const body = preferred(stanza, 'body');
  const subjectElement = preferred(stanza, 'subject');
  const subject = subjectElement === undefined ? '' : textOf(subjectElement);
  const written = body === undefined ? '' : textOf(body);
  if (isEncrypted(stanza, written)) return { kind: 'encrypted' };
  const text = written || urlOf(stanza) || '';
  if (text === '' && subject === '') return contentWithoutText(stanza);
  const lang = body?.attrs['xml:lang'] ?? stanza.attrs['xml:lang'];
  const formatted = childOf(stanza, 'html', NS.XHTML_IM);
  const html = formatted && childOf(formatted, 'body', NS.XHTML);
  const nickElement = childOf(stanza, 'nick', NS.NICK);
  const nick = nickElement === undefined ? '' : textOf(nickElement);
  return {
    kind: 'text',
    text,
    wantsReceipt: childOf(stanza, 'request', NS.RECEIPTS) !== undefined,
    wantsMarker: childOf(stanza, 'markable', NS.CHAT_MARKERS) !== undefined,
    html,
    nick: nick || undefined,
    sentAt: sentAtOf(stanza),
    subject: subject || undefined,
    lang: lang || undefined,
    translations: translationsOf(stanza, body),
  };
}
