/**
 * Any interleaving of words, answers, failures, losses and time: each message is delivered once, or its sender is told once;
 * those that are delivered keep their order; nothing is left in the end.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChatWorld, chatSdp } from '../testing/chat-world.ts';
import { Pair } from '../testing/pair-world.ts';

type Action = (world: ChatWorld) => void;

/** Everything goes well for a while. */
const goesUp: Action = (world) => {
  world.answer(200, chatSdp());
  world.opened();
  world.answer(200, chatSdp());
  world.connected();
};

const times = (weight: number, name: string, act: Action) => ({
  weight,
  arbitrary: fc.constant({ name, act }),
});
const ACTIONS = [
  times(10, 'say', (world) => world.say()),
  times(2, 'say wanting a receipt', (world) => world.say('desk', true)),
  times(1, 'say from another device', (world) => world.say('phone')),
  times(1, 'composing', (world) => world.state('composing')),
  times(2, 'gone', (world) => world.state('gone')),
  times(8, 'goes up', goesUp),
  times(1, '180', (world) => world.answer(180)),
  times(2, '200 with a chat', (world) => world.answer(200, chatSdp())),
  times(1, '200 with another chat', (world) => world.answer(200, chatSdp('image/png'))),
  times(1, '200', (world) => world.answer(200)),
  ...[302, 407, 415, 480, 481, 488, 603].map((status) =>
    times(1, String(status), (world) => world.answer(status)),
  ),
  times(1, 'no answer', (world) => world.fail('timeout')),
  times(2, 'opened', (world) => world.opened()),
  times(2, 'connected', (world) => world.connected()),
  times(1, 'session failed', (world) => world.sessionFailed('unreachable')),
  times(4, 'write', (world) => world.write()),
  times(4, 'write in the newest session', (world) => world.write('newest')),
  times(4, 'tell', (world) => world.tell()),
  times(1, 'refused', (world) => world.refused(415)),
  times(4, 'lost', (world) => world.lost()),
  times(1, 'heard', (world) => world.hear('hi')),
  times(1, 'INVITE', (world) => world.invite()),
  times(4, 'BYE', (world) => world.inDialog('BYE')),
  times(1, 're-INVITE', (world) => world.inDialog('INVITE')),
  ...[1, 4000, 30_000, 70_000, 700_000].map((ms) => times(1, `${ms} ms`, (world) => world.wait(ms))),
];

const rises = (numbers: readonly number[]): boolean =>
  numbers.every((number, at) => at === 0 || (numbers[at - 1] ?? 0) < number);

test.each(['auto', 'msrp'] as const)(
  'chat order - %s: each message is delivered once, or its sender is told; in order',
  (chatMode) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...ACTIONS), { maxLength: 60 }), (actions) => {
        const world = new ChatWorld(new Pair({ hasChats: true, chatMode }));
        for (const { act } of actions) act(world);
        world.wait(172_800_000);
        expect(world.fates.filter(({ delivered, told }) => delivered + told !== 1)).toEqual([]);
        expect(rises(world.deliveries)).toBe(true);
        expect(world.pair.session).toBeUndefined();
        expect([...world.sessions.values()].filter(({ state }) => state !== 'opening')).toEqual([]);
      }),
      { numRuns: 400 },
    );
  },
);
