import { expect, test } from 'vitest';
import { Reading } from './reading.ts';

function reading() {
  const said: string[] = [];
  const source = { pause: () => said.push('pause'), resume: () => said.push('resume') };
  const state = { isUp: true };
  return { made: new Reading(() => (state.isUp ? source : undefined)), said, state };
}

test('reading - paused, it goes on until the last ping has come back', () => {
  const { made, said } = reading();
  made.asked(1);
  made.pause(true);
  made.asked(2);
  made.answered(1);
  expect(made.isOn).toBe(true);
  expect(said).not.toContain('pause');
  made.answered(2);
  expect([made.isOn, said.at(-1)]).toEqual([false, 'pause']);
  made.asked(3);
  expect([made.isOn, said.at(-1)]).toEqual([true, 'resume']);
});

test('reading - a cut leaves no ping to wait for, and a new connection is paused as the old one was', () => {
  const { made, said, state } = reading();
  made.pause(true);
  made.asked(1);
  state.isUp = false;
  made.cut();
  expect(made.isOn).toBe(false);
  said.length = 0;
  state.isUp = true;
  made.settle();
  made.pause(false);
  expect(said).toEqual(['pause', 'resume']);
});
