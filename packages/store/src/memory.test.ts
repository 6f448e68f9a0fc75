import { brandKey } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { storeContract } from './contract.ts';
import { commitOf } from './contract-bench.ts';
import { createMemoryStore } from './memory.ts';

storeContract('memory', async (options) => {
  const store = createMemoryStore(options);
  return { store, hasNoClock: true, close: () => store.close() };
});

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
