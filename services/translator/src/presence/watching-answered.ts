/**
 * What becomes of a SUBSCRIBE of ours: RFC 6665 §4.1.2, RFC 8048 §5.2; digest and redirection of RFC 3261.
 */
import type { EventOf, SipResponse } from '@stoxgate/contracts';
import { challengesToAnswer, isChallenge } from '../call/challenges.ts';
import { targetsIn } from '../call/redirect.ts';
import { available, sendPresence } from '../user/contact-presence.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Phase, Subscription, Watching } from './watching.ts';
import { cancel, hide, letIn, showAll, withoutSubscription } from './watching-shown.ts';
import {
  again,
  awaitNotify,
  DAY_MS,
  forget,
  inPhase,
  isUp,
  later,
  settle,
  subscribe,
} from './watching-subscription.ts';

type Half = Watching | undefined;
type Asked = Watching & {
  readonly subscription: Subscription;
  readonly phase: Extract<Phase, { name: 'asking' }>;
};

/** The longest that a server may want a subscription to be. */
const MAX_EXPIRES_S = 604_800;

const secondsIn = (values: readonly string[] | undefined): number | undefined => {
  const text = /^[ \t]*(\d{1,10})\b/.exec(values?.[0] ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
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
  const granted = Math.min(secondsIn(response.headers.expires) ?? phase.expiresS, phase.expiresS);
  const end = turn.now + granted * 1000;
  const isFirst = phase.purpose === 'begin' && subscription.expiresAt !== 0;
  const expiresAt = isFirst ? Math.min(end, subscription.expiresAt) : end;
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
  const { phase, subscription } = half;
  const { purpose, expiresS, isRedirected } = phase;
  const asking = { purpose, expiresS, ...(isRedirected === true && { isRedirected }) };
  if (isChallenge(response)) {
    const challenges = turn.policy.hasCredentials
      ? challengesToAnswer(phase.challenges, response)
      : undefined;
    return challenges && subscribe(turn, half, { ...asking, challenges });
  }
  if (response.status === 423) {
    const min = secondsIn(response.headers['min-expires']) ?? 0;
    const isMore = expiresS > 0 && min > expiresS && min <= MAX_EXPIRES_S;
    if (!isMore) return undefined;
    const next = { ...half, subscription: { ...subscription, minExpiresS: min } };
    return subscribe(turn, next, { ...asking, expiresS: min, challenges: phase.challenges });
  }
  const [target] = targetsIn(response);
  if (target === undefined || isRedirected || subscription.dialog.remoteTag !== '') return undefined;
  const dialog = { ...subscription.dialog, remoteTarget: target };
  return subscribe(
    turn,
    { ...half, subscription: { ...subscription, dialog } },
    { ...asking, isRedirected: true },
  );
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

const STATUS_OF_CAUSE = {
  timeout: 408,
  transport: 503,
  unresolvable: 503,
  media: 503,
  'no-credentials': 401,
};

/** A SUBSCRIBE of ours got no final response. */
export function watchingFailed(turn: PresenceTurn, half: Half, event: EventOf<'sip.request.failed'>): Half {
  const known = asked(half, event.branch);
  return known === undefined ? half : subscribeFailed(turn, known, STATUS_OF_CAUSE[event.cause]);
}
