/**
 * What is known of one XMPP user: the resources that are available, who waits to hear of them, which calls watch them,
 * and which contacts the user sees. With nothing of it there is no record.
 */
import type { AskedCaps, KnownCaps } from './capabilities.ts';
import type { ContactFact } from './contact-facts.ts';
import type { OwnCall } from './crossing-calls.ts';
import type { RecentCall } from './recent-calls.ts';
import type { Reentry } from './reentries.ts';
import type { Watcher } from './watched-resources.ts';

export interface Resource {
  readonly fullJid: string;
  readonly priority: number;
  /** The hash of its capabilities (XEP-0115), if its presence has one. */
  readonly ver?: string;
}

/** A session that asked for the resources and has no answer yet. */
export interface Waiting {
  readonly replyTo: string;
  /** Bare JID in whose name the user was probed. */
  readonly as: string;
  /** When it is told that nothing is known, ms since the epoch. */
  readonly until: number;
}

export interface UserSession {
  readonly kind: 'user';
  readonly resources: readonly Resource[];
  /** When presence last confirmed them, ms since the epoch. */
  readonly seenAt: number;
  readonly waiting: readonly Waiting[];
  /** When the waiting hear of the resources that answered so far, or of their capabilities; 0: none has. */
  readonly settleAt: number;
  readonly watchers?: readonly Watcher[];
  readonly reentries?: readonly Reentry[];
  readonly calls?: readonly RecentCall[];
  readonly proposals?: readonly OwnCall[];
  /** The user's relations to contacts, the oldest first. */
  readonly contacts?: readonly ContactFact[];
  /** Capabilities of the resources: what is asked, and what is known. */
  readonly asked?: readonly AskedCaps[];
  readonly known?: readonly KnownCaps[];
}

/** Of whom nothing is known. All properties are in their place: copies of it are cheap then. */
export const NOBODY: UserSession = {
  kind: 'user',
  resources: [],
  seenAt: 0,
  waiting: [],
  settleAt: 0,
  watchers: undefined,
  reentries: undefined,
  calls: undefined,
  proposals: undefined,
  contacts: undefined,
  asked: undefined,
  known: undefined,
};
