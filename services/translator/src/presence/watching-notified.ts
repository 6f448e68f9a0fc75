/**
 * NOTIFY in a subscription of ours: RFC 6665 §4.1.3, §4.4.1; RFC 8048 §5.2, §6.3.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { mediaType } from '../call/multipart.ts';
import { afterEnd, heardIn, readNotify } from '../subscription/subscription-notify.ts';
import type { SubscriptionState } from '../subscription/subscription-state.ts';
import { shortenedUntil } from '../subscription/subscription-times.ts';
import { readPidf } from './pidf-read.ts';
import { PIDF, PRESENCE_EVENT } from './presence-event.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { PresenceSubscription, Watching } from './watching.ts';
import { cancel, isAbout, letIn, show, withoutSubscription } from './watching-shown.ts';
import { again, forget, inPhase, later, settle } from './watching-subscription.ts';

type Half = Watching | undefined;
type Subscribed = Watching & { readonly subscription: PresenceSubscription };

/** What the document tells of the contact; of one that is unreadable, or about others, nothing. */
function told(turn: PresenceTurn, half: Watching, request: SipRequest): Watching {
  const { body } = request;
  if (body?.encoding !== 'utf8' || mediaType(body.contentType) !== PIDF) return half;
  const document = readPidf(body.content);
  return document === undefined || !isAbout(turn, document) ? half : show(turn, half, document, request);
}

/** The end of a subscription, by its reason. RFC 6665 §4.1.3. */
function terminated(turn: PresenceTurn, half: Watching, state: SubscriptionState): Half {
  switch (afterEnd(state)) {
    case 'never':
      return cancel(turn, half);
    case 'frozen':
      return inPhase(withoutSubscription(turn, half), { name: 'resting', isAvailable: false, until: 0 });
    case 'later':
      return later(turn, half, state.retryAfterMs);
    case 'now':
      return again(turn, half);
  }
}

/** The time that is left, where NOTIFY says that it is less than thought. */
function shortened(turn: PresenceTurn, half: Subscribed, state: SubscriptionState): Watching {
  const { subscription, phase } = half;
  const expiresAt = shortenedUntil(turn, subscription, state);
  if (expiresAt === undefined) return half;
  const next = { ...half, subscription: { ...subscription, expiresAt } };
  return phase.name === 'settled' ? settle(turn, next) : next;
}

/** NOTIFY was what the half waited for. */
function arrived(turn: PresenceTurn, half: Watching): Watching {
  return half.phase.name === 'awaiting' && half.subscription !== undefined
    ? settle(turn, { ...half, subscription: half.subscription })
    : half;
}

function applied(turn: PresenceTurn, half: Subscribed, request: SipRequest, state: SubscriptionState): Half {
  const { phase, subscription } = half;
  const isOver = state.state === 'terminated';
  if (
    half.isLeft !== undefined ||
    (phase.name === 'asking' && phase.purpose === 'leave') ||
    isLeaving(half)
  ) {
    if (!isOver) return half;
    return half.isLeft === undefined ? forget(turn, half) : cancel(turn, half);
  }
  if (subscription.isFetch === true) {
    if (isOver && afterEnd(state) === 'never') return cancel(turn, half);
    return forget(turn, told(turn, half, request));
  }
  if (isOver) {
    const known = request.body === undefined ? half : told(turn, half, request);
    return terminated(turn, known, state);
  }
  const timed = shortened(turn, half, state);
  if (state.state !== 'active') return arrived(turn, timed);
  return arrived(turn, told(turn, letIn(turn, timed), request));
}

const isLeaving = ({ phase }: Watching): boolean => phase.name === 'awaiting' && phase.purpose === 'leave';

/**
 * Answers a NOTIFY, and does what it says. A fork of the SUBSCRIBE that comes second has no dialog (RFC 3856 §6.9).
 */
export function watchingNotified(turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half {
  const read = readNotify(half?.subscription, request, PRESENCE_EVENT);
  if (!read.ok) {
    const { status, headers = {} } = read;
    turn.respond(edge, request, status, turn.derive(8), { headers });
    return half;
  }
  if (half?.subscription === undefined) return half;
  turn.respond(edge, request, 200, '');
  const heard = { ...half, subscription: heardIn(half.subscription, request) };
  return applied(turn, heard, request, read.state);
}
