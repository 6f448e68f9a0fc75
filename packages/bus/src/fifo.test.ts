import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('fifo - what goes in comes out in order, through growing, cutting off and running empty', () => {
  const fifo = new Fifo<number>();
  const out: number[] = [];
  let next = 0;
  // Pushes and shifts by turns: the queue grows beyond where it is cut, shrinks, and is empty in between.
  for (const [pushed, shifted] of [
    [3000, 1500],
    [10, 1200],
    [0, 310],
    [1, 2],
    [2, 1],
    [2000, 2001],
  ] as const) {
    for (let i = 0; i < pushed; i++) fifo.push(next++);
    for (let i = 0; i < shifted; i++) {
      const item = fifo.shift();
      if (item !== undefined) out.push(item);
    }
    expect(fifo.size).toBe(next - out.length);
  }
  expect(fifo.shift()).toBeUndefined();
  expect(out).toEqual(Array.from({ length: next }, (_, index) => index));
});
