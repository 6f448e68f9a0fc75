/**
 * How a step on a pair ends: the next message goes out, and the record stays as long as there is something to remember.
 */
import type { Command } from '@stoxgate/contracts';
import { chatsDueAt } from '../chat/chat-deadlines.ts';
import type { Input, Step } from '../step.ts';
import { branchOfMessage } from './branch.ts';
import { GIVE_UP_MS } from './limits.ts';
import { nextCseq } from './message-request.ts';
import type { PairSession, QueuedMessage, SipAbilities } from './pair-session.ts';

export const PAIR_TIMER = 'pair';

const NONE: readonly never[] = [];

/** Has every property: a copy that adds one costs ten times as much as one that does not (`with-changes.ts`). */
export const NEW_PAIR: PairSession = {
  kind: 'pair',
  queue: NONE,
  lastCseq: 0,
  chatUntil: 0,
  chatCallId: undefined,
  chatDevice: undefined,
  toldUntil: 0,
  awaited: [],
  owed: [],
  incoming: undefined,
  outgoing: undefined,
  sip: undefined,
  chats: undefined,
  msrp: undefined,
  timerAt: 0,
};

/** The session with `message` at the head of its queue in place of what is there. */
export const withHead = (session: PairSession, message: QueuedMessage): PairSession => ({
  ...session,
  queue: session.queue.with(0, message),
});

/** The session without a message of its queue, which mostly is the only one. */
export const withoutMessage = (session: PairSession, message: QueuedMessage): PairSession => ({
  ...session,
  queue: session.queue.length === 1 ? NONE : session.queue.filter((other) => other !== message),
});

/** Facts about the SIP side are as good as a chat is long. */
export const withAbilities = (
  session: PairSession,
  facts: Omit<SipAbilities, 'until'>,
  until: number,
): PairSession => ({ ...session, sip: { ...session.sip, ...facts, until } });

/** What is known of the SIP side at `now`. */
export const abilitiesAt = ({ sip }: PairSession, now: number): Partial<SipAbilities> =>
  sip !== undefined && sip.until > now ? sip : {};

/** The head of the queue on its way. */
interface Sent {
  readonly cseq: number;
  readonly queue: PairSession['queue'];
  readonly command: Command;
}

/** Sends the head of the queue unless it is under way. */
function advanced(session: PairSession, input: Input): Sent | undefined {
  const head = session.queue[0];
  const part = head?.parts[0];
  if (head === undefined || part === undefined || head.branch !== undefined) return undefined;
  const cseq = nextCseq(session.lastCseq, input.now);
  const request = { ...head.request, cseq, body: part.body };
  const branch = branchOfMessage(input.eventId, request);
  const { challenges } = head;
  return {
    cseq,
    queue: session.queue.with(0, { ...head, branch, expiresAt: input.now + GIVE_UP_MS }),
    command:
      challenges.length === 0
        ? { type: 'sip.request.send', branch, request }
        : { type: 'sip.request.send', branch, request, challenges: [...challenges] },
  };
}

const NEVER = Number.POSITIVE_INFINITY;

const ifLater = (at: number | undefined, now: number): number => (at !== undefined && at > now ? at : NEVER);

/** The first time from now on at which something of the session is over; infinite when nothing is left of it. */
function nextDeadline(session: PairSession, queue: PairSession['queue'], now: number): number {
  let next = Math.min(
    session.awaited[0]?.until ?? NEVER,
    session.owed[0]?.until ?? NEVER,
    session.incoming?.until ?? NEVER,
    session.outgoing?.refreshAt ?? NEVER,
    ifLater(session.chatUntil, now),
    ifLater(session.toldUntil, now),
    ifLater(session.sip?.until, now),
    ifLater(session.msrp?.until, now),
    chatsDueAt(session.chats),
  );
  for (const { expiresAt } of queue) next = Math.min(next, expiresAt);
  return next;
}

/**
 * The step's result: one timer wakes the record at its next deadline. It is moved only forward in need: a chat that goes
 * on is noticed when it fires.
 */
export function pairStep(session: PairSession, commands: readonly Command[], input: Input): Step {
  const sent = advanced(session, input);
  const { cseq: lastCseq, queue } = sent ?? { cseq: session.lastCseq, queue: session.queue };
  const all = sent === undefined ? commands : [...commands, sent.command];
  const dueAt = nextDeadline(session, queue, input.now);
  if (dueAt === NEVER) return { session: undefined, commands: all };
  const { timerAt } = session;
  if (timerAt !== 0 && timerAt <= dueAt) {
    return { session: sent === undefined ? session : { ...session, lastCseq, queue }, commands: all };
  }
  return {
    session: { ...session, lastCseq, queue, timerAt: dueAt },
    commands: [...all, { type: 'timer.set', name: PAIR_TIMER, dueAt }],
  };
}
