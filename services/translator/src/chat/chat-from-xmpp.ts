/**
 * Which stanzas of an XMPP user are a chat session's: texts of type chat where the mode is so, states and receipts of a
 * session that is there. All else goes by itself. RFC 7573 §4–§6.
 */
import { utf8Length } from '@stoxgate/addressing';
import { deriveHex, type EventOf, type XmlElement } from '@stoxgate/contracts';
import { acceptsType } from '@stoxgate/wire-sdp';
import { readStanzaError, type StanzaCondition } from '@stoxgate/wire-xmpp';
import { sipEndsOf } from '../message/ends.ts';
import { IS_COMPOSING, isComposingDocument } from '../message/is-composing.ts';
import { failedStanza } from '../message/message-error.ts';
import type { Said } from '../message/message-to-sip.ts';
import { type ChatState, contentOfStanza, type TextFromStanza } from '../message/stanza-content.ts';
import { isTooLong } from '../message/text-request.ts';
import { beginChat, msrpKnown } from './begin-chat.ts';
import { isBare, sessionFor } from './chat-ends.ts';
import {
  type ChatMessage,
  type ChatSession,
  isClosing,
  isIn,
  type OwedReport,
  WAITING_MS,
} from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeChat } from './end-chat.ts';
import { report } from './said-in-chat.ts';
import { sayInChat } from './say-in-chat.ts';

type Received = EventOf<'xmpp.message.received'>;

/** Whether a text to an address without a session begins one; also one too long for a MESSAGE, by configuration. */
function beginsChat(turn: ChatTurn, said: Said, content: TextFromStanza): boolean {
  const { policy, pair } = turn;
  // What was said by itself before must arrive before.
  const isQuiet = pair.queue.every(({ kind }) => kind !== 'text');
  if (!isQuiet) return false;
  if (policy.chatMode === 'message' && (policy.oversize !== 'msrp' || !isTooLong(said, content)))
    return false;
  return policy.chatMode === 'msrp' || msrpKnown(turn)?.isTaken !== false;
}

const messageOf = (turn: ChatTurn, domain: string, stanza: XmlElement): ChatMessage => ({
  name: deriveHex(`${turn.input.eventId} message`, 10),
  domain,
  stanza,
  length: JSON.stringify(stanza).length,
  expiresAt: turn.now + WAITING_MS,
});

function onText(turn: ChatTurn, { domain, stanza }: Received, content: TextFromStanza): boolean {
  const { from = '', to = '', type } = stanza.attrs;
  const { policy } = turn;
  if (type !== 'chat' || utf8Length(content.text) > policy.maxBodyBytes) return false;
  const chat = sessionFor(turn.chats, from, to);
  if (chat !== undefined) {
    sayInChat(turn, chat, messageOf(turn, domain, stanza));
    return true;
  }
  const ends = sipEndsOf(policy, from, to);
  if ('condition' in ends) return false;
  const { pair: known, input } = turn;
  const said = { policy, known, input, stanza, failed: failedStanza(domain, stanza), ends };
  if (!beginsChat(turn, said, content)) return false;
  beginChat(turn, [messageOf(turn, domain, stanza)]);
  return true;
}

/** Tells the SIP end whether the user types, where it reads that; of typing once. RFC 3994 §3. */
function tellComposing(turn: ChatTurn, chat: ChatSession, isActive: boolean): void {
  const { edge, session } = chat.msrp;
  const isTold = chat.isComposingTold === true;
  const isFlowing = isIn(chat, 'up') && chat.phase.isConnected;
  if (edge === undefined || !isFlowing || isActive === isTold) return;
  if (!acceptsType(chat.phase.peer.acceptTypes, IS_COMPOSING)) return;
  turn.issue({
    type: 'msrp.message.send',
    edge,
    session,
    message: deriveHex(`${turn.input.eventId} composing`, 10),
    body: { contentType: IS_COMPOSING, content: isComposingDocument(isActive), encoding: 'utf8' },
    wantsReport: false,
    failureReport: 'no',
  });
  const { isComposingTold: _, ...rest } = chat;
  turn.put(isActive ? { ...rest, isComposingTold: true } : rest);
}

function onState(turn: ChatTurn, { from = '', to = '' }: XmlElement['attrs'], state: ChatState): boolean {
  const found = sessionFor(turn.chats, from, to);
  if (found === undefined) return false;
  // What another device shows or does is no word in a session that is bound.
  if (isClosing(found) || (found.user !== from && !isBare(found.user))) return true;
  const isUp = isIn(found, 'up') && found.phase.isConnected;
  const chat = { ...found, user: from, ...(isUp ? { dueAt: turn.now + turn.policy.sessionTimeoutMs } : {}) };
  turn.put(chat);
  // XEP-0085 §5.1: who understands states must take gone as the end.
  if (state === 'gone') {
    if (chat.waiting.length > 0) turn.put({ ...chat, hasLeft: true });
    else if (isIn(chat, 'up')) closeChat(turn, chat, 'sip');
    return true;
  }
  tellComposing(turn, chat, state === 'composing');
  return true;
}

/** The session that owes a report about the message with this stanza id, and the report. */
function owing(turn: ChatTurn, id: string | undefined): { chat: ChatSession; owed: OwedReport } | undefined {
  for (const chat of turn.chats) {
    const owed = chat.owed.find((one) => one.id === id);
    if (owed !== undefined) return { chat, owed };
  }
  return undefined;
}

const withoutOwed = (chat: ChatSession, owed: OwedReport): ChatSession => ({
  ...chat,
  owed: chat.owed.filter((one) => one !== owed),
});

/** A message of the session arrived, or was read. */
function onReceipt(turn: ChatTurn, id: string): boolean {
  const found = owing(turn, id);
  if (found?.owed.wantsSuccess !== true) return false;
  report(turn, found.chat, found.owed, 200);
  turn.put(withoutOwed(found.chat, found.owed));
  return true;
}

const STATUSES: ReadonlyMap<StanzaCondition, number> = new Map([
  ['forbidden', 403],
  ['not-allowed', 403],
  ['item-not-found', 403],
  ['policy-violation', 413],
  ['not-acceptable', 415],
]);

/** A message of the session came back. */
function onError(turn: ChatTurn, stanza: XmlElement): boolean {
  const found = owing(turn, stanza.attrs.id);
  if (found === undefined) return false;
  const { chat, owed } = found;
  if (owed.wantsFailure) report(turn, chat, owed, STATUSES.get(readStanzaError(stanza).condition) ?? 408);
  turn.put(withoutOwed(chat, owed));
  return true;
}

/** Handles a stanza that is a chat session's; false: it is none's. */
export function chatFromXmpp(turn: ChatTurn, event: Received): boolean {
  const { attrs } = event.stanza;
  if (attrs.from === undefined || attrs.to === undefined || attrs.type === 'groupchat') return false;
  if (attrs.type === 'error') return onError(turn, event.stanza);
  const content = contentOfStanza(event.stanza);
  switch (content.kind) {
    case 'text':
      return onText(turn, event, content);
    case 'state':
      return onState(turn, attrs, content.state);
    case 'receipt':
      return onReceipt(turn, content.id);
    default:
      return false;
  }
}
