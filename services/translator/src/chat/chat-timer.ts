/**
 * What is over without anybody saying so: phases that nobody answers for, sessions in which nothing is said, messages that
 * waited too long, typing that was not renewed. XEP-0085 §5.5, RFC 3994 §3.3.
 */
import { failureOf } from '../message/message-outcome.ts';
import { refuseInvite } from './answer-chat.ts';
import { onOptionsResponse } from './begin-chat.ts';
import type { ChatIn, ChatSession } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeChat, endChat, forget } from './end-chat.ts';
import { cancelInvite, refuseChat } from './invite-answer.ts';
import { onUnconnected } from './msrp-failed.ts';
import { tellState } from './said-in-chat.ts';
import { giveUpMessages } from './undelivered.ts';

const SILENT = failureOf('timeout');

function phaseOver(turn: ChatTurn, chat: ChatSession): void {
  const { phase } = chat;
  switch (phase.name) {
    case 'asking':
      onOptionsResponse(turn, { ...chat, phase }, undefined);
      break;
    case 'opening':
      refuseChat(turn, chat, { condition: 'service-unavailable', text: 'There are no chats now' });
      break;
    case 'inviting':
      cancelInvite(turn, { ...chat, phase });
      giveUpMessages(turn, chat.waiting, SILENT);
      break;
    case 'resolving':
    case 'preparing':
      refuseInvite(turn, { ...chat, phase } as ChatIn<'resolving' | 'preparing'>, 503);
      break;
    case 'up':
      if (phase.closing !== undefined) endChat(turn, chat, phase.closing);
      else if (phase.isConnected) closeChat(turn, chat, 'both');
      else onUnconnected(turn, { ...chat, phase });
      break;
    case 'cancelling':
    case 'ending':
      forget(turn, chat);
  }
}

/** Messages that waited too long go back; one that the MSRP edge never spoke of says that the edge is gone. */
function messagesOver(turn: ChatTurn, chat: ChatSession): void {
  const { now } = turn;
  if (chat.underWay.some(({ expiresAt }) => expiresAt <= now)) {
    endChat(turn, chat, 'both');
    return;
  }
  const late = chat.waiting.filter(({ expiresAt }) => expiresAt <= now);
  if (late.length === 0) return;
  turn.put({ ...chat, waiting: chat.waiting.filter(({ expiresAt }) => expiresAt > now) });
  giveUpMessages(turn, late, SILENT);
}

function typingOver(turn: ChatTurn, chat: ChatSession): void {
  const { composingUntil, ...rest } = chat;
  if (composingUntil === undefined || composingUntil > turn.now) return;
  turn.put(rest);
  tellState(turn, rest, turn.policy.idleAs);
}

/** The record's timer fell due: what that means for each session. */
export function chatsOverdue(turn: ChatTurn): void {
  for (const { callId } of turn.chats) {
    const before = turn.chat(callId);
    if (before !== undefined) typingOver(turn, before);
    const chat = turn.chat(callId);
    if (chat === undefined) continue;
    if (chat.dueAt <= turn.now) phaseOver(turn, chat);
    else messagesOver(turn, chat);
  }
}
