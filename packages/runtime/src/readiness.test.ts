import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Readiness, type ReadinessSources, readinessOf } from './readiness.ts';
import { watchReadiness } from './readiness-watch.ts';

const sources = (over: Partial<ReadinessSources> = {}): ReadinessSources => ({
  parts: () => ({ bus: undefined, 'xmpp sip.example.org': undefined }),
  isDraining: () => false,
  lagMs: () => 0,
  backlog: () => 0,
  maxBacklog: 100,
  ...over,
});

test('readiness - ready when nothing is wrong', () => {
  expect(readinessOf(sources())).toEqual({
    state: 'ready',
    parts: { bus: 'ok', 'xmpp sip.example.org': 'ok' },
  });
});

test('readiness - a part that is wrong weighs more than load, draining more than both', () => {
  const wrong = { parts: () => ({ bus: 'NATS is away' }), backlog: () => 100 };
  expect(readinessOf(sources(wrong))).toEqual({
    state: 'not ready',
    parts: { bus: 'NATS is away', load: '100 messages wait on the bus' },
  });
  expect(readinessOf(sources({ ...wrong, isDraining: () => true })).state).toBe('draining');
});

test('readiness - a late event loop or a full bus is over load', () => {
  expect(readinessOf(sources({ lagMs: () => 250 })).state).toBe('ready');
  const late = readinessOf(sources({ lagMs: () => 400.4 }));
  expect(late).toMatchObject({ state: 'overloaded', parts: { load: 'the event loop is 400 ms late' } });
  expect(readinessOf(sources({ backlog: () => 99 })).state).toBe('ready');
  expect(readinessOf(sources({ backlog: () => 100 })).state).toBe('overloaded');
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched(): { set(readiness: Readiness): void; lines: unknown[]; stop(): void } {
  let readiness: Readiness = { state: 'not ready', parts: { bus: 'ok', xmpp: 'not connected' } };
  const lines: unknown[] = [];
  const write = (line: string) => void lines.push(pick(JSON.parse(line) as Record<string, unknown>));
  const stop = watchReadiness(() => readiness, pino({ base: null, timestamp: false }, { write }));
  return { set: (next) => (readiness = next), lines, stop };
}
const pick = ({ msg, faults }: Record<string, unknown>): unknown =>
  faults === undefined ? msg : [msg, faults];

test('readiness - the log tells ready, and ready again after a fault', () => {
  const { set, lines, stop } = watched();
  vi.advanceTimersByTime(5_000);
  expect(lines).toEqual([]);
  set({ state: 'ready', parts: { bus: 'ok', xmpp: 'ok' } });
  vi.advanceTimersByTime(100);
  set({ state: 'overloaded', parts: { load: 'much' } });
  vi.advanceTimersByTime(100);
  set({ state: 'not ready', parts: { bus: 'ok', xmpp: 'not connected' } });
  vi.advanceTimersByTime(100);
  set({ state: 'ready', parts: {} });
  vi.advanceTimersByTime(100);
  expect(lines).toEqual(['ready', ['no longer ready', { xmpp: 'not connected' }], 'ready']);
  stop();
});

test('readiness - staying unready for ten seconds is told once, with the reasons', () => {
  const { lines, stop } = watched();
  vi.advanceTimersByTime(60_000);
  expect(lines).toEqual([['not ready for ten seconds', { xmpp: 'not connected' }]]);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
