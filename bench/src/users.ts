/**
 * Who calls and writes to whom: many users, each with a few contacts, taken in turn. One pair alone would measure one
 * partition of the bus and one record of the store.
 */
export const COMPONENT = 'sip.xmpp.test';
const XMPP_DOMAIN = 'xmpp.test';
const SIP_DOMAIN = 'sip.test';

const USERS = 200;
const CONTACTS_PER_USER = 5;

export interface Pair {
  /** Bare JID of the XMPP user. */
  readonly user: string;
  /** Full JID, seen available by the gateway. */
  readonly resource: string;
  /** The SIP user as a contact. */
  readonly contact: string;
  /** User and host of the SIP user's address. */
  readonly aor: string;
}

/** The two ends of unit `index`. */
export function pairOf(index: number): Pair {
  const user = `user${index % USERS}@${XMPP_DOMAIN}`;
  const phone = `phone${index % (USERS * CONTACTS_PER_USER)}`;
  return { user, resource: `${user}/bench`, contact: `${phone}@${COMPONENT}`, aor: `${phone}@${SIP_DOMAIN}` };
}

/** Presence of every user, sent to one contact each. */
export const everyPresence = (): string =>
  Array.from({ length: USERS }, (_, index) => {
    const { resource, contact } = pairOf(index);
    return `<presence from='${resource}' to='${contact}'/>`;
  }).join('');

export const DOMAINS = { xmpp: XMPP_DOMAIN, sip: SIP_DOMAIN } as const;
