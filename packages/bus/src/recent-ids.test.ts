import { expect, test } from 'vitest';
import { RecentIds } from './recent-ids.ts';

test('recent ids - an id is known for two minutes, to the second', () => {
  const recent = new RecentIds();
  expect(recent.add('first', 0)).toBe(true);
  expect(recent.add('second', 900)).toBe(true);
  expect(recent.add('third', 60_000)).toBe(true);
  expect(recent.add('second', 120_900)).toBe(false);
  expect(recent.has('first', 121_000)).toBe(false);
  expect(recent.has('second', 121_000)).toBe(false);
  expect(recent.has('third', 121_000)).toBe(true);
  expect(recent.add('first', 121_000)).toBe(true);
  expect(recent.has('third', 181_000)).toBe(false);
  expect(recent.has('first', 181_000)).toBe(true);
});

test('recent ids - memory is bounded: the newest 65,536 are known however many come', () => {
  const recent = new RecentIds();
  for (let index = 0; index < 200_000; index++) recent.add(`id${index}`, index);
  expect(recent.has('id199999', 200_000)).toBe(true);
  expect(recent.has(`id${200_000 - 65_536}`, 200_000)).toBe(true);
  expect(recent.has(`id${199_999 - 65_536}`, 200_000)).toBe(false);
});

test('recent ids - a clock that steps back forgets nothing', () => {
  const recent = new RecentIds();
  recent.add('id', 1_000_000);
  expect(recent.add('id', 0)).toBe(false);
});
