/**
 * The SUBSCRIBEs of an XMPP user who watches a SIP address: to begin, to refresh, to leave, to fetch. RFC 6665 §4.1.2,
 * RFC 3856 §6.
 */
import { sipOfContact, sipOfUser } from '@stoxgate/addressing';
import type { Challenge } from '../call/challenges.ts';
import type { Dialog } from '../call/dialog.ts';
import { requestIn } from '../call/dialog-request.ts';
import { ownContact } from '../call/leg.ts';
import { dialogOpened } from '../dialog/step-dialog.ts';
import { PIDF, PRESENCE_EVENT } from './presence-event.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Phase, Purpose, Subscription, Watching } from './watching.ts';
import { watchPublished } from './watching-published.ts';
import { hide, withoutSubscription } from './watching-shown.ts';

/** Past the 64*T1 of a transaction: then the edge that had it is gone. */
const GIVE_UP_MS = 40_000;
/** How long the first NOTIFY may take (RFC 6665 §4.1.2.4, timer N). */
const NOTIFY_MS = 32_000;
/** How long before a refresh the user is asked whether it is still there. */
const PROBE_MS = 5_000;
/** No refresh is sooner, whatever the other side grants. */
const MIN_REFRESH_MS = 30_000;
/** RFC 8048 §5.2.2 and the load of many users that begin at once: a refresh has this long to succeed. */
const REFRESH_MARGIN_MS = 60_000;
/** A subscription that held so long is no failure. */
const STEADY_MS = 60_000;
const BACK_OFF_MS = 60_000;
const MAX_BACK_OFF_MS = 3_600_000;
const MIN_RETRY_MS = 10_000;
/** How often it is tried again where nobody is known. */
export const DAY_MS = 86_400_000;

/** Of users whose domain is not served any more (RFC 3323 §4.1.1.3). */
const NOBODY = 'sip:anonymous@anonymous.invalid';

/** A new subscription: its dialog has no remote tag before the first NOTIFY. */
function newSubscription(turn: PresenceTurn, contact: string, fields: Partial<Subscription>): Subscription {
  const { addresses } = turn.policy;
  const user = sipOfUser(addresses, turn.user);
  const target = sipOfContact(addresses, contact);
  const localUri = user.ok ? user.aor : NOBODY;
  const remoteUri = target.ok ? target.requestUri : turn.aor;
  const dialog: Dialog = {
    callId: turn.derive(16),
    localTag: turn.derive(8),
    remoteTag: '',
    localCseq: 0,
    localUri,
    remoteUri,
    remoteTarget: remoteUri,
    routeSet: [],
    secure: false,
  };
  return { dialog, begunAt: turn.now, expiresAt: 0, ...fields };
}

export const inPhase = (half: Watching, phase: Phase): Watching => ({ ...half, phase, dueAt: phase.until });

export interface Asking {
  readonly purpose: Purpose;
  readonly expiresS: number;
  readonly challenges?: readonly Challenge[];
  readonly isRedirected?: true;
}

/** Sends SUBSCRIBE: in the dialog once there is one. */
export function subscribe(
  turn: PresenceTurn,
  half: Watching & { readonly subscription: Subscription },
  { purpose, expiresS, challenges = [], isRedirected }: Asking,
): Watching {
  const { subscription } = half;
  const { dialog, request } = requestIn(subscription.dialog, 'SUBSCRIBE', {
    event: [PRESENCE_EVENT],
    accept: [PIDF],
    expires: [String(expiresS)],
  });
  const contact = ownContact(dialog.localUri, subscription.resource);
  const branch = turn.request({ ...request, contact }, challenges);
  return inPhase(
    { ...half, subscription: { ...subscription, dialog } },
    {
      name: 'asking',
      purpose,
      branch,
      expiresS,
      challenges,
      ...(isRedirected && { isRedirected }),
      until: turn.now + GIVE_UP_MS,
    },
  );
}

/** For how long to subscribe. */
export const wantedS = ({ policy }: PresenceTurn, { minExpiresS = 0 }: Subscription): number =>
  Math.max(policy.presenceExpiresMs / 1000, minExpiresS);

/** What a subscription is made for. */
type Beginning = Pick<Watching, 'contact' | 'domain' | 'authorization' | 'isThere' | 'shown' | 'failures'>;

function open(turn: PresenceTurn, half: Beginning, asking: Asking, fields: Partial<Subscription>): Watching {
  const { contact, domain, authorization, isThere, shown, failures } = half;
  const subscription = newSubscription(turn, contact, fields);
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

/**
 * The subscription stands until its refresh is due: at half of its time, or a minute before its end where that is later.
 * Nobody refreshes it for a user who is away.
 */
export function settle(
  turn: PresenceTurn,
  half: Watching & { readonly subscription: Subscription },
): Watching {
  const { expiresAt } = half.subscription;
  const life = expiresAt - turn.now;
  const refreshIn = Math.max(MIN_REFRESH_MS, life / 2, life - REFRESH_MARGIN_MS);
  const until = half.isThere ? turn.now + Math.ceil(refreshIn) - PROBE_MS : expiresAt;
  return inPhase(half, { name: 'settled', until });
}

/** The user is asked whether it is there: who makes us send must have as much sent to itself. RFC 8048 §8. */
export const probing = (turn: PresenceTurn, half: Watching): Watching =>
  inPhase(half, { name: 'probing', until: turn.now + PROBE_MS });

/** Whether there is a dialog: only in one can a subscription be ended. */
export const isUp = (half: Watching): half is Watching & { readonly subscription: Subscription } =>
  half.subscription !== undefined && half.subscription.dialog.remoteTag !== '';

/** Forgets all of it; requests of the subscription have no owner any more. */
export function forget(turn: PresenceTurn, half: Watching): undefined {
  withoutSubscription(turn, half);
  return undefined;
}

/** How long to wait after so many failures, some more so that not all come back at once. */
function backOff(turn: PresenceTurn, failures: number): number {
  const ms = Math.min(MAX_BACK_OFF_MS, BACK_OFF_MS * 2 ** Math.min(failures, 10));
  return ms + Math.floor((ms / 10) * (Number.parseInt(turn.derive(2), 16) / 65_536));
}

/**
 * It is tried again later; until then nobody knows of the contact. `afterMs`: how long the other side wants that to be.
 */
export function later(turn: PresenceTurn, half: Watching, afterMs?: number): Watching | undefined {
  const rest = withoutSubscription(turn, hide(turn, half));
  if (!half.isThere) return undefined;
  const wanted = afterMs === undefined ? 0 : Math.min(Math.max(afterMs, MIN_RETRY_MS), DAY_MS);
  const ms = afterMs === undefined ? backOff(turn, half.failures) : wanted;
  return inPhase({ ...rest, failures: half.failures + 1 }, { name: 'waiting', until: turn.now + ms });
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
  const isSteady = subscription !== undefined && turn.now - subscription.begunAt >= STEADY_MS;
  const failures = isSteady ? 0 : half.failures;
  if (failures > 0) return later(turn, { ...half, failures });
  return begin(turn, { ...withoutSubscription(turn, half), failures: 1 }, subscription?.resource);
}
