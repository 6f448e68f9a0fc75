/**
 * What becomes of a SUBSCRIBE of ours: RFC 6665 §4.1.2, RFC 8048 §5.2; digest and redirection of RFC 3261.
 */
import type { EventOf, SipResponse } from '@stoxgate/contracts';
import { retryAfter, statusOfCause } from '../subscription/subscribe-request.ts';
import { DAY_MS, grantedUntil, secondsIn } from '../subscription/subscription-times.ts';
import { available, sendPresence } from '../user/contact-presence.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Phase, PresenceSubscription, Watching } from './watching.ts';
import { cancel, hide, letIn, showAll, withoutSubscription } from './watching-shown.ts';
import {
  again,
  awaitNotify,
  forget,
  inPhase,
  isUp,
  later,
  settle,
  subscribe,
} from './watching-subscription.ts';

type Half = Watching | undefined;
type Asked = Watching & {
  readonly subscription: PresenceSubscription;
  readonly phase: Extract<Phase, { name: 'asking' }>;
};

const asked = (half: Half, branch: string): Asked | undefined =>
  half?.phase.name === 'asking' && half.phase.branch === branch && half.subscription !== undefined
    ? (half as Asked)
    : undefined;

/** Accepted: neutral to the user (RFC 8048 §5.2.1). What counts is the NOTIFY. */
function accepted(turn: PresenceTurn, half: Asked, response: SipResponse): Half {
  const { phase, subscription } = half;
  if (phase.purpose === 'leave') return left(turn, half);
  if (phase.purpose === 'fetch') return awaitNotify(turn, half, 'fetch');
  const expiresAt = grantedUntil(turn, subscription, phase, response, phase.purpose === 'begin');
  const next = { ...half, subscription: { ...subscription, expiresAt } };
  if (!isUp(next)) return awaitNotify(turn, next, 'begin');
  return settle(turn, phase.purpose === 'refresh' ? { ...next, failures: 0 } : next);
}

/** The end was taken: who wanted it hears so at once, the last NOTIFY still has to be answered. */
function left(turn: PresenceTurn, half: Watching): Half {
  if (half.isLeft === undefined) return awaitNotify(turn, half, 'leave');
  return cancel(turn, half);
}

/** The same SUBSCRIBE once more, where that may still succeed after this response. */
function retried(turn: PresenceTurn, half: Asked, response: SipResponse): Half {
  const retry = retryAfter(turn, half.subscription, half.phase, response);
  if (retry === undefined) return undefined;
  const { subscription, subscribe: asking } = retry;
  return subscribe(turn, { ...half, subscription }, { purpose: half.phase.purpose, ...asking });
}

/** The SIP side knows no presence: calls to the contact are still possible, so that it is shown, or it is refused. */
function withoutPresence(turn: PresenceTurn, half: Watching): Half {
  if (turn.policy.withoutPresence === 'unsubscribed') return cancel(turn, half);
  if (half.subscription?.isFetch === true) {
    turn.issue(available(turn.policy, half.domain, half.contact, turn.user));
    return forget(turn, half);
  }
  const rest = withoutSubscription(turn, hide(turn, letIn(turn, half)));
  if (!half.isThere) return undefined;
  const next = inPhase(rest, { name: 'resting', isAvailable: true, until: 0 });
  showAll(turn, next, turn.user);
  return next;
}

/** Whoever asked for the presence of now gets none. */
function notFetched(turn: PresenceTurn, half: Watching): Half {
  turn.issue(sendPresence(half.domain, half.contact, turn.user, 'unavailable'));
  return forget(turn, half);
}

/** SUBSCRIBE failed with this status, or as if with it. */
export function subscribeFailed(
  turn: PresenceTurn,
  half: Watching,
  status: number,
  retryAfterS?: number,
): Half {
  const { phase } = half;
  const isLeaving = 'purpose' in phase && phase.purpose === 'leave';
  if (isLeaving) return half.isLeft === undefined ? forget(turn, half) : cancel(turn, half);
  if (status === 403 || status === 603) return cancel(turn, half);
  if (status === 489 || status === 405 || status === 501) return withoutPresence(turn, half);
  if ('purpose' in phase && phase.purpose === 'fetch') return notFetched(turn, half);
  const isKnownNot = status === 404 || status === 410 || status === 604;
  if (isKnownNot && half.authorization === 'pending') return cancel(turn, half);
  if (status === 481 && isUp(half)) return again(turn, half);
  const isTransient = status === 408 || status === 480 || status === 481 || Math.floor(status / 100) === 5;
  if (isTransient) return later(turn, half, retryAfterS === undefined ? undefined : retryAfterS * 1000);
  return later(turn, half, DAY_MS);
}

/** A response to a SUBSCRIBE of ours. */
export function watchingAnswered(
  turn: PresenceTurn,
  half: Half,
  event: EventOf<'sip.response.received'>,
): Half {
  const known = asked(half, event.branch);
  const { response } = event;
  if (known === undefined || response.status < 200) return half;
  if (response.status < 300) return accepted(turn, known, response);
  return (
    retried(turn, known, response) ??
    subscribeFailed(turn, known, response.status, secondsIn(response.headers['retry-after']))
  );
}

/** A SUBSCRIBE of ours got no final response. */
export function watchingFailed(turn: PresenceTurn, half: Half, event: EventOf<'sip.request.failed'>): Half {
  const known = asked(half, event.branch);
  return known === undefined ? half : subscribeFailed(turn, known, statusOfCause(event.cause));
}
