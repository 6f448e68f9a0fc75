/**
 * What becomes of a NOTIFY: RFC 6665 §4.2.2, RFC 3261 §22.
 */
import type { EventOf } from '@stoxgate/contracts';
import { challengesToAnswer, isChallenge } from '../call/challenges.ts';
import type { PresenceTurn } from './presence-turn.ts';
import type { Watched } from './watched.ts';
import { settled } from './watched-turn.ts';
import { type SentNotify, type WatcherDialog, withDialog } from './watcher-dialog.ts';

type Half = Watched | undefined;

const without = (half: Watched, one: WatcherDialog): Watched => ({
  ...half,
  dialogs: half.dialogs.filter((other) => other !== one),
});

function answered(one: WatcherDialog, sent: SentNotify): WatcherDialog {
  const { sent: _, ...rest } = one;
  return { ...rest, told: sent.version, challenges: [] };
}

/** A response to a NOTIFY of ours: a watcher that does not take it watches no more. */
export function watchedAnswered(
  turn: PresenceTurn,
  half: Half,
  { branch, response }: EventOf<'sip.response.received'>,
): Half {
  const one = half?.dialogs.find(({ sent }) => sent?.branch === branch);
  if (half === undefined || one?.sent === undefined || response.status < 200) return half;
  if (response.status < 300) {
    if (one.sent.isLast) return settled(turn, half, without(half, one));
    const dialogs = withDialog(half.dialogs, one, answered(one, one.sent));
    return settled(turn, half, { ...half, dialogs });
  }
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials
      ? challengesToAnswer(one.sent.challenges, response)
      : undefined;
  if (challenges === undefined) return settled(turn, half, without(half, one));
  const { sent: _, ...rest } = one;
  const again: WatcherDialog = { ...rest, challenges, isOwed: true };
  return settled(turn, half, { ...half, dialogs: withDialog(half.dialogs, one, again) });
}

/** A NOTIFY of ours got no final response. */
export function watchedFailed(
  turn: PresenceTurn,
  half: Half,
  { branch }: EventOf<'sip.request.failed'>,
): Half {
  const one = half?.dialogs.find(({ sent }) => sent?.branch === branch);
  return half === undefined || one === undefined ? half : settled(turn, half, without(half, one));
}
