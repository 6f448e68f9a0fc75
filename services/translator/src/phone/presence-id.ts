/**
 * The id of presence: what is sent later is, to whoever looks at it, about the same presence as what was sent first.
 */
import type { PhoneTurn } from './phone-turn.ts';

/** Id of the presence that is sent next: that of the first in its session, or another one each time. */
export function nextPresenceId(turn: PhoneTurn): string {
  if (turn.policy.presenceId === 'new') turn.update({ presenceId: turn.derive(6) });
  return turn.session.presenceId ?? '';
}
