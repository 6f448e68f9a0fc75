import { brandKey } from '@stoxgate/contracts';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { storeContract } from './contract.ts';
import { commitOf } from './contract-bench.ts';
import { createMemoryStore } from './memory.ts';
import { forgetRepetition, pack, unpack } from './packed.ts';

storeContract('memory', async (options) => {
  const store = createMemoryStore(options);
  return { store, hasNoClock: true, close: () => store.close() };
});

afterEach(() => void vi.useRealTimers());

test('memory store - tombstones are bounded, the oldest go first', async () => {
  const store = createMemoryStore();
  const key = (index: number) => brandKey(`call:${index}`);
  for (let index = 0; index < 10_005; index++) {
    await store.commit(commitOf(key(index), { record: undefined, now: 0 }));
  }
  await store.commit(commitOf(brandKey('call:live'), { now: 0 }));
  expect((await store.load(key(0))).revision).toBe(0);
  expect((await store.load(key(10_004))).revision).toBe(1);
});

test('memory store - a record is handed on, not copied', async () => {
  const store = createMemoryStore();
  const record = { kind: 'call' };
  await store.commit(commitOf(brandKey('call:a'), { record }));
  expect((await store.load(brandKey('call:a'))).record).toBe(record);
});

test('memory store - what is idle is packed, a little at a time, and says the same', async () => {
  vi.useFakeTimers();
  const store = createMemoryStore({ idleMs: 1000 });
  const key = (index: number) => brandKey(`call:${index}`);
  const record = { kind: 'call', text: 'grüße \u{1f600}' };
  const indexes = ['of-a'];
  for (let index = 0; index < 50; index++) {
    const timers = { set: [{ name: 'ring', dueAt: 5 }], clear: [] };
    await store.commit(commitOf(key(index), { record, indexes, timers }));
  }
  await vi.advanceTimersByTimeAsync(900);
  const before = await store.load(key(7));
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await store.load(key(7))).record).toBe(record);
  const idle = await store.load(key(8));
  expect(idle).toEqual(before);
  expect(idle.record).not.toBe(record);
  expect(await store.find('of-a', 100)).toHaveLength(50);
  expect(await store.takeDueTimers(5, 100, 1000)).toHaveLength(50);
  await store.commit(commitOf(key(9), { record: undefined, expectedRevision: 1 }));
  expect((await store.load(key(9))).record).toBeUndefined();
});

test('memory store - what a repetition needs is forgotten when none can come any more, the session is not', async () => {
  vi.useFakeTimers();
  const store = createMemoryStore({ idleMs: 1000, tombstoneMs: 5000 });
  const key = (index: number) => brandKey(`call:${index}`);
  const outbox = [{ subject: 'stox.evt.1', envelope: { id: 'e/0' } }];
  for (const index of [0, 1])
    await store.commit(commitOf(key(index), { record: { index }, outbox, eventId: 'e' }));
  await vi.advanceTimersByTimeAsync(4_000);
  const known = { revision: 1, record: { index: 1 }, recentEventIds: ['e'], outbox };
  expect(await store.load(key(1))).toEqual(known);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(await store.load(key(1))).toEqual(known);
  expect(await store.load(key(0))).toEqual({
    revision: 1,
    record: { index: 0 },
    recentEventIds: [],
    outbox: [],
  });
  await store.commit(commitOf(key(0), { record: { index: 2 }, expectedRevision: 1, eventId: 'f' }));
  expect(await store.load(key(0))).toMatchObject({ revision: 2, recentEventIds: ['f'] });
  await store.close();
});

test('memory store - what has been published is not kept for a repetition, unless another outbox took its place', async () => {
  const store = createMemoryStore();
  const key = brandKey('call:a');
  const outbox = (id: string) => [{ subject: 'stox.evt.1', envelope: { id } }];
  await store.commit(commitOf(key, { outbox: outbox('e/0'), eventId: 'e' }));
  await store.commit(commitOf(key, { outbox: outbox('f/0'), eventId: 'f', expectedRevision: 1 }));
  store.published?.(key, 'e');
  const { outbox: kept, ...rest } = await store.load(key);
  expect(kept).toEqual(outbox('f/0'));
  store.published?.(key, 'f');
  expect(await store.load(key)).toEqual({ ...rest, outbox: [] });
  expect(rest.recentEventIds).toEqual(['f', 'e']);
});

test('memory store - a store that is closed, or has nothing left that could be idle, has no timer', async () => {
  vi.useFakeTimers();
  const store = createMemoryStore({ idleMs: 1000 });
  await store.commit(commitOf(brandKey('call:a'), { record: { kind: 'call' } }));
  await vi.advanceTimersByTimeAsync(125_000);
  expect(vi.getTimerCount()).toBe(0);
  await store.load(brandKey('call:a'));
  await store.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('memory store - a page is the first keys in order behind the last one', async () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 });
  const limits = fc.integer({ min: 1, max: 5 });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name), limits, fc.option(name), async (names, limit, last) => {
      const store = createMemoryStore();
      const keys = names.map((one) => brandKey(`call:${one}`));
      for (const key of keys) await store.commit(commitOf(key, { indexes: ['all'] }));
      const after = last === null ? undefined : brandKey(`call:${last}`);
      const behind = keys.filter((key) => after === undefined || key > after).toSorted();
      expect(await store.find('all', limit, after)).toEqual(behind.slice(0, limit));
      await store.close();
    }),
    { numRuns: 50 },
  );
});

const anySession = fc.record({
  revision: fc.nat(),
  record: fc.jsonValue(),
  recentEventIds: fc.array(fc.string()),
  outbox: fc.array(fc.record({ subject: fc.string(), envelope: fc.jsonValue() })),
});

test('packed - says what was packed, whatever it is', () => {
  fc.assert(
    fc.property(anySession, (stored) => {
      expect(JSON.stringify(unpack(pack(stored)))).toBe(JSON.stringify(stored));
    }),
  );
});

test('packed - without what a repetition needs the session says the same', () => {
  fc.assert(
    fc.property(anySession, (stored) => {
      const { revision, record } = stored;
      const said = { revision, record, recentEventIds: [], outbox: [] };
      expect(JSON.stringify(unpack(forgetRepetition(pack(stored))))).toBe(JSON.stringify(said));
    }),
  );
});
