/**
 * What became of messages that the MSRP edge was given. RFC 4975 §7.1, §10.
 */
import type { EventOf } from '@stoxgate/contracts';
import type { StanzaCondition, StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import { messageError } from '../message/message-error.ts';
import { receiptOf } from '../message/notification-to-xmpp.ts';
import { type ChatMessage, type ChatSession, isIn } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { endChat } from './end-chat.ts';
import { bounce } from './undelivered.ts';

const CONDITIONS: ReadonlyMap<number, StanzaCondition> = new Map([
  [400, 'bad-request'],
  [403, 'forbidden'],
  [408, 'remote-server-timeout'],
  [413, 'policy-violation'],
  [415, 'not-acceptable'],
  [423, 'resource-constraint'],
  [481, 'item-not-found'],
  [501, 'feature-not-implemented'],
  [506, 'conflict'],
]);

/** Condition for a status of MSRP; one without a row falls to `undefined-condition`. */
export const conditionOfMsrp = (status: number): StanzaCondition =>
  CONDITIONS.get(status) ?? 'undefined-condition';

type Failed = EventOf<'msrp.message.failed'>;

const errorOf = ({ cause, status = 0 }: Failed): StanzaErrorSpec => {
  if (cause === 'refused') {
    return { condition: conditionOfMsrp(status), text: `The SIP side refused the message (${status})` };
  }
  if (cause === 'full') return { condition: 'resource-constraint', text: 'Too many messages under way' };
  return { condition: 'remote-server-timeout', text: 'The SIP side did not answer' };
};

const nameIs =
  (name: string) =>
  (message: { readonly name: string }): boolean =>
    message.name === name;

/** Without a message that is out or has failed; a session that waited for its last one ends. */
function settle(turn: ChatTurn, chat: ChatSession, found: ChatMessage): void {
  const next = { ...chat, underWay: chat.underWay.filter((one) => one !== found) };
  turn.put(next);
  const closing = isIn(next, 'up') ? next.phase.closing : undefined;
  if (closing !== undefined && next.underWay.length === 0) endChat(turn, next, closing);
}

/** A message is out. */
export function onSent(turn: ChatTurn, chat: ChatSession, { message }: EventOf<'msrp.message.sent'>): void {
  const found = chat.underWay.find(nameIs(message));
  if (found !== undefined) settle(turn, chat, found);
}

/** Statuses by which the other end says that there is no session: the edge ends it next, and the message has another. */
const NO_SESSION: ReadonlySet<number> = new Set([481, 506]);

/** A message is not out, or did not arrive. Of a session that died under it, it is one for the next, after its end. */
export function onFailed(turn: ChatTurn, before: ChatSession, event: Failed): void {
  const { cause, status = 0 } = event;
  const found = before.underWay.find(nameIs(event.message));
  const told = before.awaited.find(nameIs(event.message));
  if (cause === 'unknown' && found !== undefined) {
    endChat(turn, before, 'both');
    return;
  }
  const isSessionOver = cause === 'closed' || (cause === 'refused' && NO_SESSION.has(status));
  if (cause === 'unknown' || (found !== undefined && isSessionOver)) return;
  const chat = { ...before, awaited: before.awaited.filter((one) => one !== told) };
  if (found !== undefined) {
    bounce(turn, found, errorOf(event));
    settle(turn, chat, found);
    return;
  }
  // It was out, and did not arrive: a report says so, or a response where not all are waited for.
  if (told !== undefined) turn.issue(messageError(told.stanza, errorOf(event)));
  turn.put(chat);
}

/** The SIP end reports that it has a message: its sender asked for this receipt. */
export function onDelivered(
  turn: ChatTurn,
  chat: ChatSession,
  { message }: EventOf<'msrp.message.delivered'>,
): void {
  const found = chat.awaited.find(nameIs(message));
  if (found === undefined) return;
  turn.issue(receiptOf({ stanza: found.stanza, type: 'chat' }, turn.input));
  turn.put({ ...chat, awaited: chat.awaited.filter((one) => one !== found) });
}
