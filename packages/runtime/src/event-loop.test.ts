import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchEventLoop } from './event-loop.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('event loop - no lag while timers come in time', () => {
  const watch = watchEventLoop(500, Date.now);
  vi.advanceTimersByTime(5_100);
  expect(watch.lagMs()).toBe(0);
  watch.stop();
});

test('event loop - a late tick is told until the next one in time', () => {
  let skew = 0;
  const watch = watchEventLoop(500, () => Date.now() + skew);
  skew = 300;
  vi.advanceTimersByTime(500);
  expect(watch.lagMs()).toBe(300);
  vi.advanceTimersByTime(500);
  expect(watch.lagMs()).toBe(0);
  watch.stop();
});

test('event loop - an overdue tick counts before it comes', () => {
  let skew = 0;
  const watch = watchEventLoop(500, () => Date.now() + skew);
  skew = 2_000;
  expect(watch.lagMs()).toBe(1_500);
  watch.stop();
  expect(vi.getTimerCount()).toBe(0);
});
