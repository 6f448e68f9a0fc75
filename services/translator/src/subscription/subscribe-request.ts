/**
 * SUBSCRIBE, and SUBSCRIBE once more: RFC 6665 §4.1.2; digest and redirection of RFC 3261.
 */
import type { SipResponse } from '@stoxgate/contracts';
import { type Challenge, challengesToAnswer, isChallenge } from '../call/challenges.ts';
import type { Dialog } from '../call/dialog.ts';
import { requestIn } from '../call/dialog-request.ts';
import { ownContact } from '../call/leg.ts';
import { targetsIn } from '../call/redirect.ts';
import type { SubscriberTurn } from './subscriber-turn.ts';
import type { EventPackage, SentSubscribe, Subscription } from './subscription.ts';
import { secondsIn } from './subscription-times.ts';

/** The longest that a server may want a subscription to be. */
const MAX_EXPIRES_S = 604_800;

/** A new subscription: its dialog has no remote tag before the first NOTIFY. */
export function newSubscription(
  turn: SubscriberTurn,
  localUri: string,
  remoteUri: string,
): Subscription & { readonly dialog: Dialog } {
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
  return { dialog, begunAt: turn.now, expiresAt: 0 };
}

export interface Subscribe {
  readonly expiresS: number;
  readonly challenges?: readonly Challenge[];
  readonly isRedirected?: true;
}

/** Sends SUBSCRIBE: in the dialog once there is one. `resource`: instance in Contact. */
export function sendSubscribe<Kind extends Subscription>(
  turn: SubscriberTurn,
  { event, type }: EventPackage,
  subscription: Kind,
  { expiresS, challenges = [], isRedirected }: Subscribe,
  resource?: string,
): { readonly subscription: Kind; readonly sent: SentSubscribe } {
  const { dialog, request } = requestIn(subscription.dialog, 'SUBSCRIBE', {
    event: [event],
    accept: [type],
    expires: [String(expiresS)],
  });
  const contact = ownContact(dialog.localUri, resource);
  const branch = turn.request({ ...request, contact }, challenges);
  return {
    subscription: { ...subscription, dialog },
    sent: { branch, expiresS, challenges, ...(isRedirected && { isRedirected }) },
  };
}

export interface Retry<Kind extends Subscription> {
  readonly subscription: Kind;
  readonly subscribe: Subscribe;
}

/** What to send once more, where that may still succeed after this response; undefined: it has failed. */
export function retryAfter<Kind extends Subscription>(
  turn: SubscriberTurn,
  subscription: Kind,
  { expiresS, challenges, isRedirected }: SentSubscribe,
  response: SipResponse,
): Retry<Kind> | undefined {
  const subscribe = { expiresS, ...(isRedirected === true && { isRedirected }) };
  if (isChallenge(response)) {
    const answers = turn.policy.hasCredentials ? challengesToAnswer(challenges, response) : undefined;
    return answers && { subscription, subscribe: { ...subscribe, challenges: answers } };
  }
  if (response.status === 423) {
    const min = secondsIn(response.headers['min-expires']) ?? 0;
    const isMore = expiresS > 0 && min > expiresS && min <= MAX_EXPIRES_S;
    if (!isMore) return undefined;
    return {
      subscription: { ...subscription, minExpiresS: min },
      subscribe: { ...subscribe, expiresS: min, challenges },
    };
  }
  const [target] = targetsIn(response);
  if (target === undefined || isRedirected || subscription.dialog.remoteTag !== '') return undefined;
  const dialog = { ...subscription.dialog, remoteTarget: target };
  return { subscription: { ...subscription, dialog }, subscribe: { expiresS, isRedirected: true } };
}

const STATUS_OF_CAUSE = {
  timeout: 408,
  transport: 503,
  unresolvable: 503,
  media: 503,
  'no-credentials': 401,
};

/** The status that a request without a final response counts as. */
export const statusOfCause = (cause: keyof typeof STATUS_OF_CAUSE): number => STATUS_OF_CAUSE[cause];
