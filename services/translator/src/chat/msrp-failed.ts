/**
 * An MSRP session that comes to nothing, or ends under a chat. RFC 4975 §5.4.
 */
import type { EventOf } from '@stoxgate/contracts';
import { refuseInvite } from './answer-chat.ts';
import { noteMsrp } from './begin-chat.ts';
import { type ChatIn, type ChatSession, isIn } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { endChat } from './end-chat.ts';
import { refuseChat } from './invite-answer.ts';
import { giveUpMessages } from './undelivered.ts';

const UNREACHABLE = {
  condition: 'remote-server-not-found',
  text: 'The chat of the SIP side cannot be reached',
} as const;

/** The dialog is there and its messages cannot flow. */
export function onUnconnected(turn: ChatTurn, chat: ChatIn<'up'>): void {
  const { waiting } = chat;
  endChat(turn, { ...chat, waiting: [] }, 'sip');
  const goAlone = turn.policy.chatMode !== 'msrp';
  if (goAlone) noteMsrp(turn, false);
  giveUpMessages(turn, waiting, goAlone ? undefined : UNREACHABLE);
}

/** Nothing comes of an MSRP session. */
export function onFailed(turn: ChatTurn, chat: ChatSession, { cause }: EventOf<'msrp.session.failed'>): void {
  if (isIn(chat, 'opening')) {
    refuseChat(turn, chat, { condition: 'resource-constraint', text: 'There are no more chats now' });
  } else if (isIn(chat, 'preparing')) {
    refuseInvite(turn, chat, cause === 'full' ? 503 : 488);
  } else if (isIn(chat, 'up')) {
    onUnconnected(turn, chat);
  }
}
