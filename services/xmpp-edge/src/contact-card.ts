/**
 * The card of a contact: its name, and its number where it has one. XEP-0054, XEP-0292.
 */
import { type Jid, unescapeLocalpart } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';

const nameOf = ({ local }: Jid): string => (local === undefined ? 'Stoxgate' : unescapeLocalpart(local));

const numberOf = (name: string): string | undefined => (/^\+?\d+$/.test(name) ? name : undefined);

export function vcardOf(to: Jid): XmlElement {
  const name = nameOf(to);
  const number = numberOf(name);
  const tel =
    number === undefined ? undefined : el('TEL', {}, el('VOICE'), el('PREF'), el('NUMBER', {}, number));
  return el('vCard', { xmlns: NS.VCARD }, el('FN', {}, name), tel);
}

/** A number without `+` means nothing as a `tel:` URI (RFC 3966 §5.1.5): it stands as text. */
export function vcard4Of(to: Jid): XmlElement {
  const name = nameOf(to);
  const number = numberOf(name);
  const value = number?.startsWith('+') === true ? el('uri', {}, `tel:${number}`) : el('text', {}, number);
  return el(
    'vcard',
    { xmlns: NS.VCARD4 },
    el('fn', {}, el('text', {}, name)),
    number === undefined ? undefined : el('tel', {}, value),
  );
}

/** The card as the one item of its node (XEP-0292 §3.1, XEP-0060 §6.5). */
export const vcard4Items = (to: Jid): XmlElement =>
  el(
    'pubsub',
    { xmlns: NS.PUBSUB },
    el('items', { node: NS.VCARD4_NODE }, el('item', { id: 'current' }, vcard4Of(to))),
  );
