import { deriveHex, type EdgeId, type EventEnvelope } from '@stoxgate/contracts';
import type { DueTimer } from '@stoxgate/store';

const LONGEST_ID = 128;

/**
 * The event of a timer that fell due. Its id is made of the timer alone: however often and by whomever the timer is
 * handed out, the bus and the session see one event.
 */
export const timerEvent = (
  timer: DueTimer,
  edge: EdgeId,
  at: number,
  trace: string | undefined,
): EventEnvelope => ({
  v: 1,
  id: timerEventId(timer),
  key: timer.key,
  edge,
  at,
  ...(trace === undefined ? {} : { trace }),
  payload: { type: 'timer.fired', name: timer.name, dueAt: timer.dueAt },
});

/** Names the timer and when it was due. */
export function timerEventId({ key, name, dueAt }: DueTimer): string {
  const id = `timer:${key}:${name}:${dueAt}`;
  return id.length <= LONGEST_ID ? id : `timer:${deriveHex(id, 16)}`;
}
