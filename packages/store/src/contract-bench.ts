/** What the tests of the store contract share. */
import { brandKey, type SessionKey } from '@stoxgate/contracts';
import type { Commit, SessionStore } from './port.ts';

export interface StoreUnderTest {
  /** Empty, and nothing else uses it at the time. */
  readonly store: SessionStore;
  /** It knows the time by the `now` of commits alone. */
  readonly hasNoClock?: boolean;
  close(): Promise<void>;
}

export type MakeStore = (options: { readonly tombstoneMs: number }) => Promise<StoreUnderTest>;

/** Makes stores for one test at a time. */
export class Bench {
  readonly #makeStore: MakeStore;
  readonly #made: StoreUnderTest[] = [];

  constructor(makeStore: MakeStore) {
    this.#makeStore = makeStore;
  }

  async start(tombstoneMs = 120_000): Promise<SessionStore> {
    const under = await this.#makeStore({ tombstoneMs });
    this.#made.push(under);
    return under.store;
  }

  /** Lets real time pass where the store goes by it. */
  async elapse(ms: number): Promise<void> {
    if (this.#made.some(({ hasNoClock }) => hasNoClock !== true)) {
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  async clear(): Promise<void> {
    for (const under of this.#made.splice(0)) await under.close();
  }
}

export const call = (name: string): SessionKey => brandKey(`call:${name}`);
export const pair = (name: string): SessionKey => brandKey(`pair:${name}`);

/** A commit of `key` that expects nothing stored and changes nothing but what `parts` says. */
export const commitOf = (key: SessionKey, parts: Partial<Commit> = {}): Commit => ({
  key,
  eventId: 'event-1',
  expectedRevision: 0,
  record: { kind: 'call' },
  outbox: [],
  timers: { set: [], clear: [] },
  indexes: [],
  now: Date.now(),
  ...parts,
});

/** Loads and commits until no other commit came between. */
export async function commitOver(
  store: SessionStore,
  key: SessionKey,
  parts: Partial<Commit> | ((record: unknown) => Partial<Commit>),
): Promise<void> {
  for (;;) {
    const { revision, record } = await store.load(key);
    const wanted = typeof parts === 'function' ? parts(record) : parts;
    const result = await store.commit(commitOf(key, { ...wanted, expectedRevision: revision }));
    if (result === 'committed') return;
  }
}

export const setTimers = (...set: [name: string, dueAt: number][]): Pick<Commit, 'timers'> => ({
  timers: { set: set.map(([name, dueAt]) => ({ name, dueAt })), clear: [] },
});

export const clearTimers = (...clear: string[]): Pick<Commit, 'timers'> => ({ timers: { set: [], clear } });

/** Keys that would break a careless encoding. */
export const ODD_KEYS: readonly SessionKey[] = [
  pair('žofie@příklad.example sip:+420 123;x=y@a'),
  call('{b{r}a}c{e}s}{'),
  call('}{stox:1}'),
  call('"quo\\"ted\\\\", [1,2]'),
  call('line\nbreak\r\n\ttab\u0000nul'),
  call('👩‍👩‍👧 * ? [a-z] \\'),
  call(' '),
  call('__proto__'),
  call('x'.repeat(3000)),
];
