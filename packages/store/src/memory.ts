/** The store inside one process. Nothing is copied; what is in it dies with the process. */
import { type SessionKey, StoxgateError } from '@stoxgate/contracts';
import { kindOf } from './kind.ts';
import {
  type Commit,
  type DueTimer,
  RECENT_EVENTS,
  type SessionStore,
  type StoredSession,
  TOMBSTONE_MS,
} from './port.ts';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';

/** Tombstones kept at most; a redelivery within one process comes sooner than so many sessions end. */
const MOST_TOMBSTONES = 10_000;

interface Entry {
  stored: StoredSession;
  indexes: readonly string[];
  readonly timers: Map<string, QueuedTimer>;
}

export interface MemoryStoreOptions {
  /** Default `TOMBSTONE_MS`. */
  readonly tombstoneMs?: number;
}

const NOTHING: StoredSession = { revision: 0, record: undefined, recentEventIds: [], outbox: [] };

/** A store for services that share a process. Every method works at once; its promise is already resolved. */
export const createMemoryStore = ({ tombstoneMs = TOMBSTONE_MS }: MemoryStoreOptions = {}): SessionStore =>
  new MemoryStore(tombstoneMs);

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((index, at) => index === other[at]);

class MemoryStore implements SessionStore {
  readonly #tombstoneMs: number;
  readonly #entries = new Map<SessionKey, Entry>();
  readonly #indexes = new Map<string, Set<SessionKey>>();
  readonly #timers = new TimerQueue();
  readonly #counts = new Map<string, number>();
  /** Ended sessions and when to forget them, oldest first; deleted and set anew on a further end. */
  readonly #tombstones = new Map<SessionKey, number>();
  #open = true;

  constructor(tombstoneMs: number) {
    this.#tombstoneMs = tombstoneMs;
  }

  async load(key: SessionKey): Promise<StoredSession> {
    this.#mustBeOpen();
    return this.#entries.get(key)?.stored ?? NOTHING;
  }

  async commit(commit: Commit): Promise<'committed' | 'conflict'> {
    this.#mustBeOpen();
    this.#forgetTombstones(commit.now);
    const entry = this.#entries.get(commit.key) ?? { stored: NOTHING, indexes: [], timers: new Map() };
    const { revision, record, recentEventIds } = entry.stored;
    if (revision !== commit.expectedRevision) return 'conflict';
    this.#entries.set(commit.key, entry);
    entry.stored = {
      revision: revision + 1,
      record: commit.record,
      recentEventIds: [commit.eventId, ...recentEventIds.slice(0, RECENT_EVENTS - 1)],
      outbox: commit.outbox,
    };
    const isLive = commit.record !== undefined;
    this.#tombstones.delete(commit.key);
    if (!isLive) this.#tombstones.set(commit.key, commit.now + this.#tombstoneMs);
    this.#count(commit.key, Number(isLive) - Number(record !== undefined));
    this.#index(commit.key, entry, isLive ? commit.indexes : []);
    for (const name of isLive ? commit.timers.clear : [...entry.timers.keys()]) this.#clear(entry, name);
    if (isLive) for (const { name, dueAt } of commit.timers.set) this.#set(commit.key, entry, name, dueAt);
    return 'committed';
  }

  async takeDueTimers(now: number, limit: number, leaseMs: number): Promise<readonly DueTimer[]> {
    this.#mustBeOpen();
    const taken: QueuedTimer[] = [];
    while (taken.length < limit) {
      const timer = this.#timers.takeDue(now);
      if (timer === undefined) break;
      taken.push(timer);
    }
    for (const timer of taken) {
      timer.at = now + leaseMs;
      this.#timers.add(timer);
    }
    return taken.map(({ key, name, dueAt }) => ({ key, name, dueAt })).sort((a, b) => a.dueAt - b.dueAt);
  }

  async nextTimerAt(): Promise<number | undefined> {
    this.#mustBeOpen();
    return this.#timers.first()?.at;
  }

  async find(index: string, limit: number, after?: SessionKey): Promise<readonly SessionKey[]> {
    this.#mustBeOpen();
    const keys = Array.from(this.#indexes.get(index) ?? []);
    const rest = after === undefined ? keys : keys.filter((key) => key > after);
    return rest.sort().slice(0, limit);
  }

  async count(): Promise<Readonly<Record<string, number>>> {
    this.#mustBeOpen();
    return Object.fromEntries(this.#counts);
  }

  fault(): string | undefined {
    return this.#open ? undefined : 'closed';
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new StoxgateError('STOX_STORE_UNAVAILABLE', 'The store was closed.');
  }

  #forgetTombstones(now: number): void {
    for (const [key, forgetAt] of this.#tombstones) {
      if (forgetAt > now && this.#tombstones.size <= MOST_TOMBSTONES) return;
      this.#tombstones.delete(key);
      this.#entries.delete(key);
    }
  }

  #count(key: SessionKey, by: number): void {
    if (by === 0) return;
    const kind = kindOf(key);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + by);
  }

  #index(key: SessionKey, entry: Entry, indexes: readonly string[]): void {
    if (isSame(entry.indexes, indexes)) return;
    for (const index of entry.indexes) {
      if (indexes.includes(index)) continue;
      const keys = this.#indexes.get(index);
      keys?.delete(key);
      if (keys?.size === 0) this.#indexes.delete(index);
    }
    for (const index of indexes) {
      const keys = this.#indexes.get(index);
      if (keys === undefined) this.#indexes.set(index, new Set([key]));
      else keys.add(key);
    }
    entry.indexes = indexes;
  }

  #clear(entry: Entry, name: string): void {
    const timer = entry.timers.get(name);
    if (timer === undefined) return;
    entry.timers.delete(name);
    this.#timers.clear(timer);
  }

  #set(key: SessionKey, entry: Entry, name: string, dueAt: number): void {
    this.#clear(entry, name);
    const timer: QueuedTimer = { key, name, dueAt, at: dueAt, live: true };
    entry.timers.set(name, timer);
    this.#timers.add(timer);
  }
}
