/**
 * NOTIFY in a subscription of ours: RFC 6665 §4.1.3, §4.4.1.
 */
import type { SipHeaders, SipRequest } from '@stoxgate/contracts';
import { isOutOfOrder, tagOf } from '../call/dialog.ts';
import { eventOf } from './event-of.ts';
import type { Subscription } from './subscription.ts';
import { readSubscriptionState, type SubscriptionState } from './subscription-state.ts';

/** Whether the request is of the dialog, or makes it. */
export function isOfDialog({ dialog }: Subscription, request: SipRequest): boolean {
  const { callId, localTag, remoteTag } = dialog;
  const from = tagOf(request.from);
  return (
    request.callId === callId &&
    tagOf(request.to) === localTag &&
    from !== '' &&
    (remoteTag === '' || remoteTag === from)
  );
}

export type ReadNotify =
  | { readonly ok: true; readonly state: SubscriptionState }
  | { readonly ok: false; readonly status: number; readonly headers?: SipHeaders };

/** What the request says of the subscription, or why it is refused. Undefined: there is no such subscription. */
export function readNotify(
  subscription: Subscription | undefined,
  request: SipRequest,
  event: string,
): ReadNotify {
  if (subscription === undefined || !isOfDialog(subscription, request)) return { ok: false, status: 481 };
  if (isOutOfOrder(subscription.dialog, request)) return { ok: false, status: 500 };
  if (eventOf(request) !== event) return { ok: false, status: 489, headers: { 'allow-events': [event] } };
  const state = readSubscriptionState(request);
  return state === undefined ? { ok: false, status: 400 } : { ok: true, state };
}

/** The subscription with its dialog as this NOTIFY makes or refreshes it. */
export function heardIn<Kind extends Subscription>(subscription: Kind, request: SipRequest): Kind {
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
  return { ...subscription, dialog: next };
}

/**
 * What follows from the end of a subscription, by its reason. `never`: nobody may watch, or there is nothing to. `frozen`: it
 * will not change any more. `later`: after its time. `now`: at once, and so for reasons that nobody knows.
 */
export function afterEnd({ reason }: SubscriptionState): 'never' | 'frozen' | 'later' | 'now' {
  switch (reason) {
    case 'rejected':
    case 'noresource':
      return 'never';
    case 'invariant':
      return 'frozen';
    case 'probation':
    case 'giveup':
      return 'later';
    default:
      return 'now';
  }
}
