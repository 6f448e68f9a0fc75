import { readStanzaError } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { ChatWorld, chatSdp } from '../testing/chat-world.ts';
import { of, Pair } from '../testing/pair-world.ts';
import { MAX_CHARS, MAX_CHATS, MAX_REPORTS, MAX_UNDER_WAY, MAX_WAITING, WAITING_MS } from './chat-session.ts';

const world = (): ChatWorld => new ChatWorld(new Pair({ hasChats: true, chatMode: 'msrp' }));

function goUp(chats: ChatWorld): void {
  chats.opened();
  chats.answer(200, chatSdp());
  chats.connected();
}

const errorsIn = ({ commands }: ChatWorld): readonly string[] =>
  of(commands, 'xmpp.stanza.send')
    .filter(({ stanza }) => stanza.attrs.type === 'error')
    .map(({ stanza }) => readStanzaError(stanza).condition);

test('chat limits - messages that wait for a session are bounded', () => {
  const chats = world();
  for (let at = 0; at <= MAX_WAITING; at++) chats.say();
  expect(errorsIn(chats)).toEqual(['resource-constraint']);
  expect(chats.fates.at(-1)).toEqual({ delivered: 0, told: 1 });
});

test('chat limits - a message waits a minute for a session that nobody answers', () => {
  const chats = world();
  chats.say();
  chats.opened();
  chats.answer(180);
  chats.wait(30_000);
  chats.say();
  chats.wait(WAITING_MS - 30_001);
  expect(errorsIn(chats)).toEqual([]);
  chats.wait(1);
  expect(chats.fates.map(({ told }) => told)).toEqual([1, 0]);
  expect(errorsIn(chats)).toEqual(['remote-server-timeout']);
});

test('chat limits - messages that are under way in a session are bounded', () => {
  const chats = world();
  chats.say();
  goUp(chats);
  for (let at = 1; at <= MAX_UNDER_WAY; at++) chats.say();
  expect(errorsIn(chats)).toEqual(['resource-constraint']);
});

test('chat limits - sessions of two addresses are bounded', () => {
  const chats = world();
  for (let at = 0; at <= MAX_CHATS; at++) {
    chats.invite({ contacts: [{ uri: `sip:romeo@192.0.2.7;gr=device-${at}`, params: {} }] });
    chats.opened();
  }
  const statuses = of(chats.commands, 'sip.response.send').map(({ response }) => response.status);
  expect(statuses).toEqual([...Array.from({ length: MAX_CHATS }, () => 200), 486]);
});

test('chat limits - the text of messages that wait, or are under way, is bounded', () => {
  const chats = world();
  const long = Math.ceil(MAX_CHARS / 20);
  for (let at = 0; at < 20; at++) chats.say('desk', false, 'x'.repeat(long));
  expect(errorsIn(chats)).toEqual(['resource-constraint']);
  goUp(chats);
  chats.say('desk', false, 'x'.repeat(long));
  expect(errorsIn(chats)).toEqual(['resource-constraint', 'resource-constraint']);
});

test('chat limits - reports that are awaited and owed are bounded', () => {
  const chats = world();
  chats.say();
  goUp(chats);
  for (let at = 0; at <= MAX_REPORTS; at++) {
    chats.say('desk', true);
    chats.hear('hi');
  }
  const [chat] = chats.pair.session?.chats ?? [];
  expect([chat?.awaited.length, chat?.owed.length]).toEqual([MAX_REPORTS, MAX_REPORTS]);
});
