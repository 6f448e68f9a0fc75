import { expect, test } from 'vitest';
import { InTurn } from './in-turn.ts';

test('in turn - what waits holds up its own key alone, and is forgotten', async () => {
  const turns = new InTurn<string>();
  const done: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  turns.run('a', async () => {
    await held;
    done.push('a1');
    throw new Error('not of the next');
  });
  turns.run('a', async () => {
    done.push('a2');
  });
  turns.run('b', async () => {
    done.push('b');
  });
  await new Promise(setImmediate);
  expect([done, turns.isBusy('a'), turns.isBusy('b'), turns.size]).toEqual([['b'], true, false, 1]);
  release();
  await new Promise(setImmediate);
  expect([done, turns.isBusy('a')]).toEqual([['b', 'a1', 'a2'], false]);
});
