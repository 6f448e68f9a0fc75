import { brandKey, type SessionKey, StoxgateError } from '@stoxgate/contracts';
import { connectRedisStore, type SessionStore } from '@stoxgate/store';
import { storeContract } from '@stoxgate/store/testing';
import { freePort, startRedis, type TestServer } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wireTo } from './wire.ts';

let run = 0;
const freshNamespace = (): string => `test-${process.pid}-${Date.now().toString(36)}-${run++}`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let server: TestServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

storeContract('Redis', async (options) => {
  const store = await connectRedisStore(server.url, { ...options, namespace: freshNamespace() });
  return { store, close: () => store.close() };
});

/** One step of a session that counts its own steps; undefined when the store was away or another step came first. */
async function step(store: SessionStore, key: SessionKey): Promise<number | undefined> {
  try {
    const { revision } = await store.load(key);
    const result = await store.commit({
      key,
      eventId: `event-${revision + 1}`,
      expectedRevision: revision,
      record: { steps: revision + 1 },
      outbox: [],
      timers: { set: [{ name: 'x', dueAt: revision + 1 }], clear: [] },
      indexes: [`steps:${revision + 1}`],
      now: Date.now(),
    });
    return result === 'committed' ? revision + 1 : undefined;
  } catch (cause) {
    expect(cause).toHaveProperty('code', 'STOX_STORE_UNAVAILABLE');
    await pause(20);
    return undefined;
  }
}

test('Redis store - a server killed and started again: the store recovers, every commit is whole', async () => {
  const store = await connectRedisStore(server.url, { namespace: freshNamespace() });
  const keys = Array.from({ length: 20 }, (_, index) => brandKey(`call:${index}`));
  let [steps, running] = [0, true];
  const workers = keys.map(async (key) => {
    while (running) if ((await step(store, key)) !== undefined) steps++;
  });
  const faults = new Set<string | undefined>();
  const watch = setInterval(() => faults.add(store.fault()), 5);
  await expect.poll(() => steps, { timeout: 10_000 }).toBeGreaterThan(500);
  await server.restart();
  const before = steps;
  await expect.poll(() => steps, { timeout: 20_000 }).toBeGreaterThan(before + 500);
  running = false;
  await Promise.all(workers);
  clearInterval(watch);
  for (const key of keys) {
    const { revision, record, recentEventIds } = await store.load(key);
    expect(record).toEqual({ steps: revision });
    expect(recentEventIds[0]).toBe(`event-${revision}`);
    expect(await store.find(`steps:${revision}`, 99)).toContain(key);
  }
  const timers = await store.takeDueTimers(Date.now(), 99, 1000);
  const revisions = await Promise.all(timers.map(async ({ key }) => (await store.load(key)).revision));
  expect(timers.map(({ dueAt }) => dueAt)).toEqual(revisions);
  expect(await store.count()).toEqual({ call: 20 });
  expect([...faults].some((fault) => fault?.startsWith('no connection to Redis'))).toBe(true);
  expect(store.fault()).toBeUndefined();
  await store.close();
});

test('Redis store - a server that hangs is an error after the deadline, not a wait', async () => {
  const wire = await wireTo(server.url);
  const store = await connectRedisStore(wire.url, { namespace: freshNamespace() });
  expect(await step(store, brandKey('call:a'))).toBe(1);
  wire.stall();
  await expect(store.load(brandKey('call:a'))).rejects.toHaveProperty('code', 'STOX_STORE_UNAVAILABLE');
  wire.cut();
  await expect.poll(() => store.fault()).toBeDefined();
  await store.close();
});

test('Redis store - two deployments on one server do not see each other', async () => {
  const [one, two] = [
    await connectRedisStore(server.url, { namespace: freshNamespace() }),
    await connectRedisStore(server.url, { namespace: freshNamespace() }),
  ];
  await step(one, brandKey('call:a'));
  expect((await two.load(brandKey('call:a'))).revision).toBe(0);
  expect(await two.find('steps:1', 9)).toEqual([]);
  expect(await two.takeDueTimers(Date.now(), 9, 1)).toEqual([]);
  await Promise.all([one.close(), two.close()]);
});

test('Redis store - no server in time is one sentence without the password', async () => {
  const port = await freePort();
  const failure = await connectRedisStore(`redis://user:hunter2@127.0.0.1:${port}`, {
    connectTimeoutMs: 300,
  }).catch((cause) => cause);
  expect(failure).toBeInstanceOf(StoxgateError);
  expect(failure.code).toBe('STOX_STORE_UNAVAILABLE');
  expect(failure.message).toContain(`127.0.0.1:${port}`);
  expect(failure.message).not.toContain('hunter2');
});

const recallStep = (store: SessionStore, key: SessionKey, eventId: string) => {
  const recalled = store.recall?.(key);
  const expectedRevision = recalled?.revision ?? 0;
  const change = { timers: { set: [], clear: [] }, indexes: [], outbox: [], record: { eventId } };
  return store.commit({ key, eventId, expectedRevision, now: Date.now(), ...change });
};

test('Redis store - what is recalled is what is stored, as long as nobody else commits', async () => {
  const namespace = freshNamespace();
  const [one, two] = [
    await connectRedisStore(server.url, { namespace }),
    await connectRedisStore(server.url, { namespace }),
  ];
  const key = brandKey('call:a');
  expect(one.recall?.(key)).toBeUndefined();
  await step(one, key);
  await step(one, key);
  expect(one.recall?.(key)).toEqual(await two.load(key));
  await step(two, key);
  expect(one.recall?.(key)?.revision).toBe(2);
  expect(await recallStep(one, key, 'late')).toBe('conflict');
  expect(one.recall?.(key)).toBeUndefined();
  expect((await one.load(key)).recentEventIds).toEqual(['event-3', 'event-2', 'event-1']);
  await Promise.all([one.close(), two.close()]);
});

test('Redis store - what is recalled of a life that is over does not fit the next one, be their numbers the same', async () => {
  const namespace = freshNamespace();
  const [one, two] = [
    await connectRedisStore(server.url, { namespace, tombstoneMs: 30 }),
    await connectRedisStore(server.url, { namespace, tombstoneMs: 30 }),
  ];
  const key = brandKey('call:a');
  await step(one, key);
  const end = { timers: { set: [], clear: [] }, indexes: [], outbox: [], record: undefined };
  await two.load(key);
  await two.commit({ key, eventId: 'end', expectedRevision: 1, now: Date.now(), ...end });
  await expect.poll(async () => (await two.load(key)).revision).toBe(0);
  await two.commit({ key, eventId: 'other life', expectedRevision: 0, now: Date.now(), ...end, record: {} });
  expect(one.recall?.(key)?.revision).toBe((await two.load(key)).revision);
  expect(await recallStep(one, key, 'late')).toBe('conflict');
  expect((await two.load(key)).recentEventIds).toEqual(['other life']);
  await Promise.all([one.close(), two.close()]);
});
