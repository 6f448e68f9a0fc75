/**
 * What stands between one user and contacts, as a server has it in a roster: RFC 6121 §2.1.2. It is remembered for two
 * reasons: a contact asks back once, and shows itself anew when the component was away.
 */
import { parseJid } from '@stoxgate/addressing';
import type { UserSession } from './user-session.ts';

export interface ContactFact {
  /** Bare JID; the domain alone for the component itself. */
  readonly jid: string;
  /** The user is subscribed to the contact's presence. */
  readonly isShown: boolean;
  /** What became of the contact's own request; absent: it never asked. */
  readonly asked?: 'asked' | 'granted' | 'refused';
}

/** More than a person calls; the oldest is forgotten first, and told no more than what it asks for. */
export const MAX_CONTACTS = 200;

const factsOf = (session: UserSession): readonly ContactFact[] => session.contacts ?? [];

export const factOf = (session: UserSession, jid: string): ContactFact | undefined =>
  factsOf(session).find((fact) => fact.jid === jid);

function withFacts(session: UserSession, contacts: readonly ContactFact[]): UserSession {
  return { ...session, contacts: contacts.length === 0 ? undefined : contacts };
}

/** The session with this fact; the same object when it has it already. */
export function withFact(session: UserSession, fact: ContactFact): UserSession {
  const known = factOf(session, fact.jid);
  if (known?.isShown === fact.isShown && known.asked === fact.asked) return session;
  const others = factsOf(session).filter((one) => one !== known);
  return withFacts(session, [...others.slice(1 - MAX_CONTACTS), fact]);
}

/** The session without it; the same object when there is none. */
export function withoutFact(session: UserSession, jid: string): UserSession {
  const known = factOf(session, jid);
  return known === undefined
    ? session
    : withFacts(
        session,
        factsOf(session).filter((one) => one !== known),
      );
}

/** The session once the user is not shown `jid` any more; that it may see the user stays. */
export function notShown(session: UserSession, jid: string): UserSession {
  const fact = factOf(session, jid);
  return fact?.asked === 'granted'
    ? withFact(session, { ...fact, isShown: false })
    : withoutFact(session, jid);
}

const domainOf = (jid: string): string => jid.slice(jid.indexOf('@') + 1);

/** Contacts at `domain`, as prepared for JIDs, that the user is shown. */
export const shownAt = (session: UserSession, domain: string): readonly string[] =>
  factsOf(session)
    .filter(({ jid, isShown }) => isShown && domainOf(jid) === domain)
    .map(({ jid }) => jid);

/** Domains of contacts that the user is shown. */
export const domainsShown = (session: UserSession): readonly string[] => [
  ...new Set(
    factsOf(session)
      .filter(({ isShown }) => isShown)
      .map(({ jid }) => domainOf(jid)),
  ),
];

/** The session once the user answered the request of `jid`, or that contact cannot reach the user any more. */
export function afterReply(
  session: UserSession,
  to: string,
  reply: 'subscribed' | 'unsubscribed' | 'gone' | 'nothing',
): UserSession {
  const contact = parseJid(to);
  if (contact === undefined || reply === 'nothing') return session;
  const jid = contact.local === undefined ? contact.domain : `${contact.local}@${contact.domain}`;
  const fact = factOf(session, jid);
  if (fact === undefined) return session;
  if (reply === 'gone' || (reply === 'unsubscribed' && !fact.isShown)) return withoutFact(session, jid);
  return withFact(session, { ...fact, asked: reply === 'subscribed' ? 'granted' : 'refused' });
}
