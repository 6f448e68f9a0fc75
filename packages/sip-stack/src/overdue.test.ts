import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Dated, Overdue } from './overdue.ts';
import { TIMEOUT_MS } from './timers.ts';

const held = new Map<string, Dated>();
const over: string[] = [];
let overdue: Overdue;

beforeEach(() => {
  vi.useFakeTimers();
  held.clear();
  over.length = 0;
  overdue = new Overdue(held);
});

afterEach(() => void vi.useRealTimers());

function begin(name: string, startedAt: number | undefined = performance.now(), then = (): void => {}): void {
  const end = (): void => {
    over.push(name);
    held.delete(name);
    then();
  };
  held.set(name, { startedAt, overdue: end });
  overdue.begun();
}

test('overdue - each is over 64*T1 after it began, not before; one that ended is not', () => {
  begin('first');
  vi.advanceTimersByTime(1000);
  begin('ended');
  vi.advanceTimersByTime(1000);
  begin('last');
  held.delete('ended');
  vi.advanceTimersByTime(TIMEOUT_MS - 2001);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['first']);
  vi.advanceTimersByTime(1999);
  expect(over).toEqual(['first']);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['first', 'last']);
  expect(vi.getTimerCount()).toBe(0);
});

test('overdue - one that sees to its end itself holds up none behind it', () => {
  held.set('ringing', { startedAt: undefined, overdue: () => over.push('ringing') });
  begin('behind');
  vi.advanceTimersByTime(TIMEOUT_MS);
  expect(over).toEqual(['behind']);
});

test('overdue - what begins when another is over has its own time, and one timer', () => {
  begin('first', performance.now(), () => begin('next'));
  vi.advanceTimersByTime(TIMEOUT_MS);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(TIMEOUT_MS - 1);
  expect(over).toEqual(['first']);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['first', 'next']);
});

test.each([-3_600_000, 3_600_000])('overdue - a clock that is set by %i ms changes nothing', (byMs) => {
  begin('first');
  vi.setSystemTime(Date.now() + byMs);
  vi.advanceTimersByTime(TIMEOUT_MS - 1);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['first']);
});
