/**
 * What an XMPP user says, in the session: a SEND for each text, after those before it. RFC 7573 §4, RFC 4975 §5.1.
 */
import { utf8Length } from '@stoxgate/addressing';
import type { SipBody } from '@stoxgate/contracts';
import { withoutFixedResource } from '../fixed-resource.ts';
import { cpimBody } from '../message/cpim.ts';
import { sipEndsOf } from '../message/ends.ts';
import { MAX_ID_LENGTH } from '../message/limits.ts';
import { failedStanza } from '../message/message-error.ts';
import { plainBody } from '../message/message-parts.ts';
import { threadOf } from '../message/message-request.ts';
import { contentOfStanza, type TextFromStanza } from '../message/stanza-content.ts';
import { wayOf } from './chat-sdp.ts';
import {
  type ChatIn,
  type ChatMessage,
  type ChatSession,
  isClosing,
  isIn,
  MAX_CHARS,
  MAX_REPORTS,
  MAX_UNDER_WAY,
  MAX_WAITING,
  PHASE_MS,
} from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeChat } from './end-chat.ts';
import { bounce } from './undelivered.ts';

const PLAIN = 'text/plain;charset=UTF-8';

/** The text as this end takes it: alone, or wrapped with the addresses (RFC 7573 §4: without the instances). */
function bodyOf(
  turn: ChatTurn,
  chat: ChatIn<'up'>,
  name: string,
  content: TextFromStanza,
): SipBody | undefined {
  const way = wayOf(chat.phase.peer, 'text/plain');
  if (way !== 'wrapped') return way && plainBody(content.text);
  const bare = (jid: string): string => jid.split('/', 1)[0] ?? jid;
  const ends = sipEndsOf(turn.policy, bare(chat.user), bare(withoutFixedResource(chat.contact)));
  if ('condition' in ends) return undefined;
  const at = content.sentAt ?? turn.now;
  return cpimBody({ ...ends, at, messageId: name, contentType: PLAIN }, content.text);
}

/** Hands a message to the MSRP edge. */
function send(turn: ChatTurn, chat: ChatIn<'up'>, message: ChatMessage): void {
  const { edge, session } = chat.msrp;
  const content = contentOfStanza(message.stanza);
  if (edge === undefined || content.kind !== 'text') return;
  const body = bodyOf(turn, chat, message.name, content);
  const { maxSize = Number.POSITIVE_INFINITY } = chat.phase.peer;
  if (body === undefined || utf8Length(body.content) > maxSize) {
    bounce(turn, message, {
      condition: 'policy-violation',
      text: `The chat takes ${maxSize} bytes at a time`,
    });
    return;
  }
  const failed = failedStanza(message.domain, message.stanza);
  const wantsReport = content.wantsReceipt && failed.id !== undefined && failed.id.length <= MAX_ID_LENGTH;
  turn.issue({
    type: 'msrp.message.send',
    edge,
    session,
    message: message.name,
    body,
    wantsReport,
    failureReport: turn.policy.failureReport,
  });
  const isHeardOf = wantsReport || turn.policy.failureReport === 'partial';
  const awaited = isHeardOf
    ? [...chat.awaited, { name: message.name, stanza: failed }].slice(-MAX_REPORTS)
    : chat.awaited;
  const sent = { ...message, expiresAt: turn.now + PHASE_MS };
  turn.put({ ...chat, awaited, underWay: [...chat.underWay, sent] });
}

/** Whether no further message has room among these. */
const isFull = (messages: readonly ChatMessage[], most: number, { length }: ChatMessage): boolean =>
  messages.length >= most || messages.reduce((sum, one) => sum + one.length, length) > MAX_CHARS;

/** A text in a session: at once where messages flow, else when they do. Its sender is bound to the session. */
export function sayInChat(turn: ChatTurn, before: ChatSession, message: ChatMessage): void {
  const { stanza } = message;
  const { isComposingTold: _, hasLeft: __, ...rest } = before;
  const chat: ChatSession = {
    ...rest,
    user: stanza.attrs.from ?? before.user,
    thread: threadOf(stanza) ?? before.thread,
  };
  const isFlowing = isIn(chat, 'up') && chat.phase.isConnected && !isClosing(chat);
  if (isFull(isFlowing ? chat.underWay : chat.waiting, isFlowing ? MAX_UNDER_WAY : MAX_WAITING, message)) {
    turn.put(chat);
    bounce(turn, message, { condition: 'resource-constraint', text: 'Too many messages under way' });
  } else if (isFlowing) {
    const active = { ...chat, dueAt: turn.now + turn.policy.sessionTimeoutMs };
    turn.put(active);
    send(turn, active, message);
  } else {
    turn.put({ ...chat, waiting: [...chat.waiting, message] });
  }
}

/** Messages flow: those that waited go, in their order; that is all where their sender has left. */
export function flush(turn: ChatTurn, chat: ChatIn<'up'>): void {
  turn.put({ ...chat, waiting: [] });
  for (const message of chat.waiting) {
    const now = turn.chat(chat.callId);
    if (now !== undefined && isIn(now, 'up')) send(turn, now, message);
  }
  const flushed = turn.chat(chat.callId);
  if (flushed?.hasLeft === true) closeChat(turn, flushed, 'sip');
}
