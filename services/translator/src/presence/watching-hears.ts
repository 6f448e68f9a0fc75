/**
 * Presence of the watching user towards the contact: RFC 8048 §5.2, §7.1.
 */
import { bareJidOf, resourceOf } from '@stoxgate/addressing';
import type { EventOf } from '@stoxgate/contracts';
import { sendPresence } from '../user/contact-presence.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Watching } from './watching.ts';
import { cancel, showAll, withoutSubscription } from './watching-shown.ts';
import { begin, fetchNow, forget, isUp, settle, subscribe } from './watching-subscription.ts';

type Half = Watching | undefined;
type Heard = EventOf<'presence.stanza.received'>;

const isLeaving = ({ phase }: Watching): boolean =>
  (phase.name === 'asking' || phase.name === 'awaiting') && phase.purpose === 'leave';

const isFetching = ({ subscription }: Watching): boolean => subscription?.isFetch === true;

/** A half as it begins. */
const newHalf = ({ domain, stanza }: Heard, authorization: Watching['authorization']) => ({
  contact: bareJidOf(stanza.attrs.to ?? '') ?? '',
  domain,
  authorization,
  isThere: true,
  shown: [],
  failures: 0,
});

/** The same subscription made anew, while the old one is still being ended, or fetches only. */
function beginAgain(turn: PresenceTurn, half: Watching, authorization: Watching['authorization']): Watching {
  const { isLeft: _, ...rest } = withoutSubscription(turn, half);
  return begin(turn, { ...rest, authorization, isThere: true });
}

/** The user has a presence session. */
function present(turn: PresenceTurn, half: Watching): Watching {
  if (half.isLeft !== undefined) return half;
  if (isLeaving(half) || isFetching(half)) return beginAgain(turn, half, half.authorization);
  if (half.isThere) return half;
  const next = { ...half, isThere: true };
  return isUp(next) && next.phase.name === 'settled' ? settle(turn, next) : next;
}

function asksToWatch(turn: PresenceTurn, half: Half, heard: Heard): Half {
  const resource = resourceOf(heard.stanza.attrs.from ?? '');
  if (half === undefined) return begin(turn, newHalf(heard, 'pending'), resource);
  if (half.isLeft !== undefined) return beginAgain(turn, half, 'pending');
  if (half.authorization === 'active') {
    turn.issue(sendPresence(half.domain, half.contact, turn.user, 'subscribed'));
    showAll(turn, half, turn.user);
  }
  return present(turn, half);
}

/** Ends the subscription in its dialog; without one there is nothing to end. */
function leave(turn: PresenceTurn, half: Watching): Half {
  if (isUp(half)) return subscribe(turn, half, { purpose: 'leave', expiresS: 0 });
  return half.isLeft === undefined ? forget(turn, half) : cancel(turn, half);
}

function asksToStop(turn: PresenceTurn, half: Half, { domain, stanza }: Heard): Half {
  if (half !== undefined && half.isLeft === undefined) return leave(turn, { ...half, isLeft: true });
  const contact = bareJidOf(stanza.attrs.to ?? '');
  if (half === undefined && contact !== undefined)
    turn.issue(sendPresence(domain, contact, turn.user, 'unsubscribed'));
  return half;
}

/**
 * A probe: the user's server asks for those who are let, so one that we do not know of is let too. With a resource it
 * begins a presence session; else only the presence of now is asked for.
 */
function probes(turn: PresenceTurn, half: Half, heard: Heard): Half {
  const from = heard.stanza.attrs.from ?? '';
  const resource = resourceOf(from);
  const isThere = heard.isOnline || resource !== undefined;
  if (half === undefined) {
    const fresh = newHalf(heard, 'active');
    return isThere ? begin(turn, fresh, resource) : fetchNow(turn, { ...fresh, isThere });
  }
  if (half.phase.name === 'waiting') turn.issue(sendPresence(half.domain, half.contact, from, 'unavailable'));
  else if (!isLeaving(half)) showAll(turn, half, from);
  return isThere ? present(turn, half) : half;
}

/** Nobody is there to be shown anything. What waits for a decision goes on until its time is over. */
function away(turn: PresenceTurn, half: Watching): Half {
  if (isLeaving(half)) return half;
  const next = { ...half, isThere: false, shown: [] };
  const isUndecided = half.authorization === 'pending' && half.phase.name !== 'waiting';
  if (!isUndecided) return leave(turn, next);
  return isUp(next) && next.phase.name === 'settled' ? settle(turn, next) : next;
}

/**
 * Whether the last resource is gone. Of the bare JID that is known only when it was asked for: servers say it to a request
 * for authorization as well, so that nobody learns from it who is there.
 */
const isGone = ({ phase }: Watching, { stanza, isOnline }: Heard): boolean =>
  !isOnline && (resourceOf(stanza.attrs.from ?? '') !== undefined || phase.name === 'probing');

/** The half after a presence stanza of the user. */
export function watchingHears(turn: PresenceTurn, half: Half, heard: Heard): Half {
  switch (heard.stanza.attrs.type) {
    case 'subscribe':
      return asksToWatch(turn, half, heard);
    case 'unsubscribe':
      return asksToStop(turn, half, heard);
    case 'probe':
      return probes(turn, half, heard);
    case undefined:
      return half && present(turn, half);
    case 'unavailable':
      return half !== undefined && isGone(half, heard) ? away(turn, half) : half;
    case 'error':
      return half && away(turn, half);
    default:
      return half;
  }
}
