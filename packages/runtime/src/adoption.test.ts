import { createMemoryBus } from '@stoxgate/bus';
import { brandEdgeId, brandKey, type Envelope, sipEdgeSubject } from '@stoxgate/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Adoption } from './adoption.ts';
import type { Logger } from './log.ts';

const TIMING = { lookEveryMs: 1000, looks: 3, idleMs: 10_000 };
const log = { warn: () => {}, debug: () => {} } as unknown as Logger;
const DEAD = sipEdgeSubject(brandEdgeId('dead'));
const OF_DEAD = { subject: DEAD, durable: 'sip-edge.dead', maxInFlight: 8 };

const command = (id: string): Envelope => ({
  v: 1,
  id,
  key: brandKey('call:a'),
  edge: 'translator',
  at: 0,
  payload: { type: 'timer.fired', name: 'x', dueAt: 1 },
});

const world = () => {
  const bus = createMemoryBus({ maxBacklog: 100, maxDeliveries: 3, onDeadLetter: () => {} });
  const done: string[] = [];
  const gone: string[] = [];
  const adopt = (deserted = bus.deserted): Adoption =>
    new Adoption({
      bus: { consume: bus.consume, deserted },
      subjects: 'stox.cmd.sip.',
      durables: 'sip-edge.',
      maxInFlight: 8,
      handler: async ({ id }) => void done.push(id),
      onGone: (edge) => void gone.push(edge),
      log,
      timing: TIMING,
    });
  const live = () => bus.consume(OF_DEAD, async ({ id }) => void done.push(`itself ${id}`));
  return { bus, done, gone, adopt, live };
};

const turn = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('adoption - what is addressed to a process that is gone is carried out by another', async () => {
  const { bus, done, gone, adopt, live } = world();
  const dies = await live();
  const adoption = adopt();
  await bus.publish(DEAD, command('a'));
  await turn(5000);
  await dies.stop(0);
  await bus.publish(DEAD, command('b'));
  await turn(2500);
  expect(done).toEqual(['itself a']);
  await turn(1000);
  await bus.publish(DEAD, command('c'));
  await turn(1000);
  expect(done).toEqual(['itself a', 'b', 'c']);
  expect(gone).toEqual(['dead']);
  await adoption.stop(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('adoption - one that comes back in time, and one that cannot be seen, is left its own', async () => {
  const { bus, done, gone, adopt, live } = world();
  await (await live()).stop(0);
  let isBlind = false;
  const adoption = adopt((prefix) => (isBlind ? Promise.reject(new Error('away')) : bus.deserted(prefix)));
  await bus.publish(DEAD, command('a'));
  await turn(2500);
  isBlind = true;
  await turn(1000);
  isBlind = false;
  await turn(2000);
  expect(done).toEqual([]);
  await live();
  await turn(5000);
  expect(done).toEqual(['itself a']);
  expect(gone).toEqual([]);
  await adoption.stop(0);
});

test('adoption - a subject on which nothing comes is left alone until something waits there', async () => {
  const { bus, done, gone, adopt, live } = world();
  await (await live()).stop(0);
  const adoption = adopt();
  await turn(4000);
  expect(gone).toEqual(['dead']);
  expect(await bus.deserted('stox.cmd.')).toHaveLength(1);
  await bus.publish(DEAD, command('a'));
  await turn(1000);
  expect(done).toEqual(['a']);
  expect(await bus.deserted('stox.cmd.')).toHaveLength(0);
  await turn(11_000);
  expect(await bus.deserted('stox.cmd.')).toHaveLength(1);
  await bus.publish(DEAD, command('b'));
  await turn(4000);
  expect(done).toEqual(['a', 'b']);
  expect(gone).toEqual(['dead']);
  await adoption.stop(0);
});
