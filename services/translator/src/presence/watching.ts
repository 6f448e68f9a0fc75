/**
 * An XMPP user watches a SIP address: what is remembered, and what each event does to it. RFC 8048 §5.2, RFC 6665 §4.1.
 */
import type { SentSubscribe, Subscription } from '../subscription/subscription.ts';
import type { PresenceHalf } from './presence-session.ts';
import type { ShownResource } from './shown-presence.ts';

export { watchingAnswered, watchingFailed } from './watching-answered.ts';
export { watchingDue } from './watching-due.ts';
export { watchingHears } from './watching-hears.ts';
export { watchingNotified } from './watching-notified.ts';
export { watchingPublished } from './watching-published.ts';
export { watchingShownAgain } from './watching-shown.ts';

/** begin: a new subscription. leave: the end of one. fetch: the presence of now (RFC 6665 §4.4.3). */
export type Purpose = 'begin' | 'refresh' | 'leave' | 'fetch';

/**
 * asking: SUBSCRIBE sent. awaiting: it was accepted, NOTIFY has not come. settled: until the refresh. probing: the user is
 * asked whether it is still there. waiting: it is tried again later. resting: there is no subscription and will be none;
 * what is shown stays, or (`available`) is what the gateway itself says of the contact. `until`: when it has taken long
 * enough, ms since the epoch; 0: it takes as long as it takes.
 */
export type Phase =
  | (SentSubscribe & { readonly name: 'asking'; readonly purpose: Purpose; readonly until: number })
  | { readonly name: 'awaiting'; readonly purpose: Exclude<Purpose, 'refresh'>; readonly until: number }
  | { readonly name: 'settled' | 'probing' | 'waiting'; readonly until: number }
  | { readonly name: 'resting'; readonly isAvailable: boolean; readonly until: 0 };

export interface PresenceSubscription extends Subscription {
  /** Resource that asked, for Contact. */
  readonly resource?: string;
  /** For the presence of now alone. */
  readonly isFetch?: true;
}

export interface Watching extends PresenceHalf {
  /** Bare JID of the contact as the user knows it. */
  readonly contact: string;
  readonly domain: string;
  /** active: the SIP side lets the user watch, or the user's server says so. It outlives the subscriptions. */
  readonly authorization: 'pending' | 'active';
  /** Whether the user has a presence session, as far as is known. */
  readonly isThere: boolean;
  readonly phase: Phase;
  readonly subscription?: PresenceSubscription;
  /** What the user was told last, by resource. */
  readonly shown: readonly ShownResource[];
  /** Subscriptions that failed or broke, one right after the other. */
  readonly failures: number;
  /** The user wants no more of it, and hears that it is so. */
  readonly isLeft?: true;
  /** There is no subscription: what is published here is watched. */
  readonly isPublished?: true;
}
