import { brandEdgeId } from '@stoxgate/contracts';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openCalls } from './open-calls.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function waiting(timeoutMs: number) {
  const live = ['call:a', 'call:b'];
  const lines: unknown[] = [];
  const write = (line: string) => void lines.push((JSON.parse(line) as { calls: unknown }).calls);
  const store = { find: async () => [...live] as never };
  const asked: string[] = [];
  const bus = { publish: async (_: unknown, { key }: { key: string }) => void asked.push(key) };
  const member = openCalls({
    store,
    bus: bus as never,
    edgeId: brandEdgeId('e1'),
    log: pino({}, { write }),
  });
  let isOver = false;
  const done = member.drain(timeoutMs).then(() => {
    isOver = true;
  });
  return { lines, asked, done, isOver: () => isOver, end: () => live.splice(0) };
}

test('drain - waits until the last call has ended, and says how many there are', async () => {
  const { lines, done, isOver, end } = waiting(30_000);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(isOver()).toBe(false);
  end();
  await vi.advanceTimersByTimeAsync(300);
  await done;
  expect(lines).toEqual([
    ['call:a', 'call:b'],
    ['call:a', 'call:b'],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('drain - does not wait for calls beyond its time', async () => {
  const { done, isOver } = waiting(1_000);
  await vi.advanceTimersByTimeAsync(999);
  expect(isOver()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await done;
  expect(isOver()).toBe(true);
});

test('drain - calls that are left shortly before the end are ended, each once', async () => {
  const { asked, done, isOver, end } = waiting(10_000);
  await vi.advanceTimersByTimeAsync(7_900);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual(['call:a', 'call:b']);
  expect(isOver()).toBe(false);
  end();
  await vi.advanceTimersByTimeAsync(300);
  await done;
});
