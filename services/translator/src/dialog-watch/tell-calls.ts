/**
 * What is told of a phone's calls, to the record of what is published of it.
 */
import { keyOfPublished } from '@stoxgate/contracts';
import { liveIn } from './dialog-watch.ts';
import type { DialogsTurn } from './dialogs-turn.ts';

/**
 * Tells how many calls are up, if that is news. While a lost subscription is made anew, what it said counts until its time
 * is over.
 */
export function tell(turn: DialogsTurn): void {
  const { watch } = turn;
  const isOver = watch.isRemoved === true || (watch.refused !== undefined && watch.refused !== 'invariant');
  const known = isOver ? [] : liveIn(watch).filter(({ up }) => up !== undefined);
  if (!isOver && known.length === 0) return;
  const inCall = known.filter(({ up = [] }) => up.length > 0);
  const calls = inCall.reduce((sum, { up = [] }) => sum + up.length, 0);
  const until = Math.max(0, ...inCall.map(({ expiresAt }) => expiresAt));
  if (calls === watch.told.calls && until === watch.told.until) return;
  turn.update({ told: { calls, until } });
  turn.issue({
    type: 'session.notify',
    key: keyOfPublished(turn.aor),
    event: { type: 'phone.dialogs.told', calls, ...(calls > 0 && { until }) },
  });
}
