/**
 * Devices that sessions are bound to: when one is gone, any other may answer in its place. RFC 6121 §4.5.
 */
import { bareJidOf } from '@stoxgate/addressing';
import type { Command, SessionKey } from '@stoxgate/contracts';
import { watchCommand } from '../user/watched-resources.ts';
import { isBare } from './chat-ends.ts';
import { type ChatSession, isIn, isLive } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeChat } from './end-chat.ts';

const boundIn = (chats: readonly ChatSession[]): ReadonlySet<string> =>
  new Set(chats.filter((chat) => isLive(chat) && !isBare(chat.user)).map(({ user }) => user));

/** Has the presence of the devices watched that are bound now, and no longer of those that were. */
export function watchDevices(
  key: SessionKey,
  before: readonly ChatSession[],
  after: readonly ChatSession[],
): readonly Command[] {
  if (before === after) return [];
  const [were, are] = [boundIn(before), boundIn(after)];
  const commands = [
    ...[...are].filter((jid) => !were.has(jid)).map((jid) => watchCommand('user.resource.watched', key, jid)),
    ...[...were]
      .filter((jid) => !are.has(jid))
      .map((jid) => watchCommand('user.resource.unwatched', key, jid)),
  ];
  return commands.filter((command) => command !== undefined);
}

/** A device is gone: its sessions are anybody's, or end. */
export function onDeviceGone(turn: ChatTurn, fullJid: string): void {
  for (const chat of turn.chats) {
    if (chat.user !== fullJid || !isLive(chat)) continue;
    if (turn.policy.onUnavailable === 'bye' && isIn(chat, 'up')) closeChat(turn, chat, 'sip');
    else turn.put({ ...chat, user: bareJidOf(fullJid) ?? fullJid });
  }
}
