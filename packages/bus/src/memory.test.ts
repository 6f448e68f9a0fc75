import { brandKey, type Envelope, eventSubject } from '@stoxgate/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { busContract } from './contract.ts';
import { createMemoryBus } from './memory.ts';
import type { Bus } from './port.ts';

const make = (): Bus => createMemoryBus({ maxBacklog: 10_000, maxDeliveries: 3, onDeadLetter: () => {} });

busContract('memory', async (options) => {
  const bus = createMemoryBus(options);
  return { bus, close: () => bus.close() };
});

const subject = eventSubject(0);
const envelope = (id: string): Envelope => ({
  v: 1,
  id,
  key: brandKey('call:a'),
  edge: 'edge-1',
  at: 0,
  payload: { type: 'timer.fired', name: 'ring', dueAt: 1 },
});

afterEach(() => {
  vi.useRealTimers();
});

test('memory bus - a flood lets sockets and timers have their turn', async () => {
  const bus = make();
  let handled = 0;
  let handledAtFirstTurn = -1;
  await bus.consume({ subject, durable: 'flood', maxInFlight: 1 }, async () => {
    handled++;
  });
  for (let index = 0; index < 5000; index++) void bus.publish(subject, envelope(`m${index}`));
  setImmediate(() => {
    handledAtFirstTurn = handled;
  });
  await vi.waitFor(() => expect(handled).toBe(5000));
  expect(handledAtFirstTurn).toBeLessThan(500);
});

test('memory bus - a message reaches its handler before the event loop turns', async () => {
  const bus = make();
  let handled = false;
  await bus.consume({ subject, durable: 'quick', maxInFlight: 1 }, async () => {
    handled = true;
  });
  await bus.publish(subject, envelope('m0'));
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  expect(handled).toBe(true);
});

test('memory bus - delays between deliveries grow', async () => {
  vi.useFakeTimers();
  const bus = createMemoryBus({ maxBacklog: 10, maxDeliveries: 4, onDeadLetter: () => {} });
  const at: number[] = [];
  const start = Date.now();
  await bus.consume({ subject, durable: 'grow', maxInFlight: 1 }, async () => {
    at.push(Date.now() - start);
    throw new Error('no');
  });
  await bus.publish(subject, envelope('m0'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(at).toEqual([0, 50, 150, 350]);
});

test('memory bus - an id is recognised for two minutes and forgotten later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const bus = make();
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'window', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
  });
  await bus.publish(subject, envelope('m0'));
  vi.setSystemTime(Date.now() + 119_000);
  await bus.publish(subject, envelope('m0'));
  vi.setSystemTime(Date.now() + 122_000);
  await bus.publish(subject, envelope('m0'));
  await vi.waitFor(() => expect(bus.backlog()).toBe(0));
  expect(seen).toEqual(['m0', 'm0']);
});

test('memory bus - closing fails the publishers that wait', async () => {
  const bus = createMemoryBus({ maxBacklog: 1, maxDeliveries: 1, onDeadLetter: () => {} });
  await bus.publish(subject, envelope('m0'));
  const waiting = bus.publish(subject, envelope('m1'));
  await bus.close();
  await expect(waiting).rejects.toThrow(/The bus was closed.*STOX_BUS_UNAVAILABLE/);
});
