/**
 * The SUBSCRIBEs of an XMPP user who watches a SIP address: to begin, to refresh, to leave, to fetch. RFC 6665 §4.1.2,
 * RFC 3856 §6.
 */
import { sipOfContact, sipOfUser } from '@stoxgate/addressing';
import { dialogOpened } from '../dialog/step-dialog.ts';
import { newSubscription, type Subscribe, sendSubscribe } from '../subscription/subscribe-request.ts';
import {
  GIVE_UP_MS,
  isSteady,
  NOTIFY_MS,
  refreshInMs,
  retryInMs,
} from '../subscription/subscription-times.ts';
import { PIDF, PRESENCE_EVENT } from './presence-event.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Phase, PresenceSubscription, Purpose, Watching } from './watching.ts';
import { watchPublished } from './watching-published.ts';
import { hide, withoutSubscription } from './watching-shown.ts';

const PRESENCE = { event: PRESENCE_EVENT, type: PIDF };
/** How long before a refresh the user is asked whether it is still there. */
const PROBE_MS = 5_000;

/** Of users whose domain is not served any more (RFC 3323 §4.1.1.3). */
const NOBODY = 'sip:anonymous@anonymous.invalid';

function subscriptionTo(
  turn: PresenceTurn,
  contact: string,
  fields: Partial<PresenceSubscription>,
): PresenceSubscription {
  const { addresses } = turn.policy;
  const user = sipOfUser(addresses, turn.user);
  const target = sipOfContact(addresses, contact);
  const [localUri, remoteUri] = [user.ok ? user.aor : NOBODY, target.ok ? target.requestUri : turn.aor];
  return { ...newSubscription(turn, localUri, remoteUri), ...fields };
}

export const inPhase = (half: Watching, phase: Phase): Watching => ({ ...half, phase, dueAt: phase.until });

export interface Asking extends Subscribe {
  readonly purpose: Purpose;
}

/** Sends SUBSCRIBE: in the dialog once there is one. */
export function subscribe(
  turn: PresenceTurn,
  half: Watching & { readonly subscription: PresenceSubscription },
  { purpose, ...asked }: Asking,
): Watching {
  const { resource } = half.subscription;
  const { subscription, sent } = sendSubscribe(turn, PRESENCE, half.subscription, asked, resource);
  return inPhase(
    { ...half, subscription },
    { name: 'asking', purpose, ...sent, until: turn.now + GIVE_UP_MS },
  );
}

/** What a subscription is made for. */
type Beginning = Pick<Watching, 'contact' | 'domain' | 'authorization' | 'isThere' | 'shown' | 'failures'>;

function open(
  turn: PresenceTurn,
  half: Beginning,
  asking: Asking,
  fields: Partial<PresenceSubscription>,
): Watching {
  const { contact, domain, authorization, isThere, shown, failures } = half;
  const subscription = subscriptionTo(turn, contact, fields);
  turn.issue(dialogOpened(subscription.dialog.callId, turn.input.key));
  const phase: Phase = { name: 'waiting', until: 0 };
  const fresh = { contact, domain, authorization, isThere, shown, failures, subscription, phase, dueAt: 0 };
  return subscribe(turn, fresh, asking);
}

/** Subscribes anew. `resource`: the one that asks. */
export const begin = (turn: PresenceTurn, half: Beginning, resource?: string): Watching =>
  turn.policy.compositor
    ? watchPublished(turn, half)
    : open(
        turn,
        half,
        { purpose: 'begin', expiresS: turn.policy.presenceExpiresMs / 1000 },
        resource === undefined ? {} : { resource },
      );

/** Asks for the presence of now. */
export const fetchNow = (turn: PresenceTurn, half: Beginning): Watching =>
  turn.policy.compositor
    ? watchPublished(turn, half)
    : open(turn, half, { purpose: 'fetch', expiresS: 0 }, { isFetch: true });

export const awaitNotify = (
  turn: PresenceTurn,
  half: Watching,
  purpose: Exclude<Purpose, 'refresh'>,
): Watching => inPhase(half, { name: 'awaiting', purpose, until: turn.now + NOTIFY_MS });

/** The subscription stands until its refresh is due. Nobody refreshes it for a user who is away. */
export function settle(
  turn: PresenceTurn,
  half: Watching & { readonly subscription: PresenceSubscription },
): Watching {
  const { subscription } = half;
  const refreshAt = turn.now + Math.ceil(refreshInMs(turn, subscription)) - PROBE_MS;
  const until = half.isThere ? refreshAt : subscription.expiresAt;
  return inPhase(half, { name: 'settled', until });
}

/** The user is asked whether it is there: who makes us send must have as much sent to itself. RFC 8048 §8.1. */
export const probing = (turn: PresenceTurn, half: Watching): Watching =>
  inPhase(half, { name: 'probing', until: turn.now + PROBE_MS });

/** Whether there is a dialog: only in one can a subscription be ended. */
export const isUp = (half: Watching): half is Watching & { readonly subscription: PresenceSubscription } =>
  half.subscription !== undefined && half.subscription.dialog.remoteTag !== '';

/** Forgets all of it; requests of the subscription have no owner any more. */
export function forget(turn: PresenceTurn, half: Watching): undefined {
  withoutSubscription(turn, half);
  return undefined;
}

/**
 * It is tried again later; until then nobody knows of the contact. `afterMs`: how long the other side wants that to be.
 */
export function later(turn: PresenceTurn, half: Watching, afterMs?: number): Watching | undefined {
  const rest = withoutSubscription(turn, hide(turn, half));
  if (!half.isThere) return undefined;
  const until = turn.now + retryInMs(turn, half.failures, afterMs);
  return inPhase({ ...rest, failures: half.failures + 1 }, { name: 'waiting', until });
}

/**
 * Subscribes anew at once; what is shown stays, for it may still be true. One that broke as soon as it was made is tried
 * later.
 */
export function again(turn: PresenceTurn, half: Watching): Watching | undefined {
  if (!half.isThere) {
    hide(turn, half);
    return forget(turn, half);
  }
  const { subscription } = half;
  const failures = subscription !== undefined && isSteady(turn, subscription) ? 0 : half.failures;
  if (failures > 0) return later(turn, { ...half, failures });
  return begin(turn, { ...withoutSubscription(turn, half), failures: 1 }, subscription?.resource);
}
