import {
  brandEdgeId,
  brandKey,
  type EventEnvelope,
  eventSubjectOf,
  StoxgateError,
} from '@stoxgate/contracts';
import { NOOP_TRACER } from '@stoxgate/runtime';
import { createMemoryStore, type DueTimer, type SessionStore } from '@stoxgate/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTimerLoop, type TimerLoop, type TimerLoopOptions } from './timer-loop.ts';

const T0 = 1_700_000_000_000;
const A = brandKey('call:a');

let store: SessionStore;
let published: { subject: string; event: EventEnvelope; at: number }[];
let fired: [name: string, latenessMs: number][];
let troubles: string[];
let loops: TimerLoop[];

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  store = createMemoryStore();
  published = [];
  fired = [];
  troubles = [];
  loops = [];
});

afterEach(async () => {
  const stops = loops.map((loop) => loop.stop(10));
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all(stops);
  vi.useRealTimers();
});

const publish: TimerLoopOptions['bus']['publish'] = async (subject, event) => {
  published.push({ subject, event: event as EventEnvelope, at: Date.now() - T0 });
};

function start(options: Partial<TimerLoopOptions> = {}): TimerLoop {
  const loop = startTimerLoop({
    bus: { publish },
    store,
    edgeId: brandEdgeId('edge-1'),
    tracer: NOOP_TRACER,
    onFired: ({ name }: DueTimer, latenessMs) => fired.push([name, latenessMs]),
    onTrouble: (cause) => troubles.push(cause instanceof Error ? cause.message : ''),
    ...options,
  });
  loops.push(loop);
  return loop;
}

async function set(key: string, ...timers: [name: string, dueAt: number][]): Promise<void> {
  const { revision } = await store.load(brandKey(key));
  await store.commit({
    key: brandKey(key),
    eventId: `e${revision}`,
    expectedRevision: revision,
    record: {},
    outbox: [],
    timers: { set: timers.map(([name, dueAt]) => ({ name, dueAt })), clear: [] },
    indexes: [],
    now: Date.now(),
  });
}

const names = (): string[] => published.map(({ event }) => JSON.stringify(event.payload));
const payload = (name: string, dueAt: number): string => JSON.stringify({ type: 'timer.fired', name, dueAt });

test('timer loop - a due timer becomes an event of its session', async () => {
  await set('call:a', ['ring', T0 + 40]);
  start();
  await vi.advanceTimersByTimeAsync(39);
  expect(published).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(published).toEqual([
    {
      subject: eventSubjectOf(A),
      at: 40,
      event: {
        v: 1,
        id: `timer:call:a:ring:${T0 + 40}`,
        key: 'call:a',
        edge: 'edge-1',
        at: T0 + 40,
        payload: { type: 'timer.fired', name: 'ring', dueAt: T0 + 40 },
      },
    },
  ]);
  expect(fired).toEqual([['ring', 0]]);
});

test('timer loop - a timer set while it sleeps is at most a tenth of a second late', async () => {
  start();
  await vi.advanceTimersByTimeAsync(330);
  await set('call:a', ['soon', T0 + 331], ['later', T0 + 1234]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(names()).toEqual([payload('soon', T0 + 331), payload('later', T0 + 1234)]);
  expect(published[0]?.at).toBeLessThanOrEqual(431);
  expect(published[1]?.at).toBe(1234);
});

test('timer loop - takes from the store only what is due', async () => {
  let taken = 0;
  await set('call:a', ['ring', T0 + 950]);
  start({
    store: {
      takeDueTimers: (...args) => {
        taken++;
        return store.takeDueTimers(...args);
      },
      nextTimerAt: () => store.nextTimerAt(),
    },
  });
  await vi.advanceTimersByTimeAsync(940);
  expect(taken).toBe(0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(names()).toEqual([payload('ring', T0 + 950)]);
  expect(taken).toBe(1);
});

test('timer loop - a timer that no commit clears is published again, under the same id', async () => {
  await set('call:a', ['ring', T0]);
  start();
  await vi.advanceTimersByTimeAsync(9_900);
  expect(published).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(published).toHaveLength(2);
  expect(published[1]?.event.id).toBe(published[0]?.event.id);
  const { revision } = await store.load(A);
  await store.commit({
    key: A,
    eventId: 'clears',
    expectedRevision: revision,
    record: {},
    outbox: [],
    timers: { set: [], clear: ['ring'] },
    indexes: [],
    now: Date.now(),
  });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(published).toHaveLength(2);
});

test('timer loop - a long key gives a short id, one of its own', async () => {
  const long = `call:${'x'.repeat(500)}`;
  await set(long, ['ring', T0], ['idle', T0]);
  start();
  await vi.advanceTimersByTimeAsync(10);
  const ids = published.map(({ event }) => event.id);
  expect(ids.every((id) => /^timer:[0-9a-f]{32}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(2);
});

test('timer loop - two loops on one store publish each timer once', async () => {
  for (let index = 0; index < 700; index++) await set(`call:${index}`, ['ring', T0 + (index % 90)]);
  start();
  start();
  await vi.advanceTimersByTimeAsync(1000);
  expect(new Set(published.map(({ event }) => event.id)).size).toBe(700);
  expect(published).toHaveLength(700);
});

test('timer loop - while the store is away it backs off, says so once and goes on after', async () => {
  let isAway = true;
  let asked = 0;
  const loop = start({
    store: {
      takeDueTimers: async (now, limit, leaseMs) => {
        asked++;
        if (isAway) throw new StoxgateError('STOX_STORE_UNAVAILABLE', 'Redis is away.');
        return store.takeDueTimers(now, limit, leaseMs);
      },
      nextTimerAt: () => store.nextTimerAt(),
    },
  });
  await set('call:a', ['ring', T0]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toBeLessThan(25);
  expect(loop.fault()).toContain('Redis is away.');
  expect(troubles).toHaveLength(1);
  isAway = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(names()).toEqual([payload('ring', T0)]);
  expect(loop.fault()).toBeUndefined();
});

test('timer loop - what the bus refuses comes again after its lease', async () => {
  let isAway = true;
  const loop = start({
    bus: {
      publish: async (subject, event) => {
        if (isAway) throw new StoxgateError('STOX_BUS_UNAVAILABLE', 'NATS is away.');
        await publish(subject, event);
      },
    },
  });
  await set('call:a', ['ring', T0 + 10]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(loop.fault()).toContain('NATS is away.');
  expect(fired).toEqual([]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(names()).toEqual([payload('ring', T0 + 10)]);
  expect(loop.fault()).toBeUndefined();
  expect(troubles).toHaveLength(1);
});

test('timer loop - a full subject holds up the timers of no other', async () => {
  await set('call:a', ['ring', T0]);
  await set('call:b', ['ring', T0 + 500]);
  expect(eventSubjectOf(brandKey('call:b'))).not.toBe(eventSubjectOf(A));
  start({
    bus: {
      publish: (subject, event) =>
        subject === eventSubjectOf(A) ? new Promise(() => {}) : publish(subject, event),
    },
  });
  await vi.advanceTimersByTimeAsync(600);
  expect(published.map(({ event, at }) => [event.key, at])).toEqual([['call:b', 500]]);
});

test('timer loop - takes no more than it can have in hand', async () => {
  for (let index = 0; index < 1000; index++) await set(`call:${index}`, ['ring', T0]);
  const releases: (() => void)[] = [];
  start({
    bus: {
      publish: (subject, event) =>
        new Promise((resolve) => {
          releases.push(resolve);
          void publish(subject, event);
        }),
    },
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(published).toHaveLength(256);
  for (const release of releases.splice(0)) release();
  await vi.advanceTimersByTimeAsync(200);
  expect(published).toHaveLength(512);
});

test('timer loop - stop waits for what is being published and takes nothing more', async () => {
  await set('call:a', ['ring', T0]);
  let accept = (): void => {};
  const loop = start({
    bus: {
      publish: (subject, event) =>
        new Promise((resolve) => {
          void publish(subject, event);
          accept = resolve;
        }),
    },
  });
  await vi.advanceTimersByTimeAsync(10);
  await set('call:b', ['ring', T0]);
  let isStopped = false;
  const stopping = loop.stop(5000).then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(isStopped).toBe(false);
  accept();
  await stopping;
  await vi.advanceTimersByTimeAsync(1000);
  expect(fired.map(([name]) => name)).toEqual(['ring']);
  expect(published).toHaveLength(1);
});

test('timer loop - stop ends in time even when a publish hangs', async () => {
  await set('call:a', ['ring', T0]);
  const loop = start({ bus: { publish: () => new Promise(() => {}) } });
  await vi.advanceTimersByTimeAsync(10);
  const stopping = loop.stop(500);
  await vi.advanceTimersByTimeAsync(500);
  await stopping;
  await set('call:b', ['ring', T0]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(fired).toEqual([]);
});
