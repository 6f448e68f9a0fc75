/**
 * Presence of SIP users as contacts: they accept whoever asks, are always available from one full JID, and ask back once
 * so that the user's own presence is known. The component itself is a contact like them. RFC 6121 §3, §4.3.
 */
import {
  bareJidOf,
  componentOf,
  formatJid,
  interceptorOf,
  type Jid,
  normalizeDomain,
  parseJid,
  sipOfContact,
} from '@stoxgate/addressing';
import type { Command, XmlElement } from '@stoxgate/contracts';
import { el, ownCaps, stanzaError } from '@stoxgate/wire-xmpp';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { factOf, notShown, shownAt, withFact } from './contact-facts.ts';
import { presenceKeyOf } from './presence-handed-on.ts';
import type { UserSession } from './user-session.ts';

interface Answered {
  readonly session: UserSession;
  readonly commands: readonly Command[];
}

/** A presence stanza by the component that speaks for the contact. */
export const sendPresence = (domain: string, from: string, to: string, type?: string): Command => ({
  type: 'xmpp.stanza.send',
  domain,
  stanza: el('presence', { from, to, type }),
});

/** That the contact can be called, with its capabilities (XEP-0115 §4), to a bare or full JID. */
export function available(policy: TranslatorPolicy, domain: string, contact: string, to: string): Command {
  const { phone, gateways } = policy.caps;
  const ver = contact.includes('@') ? phone : gateways[domain];
  const stanza = el(
    'presence',
    { from: `${contact}/${FIXED_RESOURCE}`, to },
    ver === undefined ? undefined : ownCaps(ver),
  );
  return { type: 'xmpp.stanza.send', domain, stanza };
}

/**
 * The component that may ask for the devices of any user of a domain, as the server there hands it their calls. It hears of
 * those that are gone, not of new ones, so it asks for each call.
 */
export function proberOf(policy: TranslatorPolicy, user: string): string | undefined {
  const domain = parseJid(user)?.domain;
  const component = domain === undefined ? undefined : interceptorOf(policy.addresses, domain);
  return component === undefined ? undefined : (normalizeDomain(component) ?? component);
}

/** A probe of `user` in the name of `as`, a contact or a component; undefined when no component speaks for it. */
export function probeAs(policy: TranslatorPolicy, as: string, user: string): Command | undefined {
  const jid = parseJid(as);
  const domain = jid === undefined ? undefined : componentOf(policy.addresses, jid.domain)?.domain;
  return domain === undefined ? undefined : sendPresence(domain, as, user, 'probe');
}

const bare = (jid: Jid): string => formatJid({ ...jid, resource: undefined });

type PresenceFault = 'jid-malformed' | 'item-not-found' | 'forbidden';

/** The bare JID of a contact or of a component, or why `to` is neither. */
function contactOf(policy: TranslatorPolicy, to: string): string | PresenceFault {
  const jid = parseJid(to);
  if (jid === undefined) return 'jid-malformed';
  const component = componentOf(policy.addresses, jid.domain);
  if (jid.local === undefined && component !== undefined) return jid.domain;
  const sip = sipOfContact(policy.addresses, to);
  if (sip.ok) return bare(jid);
  if (sip.cause === 'refused') return 'forbidden';
  return sip.cause === 'unserved' ? 'item-not-found' : 'jid-malformed';
}

/** Answers to a presence stanza that asks something of a contact: `subscribe`, `unsubscribe`, `probe`. */
export function contactAnswers(
  policy: TranslatorPolicy,
  session: UserSession,
  domain: string,
  presence: XmlElement,
): Answered {
  const { from = '', to = '', type } = presence.attrs;
  const sender = parseJid(from);
  if (sender === undefined) return { session, commands: [] };
  const contact = contactOf(policy, to);
  if (contact === 'jid-malformed' || contact === 'item-not-found' || contact === 'forbidden') {
    const stanza = stanzaError(presence, { condition: contact });
    return { session, commands: type === 'subscribe' ? [{ type: 'xmpp.stanza.send', domain, stanza }] : [] };
  }
  const user = bare(sender);
  const fact = factOf(session, contact) ?? { jid: contact, isShown: false };
  const isElsewhere = presenceKeyOf(policy, bareJidOf(user), contact) !== undefined;
  switch (type) {
    case 'subscribe': {
      if (isElsewhere) return { session: withFact(session, { ...fact, isShown: true }), commands: [] };
      const commands = [
        sendPresence(domain, contact, user, 'subscribed'),
        available(policy, domain, contact, user),
      ];
      if (fact.asked === undefined) commands.push(sendPresence(domain, contact, user, 'subscribe'));
      return {
        session: withFact(session, { ...fact, isShown: true, asked: fact.asked ?? 'asked' }),
        commands,
      };
    }
    case 'unsubscribe':
      return {
        // What the user lets the contact see is not touched (RFC 6121 §3.3.3).
        session: notShown(session, contact),
        commands: isElsewhere
          ? []
          : [
              sendPresence(domain, `${contact}/${FIXED_RESOURCE}`, user, 'unavailable'),
              sendPresence(domain, contact, user, 'unsubscribed'),
            ],
      };
    case 'probe':
      // A server probes for those who are subscribed (RFC 6121 §4.3.1), which may be news to us.
      return {
        session: withFact(session, { ...fact, isShown: true }),
        commands: isElsewhere ? [] : [available(policy, domain, contact, from)],
      };
    default:
      return { session, commands: [] };
  }
}

/** The contacts at `domain` that `user` sees show themselves again: its server has forgotten them. */
export function shownAgain(
  policy: TranslatorPolicy,
  session: UserSession,
  domain: string,
  user: string,
): readonly Command[] {
  const prepared = normalizeDomain(domain) ?? domain;
  return shownAt(session, prepared).map((contact): Command => {
    const key = presenceKeyOf(policy, bareJidOf(user), contact);
    return key === undefined
      ? available(policy, domain, contact, user)
      : { type: 'session.notify', key, event: { type: 'xmpp.link.opened', domain } };
  });
}
