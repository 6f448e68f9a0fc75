import { expect, test } from 'vitest';
import { RecentIds } from './recent-ids.ts';

test('recent ids - an id is known for two minutes, and for four at most', () => {
  const recent = new RecentIds();
  expect(recent.add('first', 0)).toBe(true);
  expect(recent.add('second', 900)).toBe(true);
  expect(recent.add('third', 60_000)).toBe(true);
  expect(recent.add('second', 120_900)).toBe(false);
  expect(recent.has('third', 179_999)).toBe(true);
  expect(recent.add('fourth', 239_900)).toBe(true);
  for (const id of ['first', 'second', 'third']) expect(recent.has(id, 240_900)).toBe(false);
  expect(recent.has('fourth', 359_899)).toBe(true);
  expect(recent.add('first', 359_899)).toBe(true);
});

test('recent ids - after two quiet windows nothing is known', () => {
  const recent = new RecentIds();
  recent.add('id', 0);
  expect(recent.has('id', 240_000)).toBe(false);
});

test('recent ids - memory is bounded: the newest 65,536 are known however many come, and no more than twice as many', () => {
  const recent = new RecentIds();
  for (let index = 0; index < 200_000; index++) recent.add(`id${index}`, index / 10);
  for (const index of [199_999, 200_000 - 65_536]) expect(recent.has(`id${index}`, 20_000)).toBe(true);
  expect(recent.has(`id${199_999 - 2 * 65_536}`, 20_000)).toBe(false);
});

test('recent ids - each of many that hardly differ is new once', () => {
  const recent = new RecentIds();
  const ids = Array.from({ length: 20_000 }, (_, index) => [
    `${index}`,
    `${index}/0`,
    `edge.${index}`,
  ]).flat();
  expect(ids.filter((id) => !recent.add(id, 0))).toEqual([]);
  expect(ids.filter((id) => recent.add(id, 0))).toEqual([]);
});

test('recent ids - a clock that steps back forgets nothing', () => {
  const recent = new RecentIds();
  recent.add('id', 1_000_000);
  expect(recent.add('id', 0)).toBe(false);
});
