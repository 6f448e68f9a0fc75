/**
 * A primary of Redis is killed under steps: the store goes on by itself, no step waits beyond its deadline, and what is lost is
 * at most what no replica had; where replicas are waited for, nothing.
 */
import { brandKey, type SessionKey } from '@stoxgate/contracts';
import { connectRedisStore, type SessionStore, type StoredSession } from '@stoxgate/store';
import { type RedisFailOver, startRedisSentinels, startRedisShards } from '@stoxgate/testkit';
import { expect, type TestContext, test, vi } from 'vitest';

const KEYS = Array.from({ length: 40 }, (_, index) => brandKey(`call:${index}`));
const PATIENCE = { timeout: 120_000, interval: 20 };
const TEST_MS = 240_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sessions that count their own steps, until `stop`. */
class Steps {
  /** Steps of each session that were confirmed. */
  readonly confirmed = new Map<SessionKey, number>();
  total = 0;
  refused = 0;
  readonly #store: SessionStore;
  readonly #workers: Promise<void>[];
  #isOver = false;

  constructor(store: SessionStore) {
    this.#store = store;
    this.#workers = KEYS.map((key) => this.#work(key));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#workers);
  }

  /** Resolves when `count` more steps were confirmed, of every session one at least. */
  async more(count: number): Promise<void> {
    const [before, was] = [this.total, new Map(this.confirmed)];
    const goesOn = (key: SessionKey): boolean => (this.confirmed.get(key) ?? 0) > (was.get(key) ?? 0);
    await vi.waitFor(() => {
      expect(this.total).toBeGreaterThan(before + count);
      expect(KEYS.filter((key) => !goesOn(key))).toEqual([]);
    }, PATIENCE);
  }

  async #work(key: SessionKey): Promise<void> {
    while (!this.#isOver) {
      try {
        const { revision } = await this.#store.load(key);
        const result = await this.#store.commit({
          key,
          eventId: `event-${revision + 1}`,
          expectedRevision: revision,
          record: { steps: revision + 1 },
          outbox: [],
          timers: { set: [{ name: 'x', dueAt: revision + 1 }], clear: [] },
          indexes: [`steps:${revision + 1}`],
          now: Date.now(),
        });
        if (result === 'conflict') continue;
        this.confirmed.set(key, revision + 1);
        this.total++;
        await pause(2);
      } catch (cause) {
        expect(cause).toHaveProperty('code', 'STOX_STORE_UNAVAILABLE');
        this.refused++;
        await pause(50);
      }
    }
  }
}

async function openStore(
  servers: RedisFailOver,
  replicas: number,
  onTestFinished: TestContext['onTestFinished'],
): Promise<SessionStore> {
  onTestFinished(servers.stop);
  const store = await connectRedisStore(servers.url, { replicas });
  onTestFinished(() => store.close());
  return store;
}

/** The session, asked for again while the store follows a primary: that ends what is under way. */
async function loaded(store: SessionStore, key: SessionKey): Promise<StoredSession> {
  const giveUpAt = Date.now() + PATIENCE.timeout;
  for (;;)
    try {
      return await store.load(key);
    } catch (cause) {
      expect(cause).toHaveProperty('code', 'STOX_STORE_UNAVAILABLE');
      if (Date.now() > giveUpAt) throw cause;
      await pause(PATIENCE.interval);
    }
}

/** Each session is whole, and has at least the steps of `floor`. */
async function expectWhole(store: SessionStore, floor: ReadonlyMap<SessionKey, number>): Promise<void> {
  for (const key of KEYS) {
    const { revision, record, recentEventIds } = await loaded(store, key);
    expect(revision).toBeGreaterThanOrEqual(floor.get(key) ?? 0);
    expect(record).toEqual({ steps: revision });
    expect(recentEventIds[0]).toBe(`event-${revision}`);
    expect(await store.find(`steps:${revision}`, 99)).toContain(key);
  }
  expect(await store.count()).toEqual({ call: KEYS.length });
}

// They wait for Redis more than they compute.
test.concurrent.for([
  ['Sentinels', startRedisSentinels],
  ['Redis Cluster', startRedisShards],
] as const)(
  'fail-over, %s - steps go on when a primary is killed, and what a replica had is there',
  { timeout: TEST_MS },
  async ([, start], { onTestFinished }) => {
    const servers = await start();
    const store = await openStore(servers, 0, onTestFinished);
    const steps = new Steps(store);
    await steps.more(500);
    const floor = new Map(steps.confirmed);
    await servers.replicated();
    await servers.failOver();
    await steps.more(500);
    await servers.restore();
    await steps.more(500);
    await steps.stop();
    expect(steps.refused).toBeGreaterThan(0);
    await expectWhole(store, floor);
  },
);

test.concurrent(
  'fail-over, Sentinels - where a replica is waited for, no step that was confirmed is lost',
  async ({ onTestFinished }) => {
    const servers = await startRedisSentinels();
    const store = await openStore(servers, 1, onTestFinished);
    const steps = new Steps(store);
    await steps.more(500);
    await servers.failOver();
    // The only server left has no replica: nothing is confirmed until it has.
    const { total } = steps;
    const floor = new Map(steps.confirmed);
    const lone = await connectRedisStore(servers.url);
    onTestFinished(() => lone.close());
    for (const [key, revision] of floor)
      expect((await loaded(lone, key)).revision).toBeGreaterThanOrEqual(revision);
    await vi.waitFor(() => expect(steps.refused).toBeGreaterThan(KEYS.length), PATIENCE);
    expect(steps.total).toBe(total);
    await servers.restore();
    await steps.more(500);
    await steps.stop();
    await expectWhole(store, steps.confirmed);
  },
  TEST_MS,
);

test.concurrent(
  'fail-over, Redis Cluster - where a replica is waited for, no step that was confirmed is lost',
  async ({ onTestFinished }) => {
    const servers = await startRedisShards();
    const store = await openStore(servers, 1, onTestFinished);
    const steps = new Steps(store);
    await steps.more(500);
    await servers.failOver();
    await servers.restore();
    await steps.more(500);
    await steps.stop();
    await expectWhole(store, steps.confirmed);
  },
  TEST_MS,
);
