/**
 * Messages that no chat session took: as MESSAGE requests where that may be, else back to their senders. RFC 7573 §4.
 */
import type { StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import { failedStanza, messageError } from '../message/message-error.ts';
import { messageToSip } from '../message/message-to-sip.ts';
import { NEW_PAIR } from '../message/pair-turn.ts';
import type { ChatMessage } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';

/** Tells the sender of one message that it did not arrive. */
export const bounce = (turn: ChatTurn, { domain, stanza }: ChatMessage, error: StanzaErrorSpec): void =>
  turn.issue(messageError(failedStanza(domain, stanza), error));

/** Sends a message by itself, as if there were no chats. */
function sendAlone(turn: ChatTurn, { name, domain, stanza }: ChatMessage): void {
  const { policy, pair } = turn;
  // What derives from the event must differ for each of its messages.
  const input = { ...turn.input, eventId: `${turn.input.eventId} ${name}` };
  const event = { type: 'xmpp.message.received', domain, stanza } as const;
  const step = messageToSip(policy, pair, input, event);
  turn.pair = step.session?.kind === 'pair' ? step.session : NEW_PAIR;
  turn.issue(...step.commands);
}

/** What becomes of messages without a session: with an error they go back, else each goes by itself, in order. */
export function giveUpMessages(
  turn: ChatTurn,
  messages: readonly ChatMessage[],
  error?: StanzaErrorSpec,
): void {
  for (const message of messages) {
    if (error === undefined) sendAlone(turn, message);
    else bounce(turn, message, error);
  }
}
