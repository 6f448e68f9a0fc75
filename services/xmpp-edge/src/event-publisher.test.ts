import type { Bus } from '@stoxgate/bus';
import { brandEdgeId, type Envelope, type Event, keyOfCall, type Subject } from '@stoxgate/contracts';
import { WAITING_EVENTS_MAX } from '@stoxgate/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventPublisher } from './event-publisher.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event: Event = { type: 'timer.fired', name: 'x', dueAt: 0 };

/** Accepts an event when told. */
function world(highWater = 3) {
  const asked: { envelope: Envelope; accept: () => void; refuse: () => void }[] = [];
  const publish = (_: Subject, envelope: Envelope, timeoutMs = 0): Promise<void> =>
    new Promise((resolve, reject) => {
      const refuse = () => reject(new Error('late'));
      setTimeout(refuse, timeoutMs);
      asked.push({ envelope, accept: resolve, refuse });
    });
  const busy: boolean[] = [];
  const waiting = { events: 0 };
  const publisher = new EventPublisher({
    bus: { publish, waitingEvents: () => waiting.events } as unknown as Bus,
    edgeId: brandEdgeId('edge-1'),
    deadlineMs: 1000,
    highWater,
    onBusy: (isBusy) => busy.push(isBusy),
  });
  return { asked, busy, publisher, waiting };
}
const turn = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

test('event publisher - events go to the bus at once, in the order they came', async () => {
  const { asked, publisher } = world();
  const first = publisher.publish(keyOfCall('a'), event, 't1');
  const second = publisher.publish(keyOfCall('a'), event, undefined);
  void publisher.publish(keyOfCall('b'), event, undefined);
  expect(asked.map(({ envelope }) => envelope.key)).toEqual(['call:a', 'call:a', 'call:b']);
  expect(asked[0]?.envelope).toMatchObject({ v: 1, edge: 'edge-1', trace: 't1', payload: event });
  asked[0]?.accept();
  expect(await first).toBe(true);
  asked[1]?.refuse();
  expect(await second).toBe(false);
});

test('event publisher - ids are unique and do not tell of one another', async () => {
  const ids = new Set<string>();
  for (const { asked, publisher } of [world(), world()]) {
    for (let i = 0; i < 10; i++) {
      void publisher.publish(keyOfCall('a'), event, undefined);
      await turn();
      const { envelope, accept } = asked[i] ?? {};
      ids.add(envelope?.id ?? '');
      accept?.();
    }
  }
  expect(ids.size).toBe(20);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test('event publisher - all events of a stuck session fail at their deadline', async () => {
  const { publisher } = world(100);
  const outcomes: boolean[] = [];
  for (let i = 0; i < 5; i++) {
    publisher.publish(keyOfCall('a'), event, undefined).then(
      (ok) => outcomes.push(ok),
      () => {},
    );
  }
  await turn(999);
  expect(outcomes).toEqual([]);
  await turn(10);
  expect(outcomes).toEqual([false, false, false, false, false]);
});

test('event publisher - busy is told above the mark and ends at half of it', async () => {
  const { asked, busy, publisher } = world(4);
  for (const name of ['a', 'b', 'c', 'd']) void publisher.publish(keyOfCall(name), event, undefined);
  expect(busy).toEqual([]);
  void publisher.publish(keyOfCall('e'), event, undefined);
  expect(busy).toEqual([true]);
  const idle = publisher.whenIdle(60_000);
  for (let left = 4; left >= 0; left--) {
    await turn();
    asked.shift()?.accept();
    await turn();
    expect(busy).toEqual(left > 2 ? [true] : [true, false]);
  }
  await idle;
});

test('event publisher - translators that are behind make it busy until they have caught up by half', async () => {
  const { busy, publisher, waiting } = world();
  for (const [events, told] of [
    [WAITING_EVENTS_MAX - 1, []],
    [WAITING_EVENTS_MAX, [true]],
    [WAITING_EVENTS_MAX / 2, [true]],
    [WAITING_EVENTS_MAX / 2 - 1, [true, false]],
  ] as const) {
    waiting.events = events;
    await turn(250);
    expect(busy).toEqual(told);
  }
  publisher.stop();
  expect(vi.getTimerCount()).toBe(0);
});
