import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Generations } from './generations.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('generations - an entry lives for its lifetime and at most a third more, whenever it was set', () => {
  for (let at = 0; at < 2400; at += 50) {
    const map = new Generations<number>(1200, 1000);
    vi.advanceTimersByTime(at);
    map.set('a', 1);
    vi.advanceTimersByTime(1199);
    expect(map.get('a')).toBe(1);
    vi.advanceTimersByTime(401);
    expect(map.get('a')).toBeUndefined();
    expect(map.size).toBe(0);
  }
});

test('generations - what is held is what came in a lifetime and a third, however long it goes on', () => {
  const map = new Generations<number>(1200, 1_000_000);
  let most = 0;
  for (let at = 0; at < 20_000; at++) {
    map.set(`k${at}`, at);
    most = Math.max(most, map.size);
    vi.advanceTimersByTime(1);
  }
  expect(most).toBe(1600);
});

test('generations - nothing is left after a long pause', () => {
  const map = new Generations<number>(1000, 10);
  map.set('a', 1);
  vi.advanceTimersByTime(5000);
  expect(map.has('a')).toBe(false);
});

test('generations - what nobody asks for again is let go in its time, and then there is no timer', () => {
  const map = new Generations<number>(1200, 1000);
  expect(vi.getTimerCount()).toBe(0);
  map.set('a', 1);
  map.set('b', 2);
  vi.advanceTimersByTime(800);
  map.set('c', 3);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1199);
  expect([map.has('c'), vi.getTimerCount()]).toEqual([true, 1]);
  vi.advanceTimersByTime(801);
  expect(vi.getTimerCount()).toBe(0);
  map.set('d', 4);
  map.clear();
  expect(vi.getTimerCount()).toBe(0);
});

test('generations - a clock that is set forgets nothing and holds nothing longer', () => {
  const map = new Generations<number>(1200, 1000);
  map.set('a', 1);
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(map.get('a')).toBe(1);
  vi.setSystemTime(Date.now() - 7_200_000);
  vi.advanceTimersByTime(1601);
  expect(map.get('a')).toBeUndefined();
});

test('generations - a full one makes room instead of growing: the oldest go first', () => {
  const map = new Generations<number>(60_000, 8);
  for (let i = 0; i < 100; i++) {
    map.set(`k${i}`, i);
    expect(map.size).toBeLessThanOrEqual(8);
  }
  expect(map.has('k91')).toBe(false);
  expect(['k92', 'k99'].every((key) => map.has(key))).toBe(true);
});

test('generations - a rush shortens no life while there is room', () => {
  const map = new Generations<number>(1200, 40);
  vi.advanceTimersByTime(390);
  for (let i = 0; i < 11; i++) map.set(`k${i}`, i);
  vi.advanceTimersByTime(1199);
  expect(map.get('k0')).toBe(0);
});

test('generations - what is deleted is gone from each, and cleared is empty', () => {
  const map = new Generations<number>(1200, 1000);
  map.set('older', 0);
  map.set('old', 1);
  vi.advanceTimersByTime(900);
  map.set('young', 2);
  map.delete('old');
  expect([map.get('old'), map.get('young'), map.size]).toEqual([undefined, 2, 2]);
  map.clear();
  expect(map.size).toBe(0);
});
