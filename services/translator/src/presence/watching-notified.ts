/**
 * NOTIFY in a subscription of ours: RFC 6665 §4.1.3, §4.4.1; RFC 8048 §5.2, §6.3.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { isOutOfOrder, tagOf } from '../call/dialog.ts';
import { mediaType } from '../call/multipart.ts';
import { readPidf } from './pidf-read.ts';
import { eventOf, PIDF, PRESENCE_EVENT } from './presence-event.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { readSubscriptionState, type SubscriptionState } from './subscription-state.ts';
import type { Subscription, Watching } from './watching.ts';
import { cancel, isAbout, letIn, show, withoutSubscription } from './watching-shown.ts';
import { again, forget, inPhase, later, settle } from './watching-subscription.ts';

type Half = Watching | undefined;
type Subscribed = Watching & { readonly subscription: Subscription };

/** Whether the request is of the dialog, or makes it: a fork that comes second has none (RFC 3856 §6.9). */
function isOfDialog({ subscription }: Watching, request: SipRequest): boolean {
  if (subscription === undefined) return false;
  const { callId, localTag, remoteTag } = subscription.dialog;
  const from = tagOf(request.from);
  return (
    request.callId === callId &&
    tagOf(request.to) === localTag &&
    from !== '' &&
    (remoteTag === '' || remoteTag === from)
  );
}

/** The dialog as this NOTIFY makes or refreshes it. */
function heardIn(half: Subscribed, request: SipRequest): Subscribed {
  const { subscription } = half;
  const { dialog } = subscription;
  const remoteTarget = request.contacts[0]?.uri ?? dialog.remoteTarget;
  const remoteCseq = request.cseq.number;
  const next =
    dialog.remoteTag === ''
      ? {
          ...dialog,
          remoteTag: tagOf(request.from),
          routeSet: request.recordRoutes,
          remoteTarget,
          remoteCseq,
        }
      : { ...dialog, remoteTarget, remoteCseq };
  return { ...half, subscription: { ...subscription, dialog: next } };
}

/** What the document tells of the contact; of one that is unreadable, or about others, nothing. */
function told(turn: PresenceTurn, half: Watching, request: SipRequest): Watching {
  const { body } = request;
  if (body?.encoding !== 'utf8' || mediaType(body.contentType) !== PIDF) return half;
  const document = readPidf(body.content);
  return document === undefined || !isAbout(turn, document) ? half : show(turn, half, document, request);
}

/** The end of a subscription, by its reason. RFC 6665 §4.1.3. */
function terminated(turn: PresenceTurn, half: Watching, { reason, retryAfterMs }: SubscriptionState): Half {
  switch (reason) {
    case 'rejected':
    case 'noresource':
      return cancel(turn, half);
    case 'invariant':
      return inPhase(withoutSubscription(turn, half), { name: 'resting', isAvailable: false, until: 0 });
    case 'probation':
    case 'giveup':
      return later(turn, half, retryAfterMs);
    default:
      return again(turn, half);
  }
}

/** The time that is left, where NOTIFY says that it is less than thought. */
function shortened(turn: PresenceTurn, half: Subscribed, { expiresS }: SubscriptionState): Watching {
  const { subscription, phase } = half;
  if (expiresS === undefined) return half;
  const expiresAt = turn.now + expiresS * 1000;
  const known = subscription.expiresAt;
  if (known !== 0 && expiresAt > known - 1000) return half;
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
    if (isOver && (state.reason === 'rejected' || state.reason === 'noresource')) return cancel(turn, half);
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

/** Answers a NOTIFY, and does what it says. */
export function watchingNotified(turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half {
  const refuse = (status: number, headers = {}): Half => {
    turn.respond(edge, request, status, turn.derive(8), { headers });
    return half;
  };
  if (half?.subscription === undefined || !isOfDialog(half, request)) return refuse(481);
  if (isOutOfOrder(half.subscription.dialog, request)) return refuse(500);
  if (eventOf(request) !== PRESENCE_EVENT) return refuse(489, { 'allow-events': [PRESENCE_EVENT] });
  const state = readSubscriptionState(request);
  if (state === undefined) return refuse(400);
  turn.respond(edge, request, 200, '');
  const heard = heardIn({ ...half, subscription: half.subscription }, request);
  return applied(turn, heard, request, state);
}
