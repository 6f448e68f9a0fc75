/**
 * From what a person types to a contact: `jabber:iq:gateway`, XEP-0100 §6.3.
 */
import { type AddressMap, componentOf, contactOfSip, type Jid } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';

export const promptQuery = (): XmlElement =>
  el(
    'query',
    { xmlns: NS.GATEWAY },
    el('desc', {}, 'A telephone number with its country code, such as +15551234, or a SIP address.'),
    el('prompt', {}, 'Number or SIP address'),
  );

/** RFC 3966 §5.1.1: visual separators, and spaces as people write them. */
const NUMBER = /^\+[\d\s().-]*\d[\d\s().-]*$/;

function uriOf(text: string, sipDomain: string): string {
  if (/^(sips?|im|pres):/i.test(text)) return text;
  const number = text.replace(/^tel:/i, '');
  if (NUMBER.test(number)) return `sip:${number.replace(/[\s().-]/g, '')}@${sipDomain}`;
  const at = text.lastIndexOf('@');
  const [user, host] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text, sipDomain];
  return `sip:${encodeUser(user)}@${host}`;
}

/** Lone surrogates cannot be encoded; they name nobody. */
function encodeUser(user: string): string {
  try {
    return encodeURIComponent(user);
  } catch {
    return '';
  }
}

/** The contact that `query` asks for, of the component `to`; undefined: what was typed can be nobody. */
export function contactQuery(query: XmlElement, to: Jid, map: AddressMap): XmlElement | undefined {
  const prompt = childOf(query, 'prompt');
  const text = prompt === undefined ? '' : textOf(prompt).trim();
  const component = componentOf(map, to.domain);
  if (text === '' || component === undefined) return undefined;
  const contact = contactOfSip(map, uriOf(text, component.sipDomain));
  return contact.ok
    ? el('query', { xmlns: NS.GATEWAY }, el('jid', {}, contact.bareJid), el('prompt', {}, contact.bareJid))
    : undefined;
}
