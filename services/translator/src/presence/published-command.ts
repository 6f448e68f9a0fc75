/**
 * What the presence of a user asks of what is published.
 */
import { brandAor, type Command, keyOfPublished } from '@stoxgate/contracts';
import type { PresenceTurn } from './presence-turn.ts';

/** Tells what is published that this session wants to hear of it, or no more. */
export const publishedCommand = (
  turn: PresenceTurn,
  type: 'presence.published.watched' | 'presence.published.unwatched',
): Command => ({
  type: 'session.notify',
  key: keyOfPublished(brandAor(turn.aor)),
  event: { type, replyTo: turn.input.key },
});
