import { el } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { ChatWorld, chatSdp } from '../testing/chat-world.ts';
import { body, of, Pair } from '../testing/pair-world.ts';

/** A text too long for one MESSAGE, for which a chat is asked where it is no chat that was wanted. */
function saidAtLength(): ChatWorld {
  const world = new ChatWorld(new Pair({ hasChats: true, chatMode: 'message', oversize: 'msrp' }));
  const stanza = el(
    'message',
    { from: 'alice@example.org/desk', to: 'romeo@sip.example.org', id: '0', type: 'chat' },
    body('long '.repeat(800)),
  );
  world.handle({ type: 'xmpp.message.received', domain: 'sip.example.org', stanza });
  world.answer(200, chatSdp());
  world.opened();
  world.commands.length = 0;
  return world;
}

const methodsIn = (world: ChatWorld): readonly string[] =>
  of(world.commands, 'sip.request.send').map(({ request }) => request.method);

test('undelivered - a long text goes in parts where its chat is refused', () => {
  const world = saidAtLength();
  world.answer(488);
  expect(methodsIn(world)).toEqual(['MESSAGE']);
  expect(of(world.commands, 'xmpp.stanza.send')).toEqual([]);
});

test('undelivered - and where its chat cannot be reached', () => {
  const world = saidAtLength();
  world.answer(200, chatSdp());
  world.sessionFailed('unreachable');
  expect(methodsIn(world)).toContain('MESSAGE');
  expect(of(world.commands, 'xmpp.stanza.send')).toEqual([]);
});
