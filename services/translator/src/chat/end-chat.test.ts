import type { CommandOf } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { ChatWorld, chatSdp } from '../testing/chat-world.ts';
import { of, Pair } from '../testing/pair-world.ts';

/** A chat that the user began, with its first message on its way. */
function chatting(): ChatWorld {
  const world = new ChatWorld(new Pair({ hasChats: true, chatMode: 'msrp' }));
  world.say();
  goUp(world);
  return world;
}

function goUp(world: ChatWorld): void {
  world.opened();
  world.answer(200, chatSdp());
  world.connected();
}

const methodsIn = (commands: ChatWorld['commands']): readonly string[] =>
  of(commands, 'sip.request.send').map((command: CommandOf<'sip.request.send'>) => command.request.method);

test('end chat - what is said while a session ends waits for its end, and follows what it was to send', () => {
  const world = chatting();
  world.say();
  world.inDialog('BYE');
  world.say();
  expect(world.sessions.size).toBe(1);
  world.lost();
  goUp(world);
  for (let at = 0; at < 3; at++) world.write();
  expect(world.deliveries).toEqual([0, 1, 2]);
});

test('end chat - what is under way holds up the end, and not for long', () => {
  const world = chatting();
  world.commands.length = 0;
  world.state('gone');
  expect(methodsIn(world.commands)).toEqual([]);
  world.write();
  world.tell();
  expect(methodsIn(world.commands)).toEqual(['BYE']);
  const other = chatting();
  other.commands.length = 0;
  other.state('gone');
  other.wait(5000);
  expect(methodsIn(other.commands)).toEqual(['BYE']);
});

test('end chat - a message that dies with a second session goes back', () => {
  const world = chatting();
  world.lost();
  world.answer(200);
  goUp(world);
  world.lost();
  expect(world.fates).toEqual([{ delivered: 0, told: 1 }]);
});

test('end chat - an edge that was taken for dead and goes on with a session that is over is told to close it', () => {
  const world = chatting();
  const [{ session = '' } = {}] = of(world.commands, 'msrp.session.open');
  world.write();
  world.tell();
  world.inDialog('BYE');
  world.commands.length = 0;
  world.handle({
    type: 'msrp.message.received',
    session,
    message: 'late',
    body: { contentType: 'text/plain', content: 'still there?', encoding: 'utf8' },
    bytes: 12,
    wantsReport: false,
    failureReport: 'no',
  });
  expect(world.commands).toMatchObject([{ type: 'msrp.session.close', session }]);
});
