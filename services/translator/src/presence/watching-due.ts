/**
 * The time of a subscription of ours has come: RFC 6665 §4.1.2.2, RFC 8048 §5.2.2, §8.1.
 */
import { wantedS } from '../subscription/subscription-times.ts';
import { sendPresence } from '../user/contact-presence.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Watching } from './watching.ts';
import { subscribeFailed } from './watching-answered.ts';
import { hide } from './watching-shown.ts';
import { begin, forget, isUp, probing, subscribe } from './watching-subscription.ts';

/** The half once its phase has taken its time. */
export function watchingDue(turn: PresenceTurn, half: Watching): Watching | undefined {
  const { phase } = half;
  switch (phase.name) {
    case 'asking':
    case 'awaiting':
      return subscribeFailed(turn, half, 408);
    case 'settled':
      if (!half.isThere) return forget(turn, half);
      turn.issue(sendPresence(half.domain, half.contact, turn.user, 'probe'));
      return probing(turn, half);
    case 'probing':
      if (!isUp(half)) return forget(turn, hide(turn, half));
      return subscribe(turn, half, {
        purpose: 'refresh',
        expiresS: wantedS(turn.policy.presenceExpiresMs, half.subscription),
      });
    case 'waiting':
      return begin(turn, half);
    case 'resting':
      return half;
  }
}
