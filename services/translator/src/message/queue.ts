/**
 * The messages to SIP that wait for those before them, and what has room among them.
 */
import { deriveHex, type OutgoingSipRequest } from '@stoxgate/contracts';
import type { Input } from '../step.ts';
import { COMPOSING_WAIT_MS, MAX_QUEUED, MAX_QUEUED_CHARS, QUEUE_MS } from './limits.ts';
import type { FailedStanza } from './message-error.ts';
import type { MessagePart, PairSession, QueuedMessage } from './pair-session.ts';

const charsOf = ({ parts }: QueuedMessage): number =>
  parts.reduce((sum, { body, plain }) => sum + body.content.length + (plain?.content.length ?? 0), 0);

/** Whether no further `chars` of text can wait. */
export const isFull = ({ queue }: PairSession, chars: number): boolean =>
  queue.length >= MAX_QUEUED ||
  queue.reduce((sum, message) => sum + charsOf(message), chars) > MAX_QUEUED_CHARS;

export interface NewMessage {
  readonly kind: QueuedMessage['kind'];
  readonly stanza: FailedStanza;
  readonly request: OutgoingSipRequest;
  readonly parts: readonly MessagePart[];
  readonly messageId?: string | undefined;
}

const NONE: readonly never[] = [];

const isState = ({ kind }: QueuedMessage): boolean => kind === 'composing';

/** Whether a message only says who is typing and has not gone out: a newer word makes it void. */
const isVoid = (message: QueuedMessage): boolean => isState(message) && message.branch === undefined;

/** Messages before a new one: a state under way is soon waited for no more, one that has not gone out is dropped. */
const ahead = (queue: readonly QueuedMessage[], now: number): readonly QueuedMessage[] =>
  queue
    .filter((message) => !isVoid(message))
    .map((message) =>
      isState(message)
        ? { ...message, expiresAt: Math.min(message.expiresAt, now + COMPOSING_WAIT_MS) }
        : message,
    );

/**
 * The queue of a session with one more message at its end. RFC 3428 §8 lets no two requests be under way to one URI; a
 * SIP side that says nothing to a state must not hold up what is said for that.
 */
export function enqueued(
  { queue }: PairSession,
  message: NewMessage,
  input: Input,
): readonly QueuedMessage[] {
  const before = queue.some(isState) ? ahead(queue, input.now) : queue;
  const { kind, stanza, request, parts, messageId } = message;
  const queued: QueuedMessage = {
    kind,
    stanza,
    request,
    parts,
    branch: undefined,
    challenges: NONE,
    isRedirected: false,
    expiresAt: input.now + QUEUE_MS,
    messageId,
  };
  return before.length === 0 ? [queued] : [...before, queued];
}

/** From tag of the message that the event makes. */
export const tagOf = (input: Input): string => deriveHex(`${input.eventId} tag`, 8);
