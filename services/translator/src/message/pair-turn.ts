/**
 * How a step on a pair ends: whether there is still something to remember, and until when.
 */
import type { Command } from '@stoxgate/contracts';
import type { Step } from '../step.ts';
import type { PairSession, PendingMessage } from './pair-session.ts';

export const PAIR_TIMER = 'pair';

export const NEW_PAIR: PairSession = {
  kind: 'pair',
  pending: [],
  pendingChars: 0,
  lastCseq: 0,
  chatUntil: 0,
  timerAt: 0,
};

const charsOf = (message: PendingMessage): number => message.request.body?.content.length ?? 0;

/** The session with one more message under way, which expires last. */
export const withPending = (session: PairSession, message: PendingMessage): PairSession => ({
  ...session,
  pending: [...session.pending, message],
  pendingChars: session.pendingChars + charsOf(message),
  lastCseq: message.request.cseq,
});

/** The session without a message that is under way no more. */
export const withoutPending = (session: PairSession, message: PendingMessage): PairSession => ({
  ...session,
  pending: session.pending.filter((other) => other !== message),
  pendingChars: session.pendingChars - charsOf(message),
});

/**
 * The step's result: the record ends when nothing is pending and no chat goes on; else one timer wakes it at its next
 * deadline. The timer is moved only forward in need: a chat that goes on is noticed when it fires.
 */
export function pairStep(session: PairSession, commands: readonly Command[], now: number): Step {
  const isChatting = session.chatUntil > now;
  const [next] = session.pending;
  if (next === undefined && !isChatting) return { session: undefined, commands };
  const chatUntil = isChatting ? session.chatUntil : Number.POSITIVE_INFINITY;
  const dueAt = Math.min(next?.expiresAt ?? Number.POSITIVE_INFINITY, chatUntil);
  if (session.timerAt !== 0 && session.timerAt <= dueAt) return { session, commands };
  return {
    session: { ...session, timerAt: dueAt },
    commands: [...commands, { type: 'timer.set', name: PAIR_TIMER, dueAt }],
  };
}
