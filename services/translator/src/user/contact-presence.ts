/**
 * Presence of SIP users as contacts: they accept whoever asks, are always available, and ask back so that the user's
 * own presence is known. RFC 6121 §3, §4.3.
 */
import { componentOf, formatJid, parseJid, sipOfContact } from '@stoxgate/addressing';
import type { Command, XmlElement } from '@stoxgate/contracts';
import { el, stanzaError } from '@stoxgate/wire-xmpp';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import type { TranslatorPolicy } from '../policy.ts';

/** A presence stanza by the component that speaks for the contact. */
export const sendPresence = (domain: string, from: string, to: string, type?: string): Command => ({
  type: 'xmpp.stanza.send',
  domain,
  stanza: el('presence', { from, to, type }),
});

/** A probe of `user` in the name of contact `as`; undefined when no component speaks for it. */
export function probeAs(policy: TranslatorPolicy, as: string, user: string): Command | undefined {
  const jid = parseJid(as);
  const domain = jid === undefined ? undefined : componentOf(policy.addresses, jid.domain)?.domain;
  return domain === undefined ? undefined : sendPresence(domain, as, user, 'probe');
}

/** Answers to a presence stanza that asks something of a contact: `subscribe`, `unsubscribe`, `probe`. */
export function contactAnswers(
  policy: TranslatorPolicy,
  domain: string,
  presence: XmlElement,
): readonly Command[] {
  const { from = '', to = '', type } = presence.attrs;
  const user = parseJid(from);
  const contact = parseJid(to);
  if (user === undefined) return [];
  const sip = sipOfContact(policy.addresses, to);
  if (!sip.ok || contact === undefined) {
    if (type !== 'subscribe') return [];
    const condition = sip.ok || sip.cause === 'jid-malformed' ? 'jid-malformed' : 'item-not-found';
    return [{ type: 'xmpp.stanza.send', domain, stanza: stanzaError(presence, { condition }) }];
  }
  const userBare = formatJid({ ...user, resource: undefined });
  const contactBare = formatJid({ ...contact, resource: undefined });
  const instance = `${contactBare}/${FIXED_RESOURCE}`;
  switch (type) {
    case 'subscribe':
      return [
        sendPresence(domain, contactBare, userBare, 'subscribed'),
        sendPresence(domain, instance, userBare),
        sendPresence(domain, contactBare, userBare, 'subscribe'),
      ];
    case 'unsubscribe':
      return [
        sendPresence(domain, instance, userBare, 'unavailable'),
        sendPresence(domain, contactBare, userBare, 'unsubscribed'),
      ];
    case 'probe':
      return [sendPresence(domain, instance, from)];
    default:
      return [];
  }
}
