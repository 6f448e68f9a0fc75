import { brandKey } from '@stoxgate/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';

const timer = (at: number): QueuedTimer => ({
  key: brandKey('call:a'),
  name: 'x',
  dueAt: at,
  at,
  live: true,
});

test('timer queue - gives what was added and not cleared, in order of time', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean())), (plan) => {
      const queue = new TimerQueue();
      const timers = plan.map(([at]) => timer(at));
      for (const each of timers) queue.add(each);
      const kept = timers.filter((each, index) => {
        if (plan[index]?.[1]) queue.clear(each);
        return each.live;
      });
      const taken: number[] = [];
      for (let next = queue.takeDue(50); next !== undefined; next = queue.takeDue(50)) taken.push(next.at);
      expect(taken).toEqual(kept.map(({ at }) => at).sort((a, b) => a - b));
    }),
  );
});

test('timer queue - cleared timers do not pile up', () => {
  const queue = new TimerQueue();
  queue.add(timer(1));
  for (let index = 0; index < 50_000; index++) {
    const far = timer(1_000_000 + index);
    queue.add(far);
    queue.clear(far);
  }
  expect(queue.size).toBeLessThan(5000);
  expect(queue.first()?.at).toBe(1);
});

test('timer queue - keeps the order when most are cleared', () => {
  const queue = new TimerQueue();
  const timers = Array.from({ length: 5000 }, (_, index) => timer((index * 7919) % 5003));
  for (const each of timers) queue.add(each);
  const kept = timers.filter((each, index) => {
    if (index % 4 !== 0) queue.clear(each);
    return each.live;
  });
  expect(queue.size).toBeLessThan(4000);
  const taken: number[] = [];
  for (let next = queue.takeDue(5003); next !== undefined; next = queue.takeDue(5003)) taken.push(next.at);
  expect(taken).toEqual(kept.map(({ at }) => at).sort((a, b) => a - b));
});
