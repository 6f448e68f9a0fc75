/**
 * How a step on a pair ends: whether there is still something to remember, and until when.
 */
import type { Command } from '@stoxgate/contracts';
import type { Step } from '../step.ts';
import type { PairSession } from './pair-session.ts';

export const PAIR_TIMER = 'pair';

export const NEW_PAIR: PairSession = { kind: 'pair', pending: [], lastCseq: 0, chatUntil: 0, timerAt: 0 };

/**
 * The step's result: the record ends when nothing is pending and no chat goes on; else one timer wakes it at its next
 * deadline. The timer is moved only forward in need: a chat that goes on is noticed when it fires.
 */
export function pairStep(session: PairSession, commands: readonly Command[], now: number): Step {
  const deadlines = session.pending.map((message) => message.expiresAt);
  if (session.chatUntil > now) deadlines.push(session.chatUntil);
  if (deadlines.length === 0) return { session: undefined, commands };
  const dueAt = deadlines.reduce((earliest, deadline) => Math.min(earliest, deadline));
  if (session.timerAt !== 0 && session.timerAt <= dueAt) return { session, commands };
  return {
    session: { ...session, timerAt: dueAt },
    commands: [...commands, { type: 'timer.set', name: PAIR_TIMER, dueAt }],
  };
}
