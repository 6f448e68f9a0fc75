/**
 * Who calls and writes to whom: many users, each with a few contacts, taken in turn. One pair alone would measure one
 * partition of the bus and one record of the store.
 */
export const COMPONENT = 'sip.xmpp.test';
export const DOMAINS = { xmpp: 'xmpp.test', sip: 'sip.test' } as const;
/** Local name of user 0, and the resource of each. */
export const FIRST_USER = 'user0';
export const RESOURCE = 'bench';

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
  /** The XMPP user as SIP addresses it. */
  readonly sipUri: string;
}

/** The two ends of unit `index`. */
export type PairOf = (index: number) => Pair;

/** Pairs whose addresses are mapped as the gateway maps them, with `users` XMPP users. */
export const pairsOf =
  (users = USERS): PairOf =>
  (index) => {
    const user = `user${index % users}@${DOMAINS.xmpp}`;
    const phone = `phone${index % (USERS * CONTACTS_PER_USER)}`;
    return {
      user,
      resource: `${user}/${RESOURCE}`,
      contact: `${phone}@${COMPONENT}`,
      aor: `${phone}@${DOMAINS.sip}`,
      sipUri: `sip:${user}`,
    };
  };

/** The same users as Kamailio's xmpp module addresses them, listening on `port`: `*` stands for the inner `@`. */
export const rivalPairsOf =
  (port: number, pairOf: PairOf): PairOf =>
  (index) => {
    const pair = pairOf(index);
    return {
      ...pair,
      contact: `${pair.aor.replace('@', '*')}@${COMPONENT}`,
      sipUri: `sip:${pair.user.replace('@', '*')}@127.0.0.1:${port}`,
    };
  };

/** Presence of the first `users` users, each told to one contact. */
export const everyPresence = (pairOf: PairOf, users = USERS): string =>
  Array.from({ length: users }, (_, index) => {
    const { resource, contact } = pairOf(index);
    return `<presence from='${resource}' to='${contact}'/>`;
  }).join('');
