/**
 * What of a message stanza goes to SIP: RFC 7572 §4 table 1.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, elementsOf, NS, textOf } from '@stoxgate/wire-xmpp';

export type StanzaContent =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly subject?: string;
      readonly lang?: string;
      /** From a delay stamp (XEP-0203), ms since the epoch. */
      readonly sentAt?: number;
    }
  /** Chat state, receipt, marker, carbon wrapper: no MESSAGE. */
  | { readonly kind: 'nothing' }
  /** A payload for the recipient's device only. */
  | { readonly kind: 'encrypted' };

/** XEP-0384 (two generations), XEP-0373, XEP-0027. */
const ENCRYPTED: ReadonlySet<string> = new Set([
  'encrypted urn:xmpp:omemo:2',
  'encrypted eu.siacs.conversations.axolotl',
  'openpgp urn:xmpp:openpgp:0',
  'x jabber:x:encrypted',
]);
const OUT_OF_BAND = 'jabber:x:oob';

const isEncrypted = (child: XmlElement): boolean => ENCRYPTED.has(`${child.name} ${child.attrs.xmlns ?? ''}`);

/** The one in no language of its own, else the first. */
function preferred(parent: XmlElement, name: string): XmlElement | undefined {
  const all = childrenOf(parent, name);
  return all.find((child) => child.attrs['xml:lang'] === undefined) ?? all[0];
}

function urlOf(stanza: XmlElement): string | undefined {
  const x = childOf(stanza, 'x', OUT_OF_BAND);
  const url = x === undefined ? undefined : childOf(x, 'url');
  return url === undefined ? undefined : textOf(url);
}

function sentAtOf(stanza: XmlElement): number | undefined {
  const stamp = childOf(stanza, 'delay', NS.DELAY)?.attrs.stamp;
  const sentAt = stamp === undefined ? Number.NaN : Date.parse(stamp);
  return Number.isFinite(sentAt) && sentAt >= 0 ? sentAt : undefined;
}

/** Body, subject and language; `subject` alone makes an empty body, a URL without a body becomes the body. */
export function contentOfStanza(stanza: XmlElement): StanzaContent {
  const body = preferred(stanza, 'body');
  const subjectElement = preferred(stanza, 'subject');
  const subject = subjectElement === undefined ? '' : textOf(subjectElement);
  const text = (body === undefined ? '' : textOf(body)) || urlOf(stanza) || '';
  if (text === '' && elementsOf(stanza).some(isEncrypted)) return { kind: 'encrypted' };
  if (text === '' && subject === '') return { kind: 'nothing' };
  const lang = body?.attrs['xml:lang'] ?? stanza.attrs['xml:lang'];
  const sentAt = sentAtOf(stanza);
  return {
    kind: 'text',
    text,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(subject === '' ? {} : { subject }),
    ...(lang === undefined || lang === '' ? {} : { lang }),
  };
}
