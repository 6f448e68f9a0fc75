import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Generations } from './generations.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('generations - an entry lives at least one lifetime and at most two', () => {
  const map = new Generations<number>(1000, 10);
  vi.advanceTimersByTime(900);
  map.set('late', 1);
  vi.advanceTimersByTime(999);
  expect(map.get('late')).toBe(1);
  vi.advanceTimersByTime(1001);
  expect(map.get('late')).toBeUndefined();
});

test('generations - nothing is left after a long pause', () => {
  const map = new Generations<number>(1000, 10);
  map.set('a', 1);
  vi.advanceTimersByTime(5000);
  expect(map.has('a')).toBe(false);
});

test('generations - a full generation makes room instead of growing', () => {
  const map = new Generations<number>(60_000, 2);
  for (let i = 0; i < 6; i++) map.set(`k${i}`, i);
  expect(map.has('k0')).toBe(false);
  expect(map.has('k5')).toBe(true);
});
