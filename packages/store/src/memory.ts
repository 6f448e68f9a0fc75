/**
 * The store inside one process. Nothing is copied; what is in it dies with the process. What was not asked for in a while is
 * packed, so that what an idle session costs is little more than what it says.
 */
import { type SessionKey, StoxgateError } from '@stoxgate/contracts';
import { IdleEntries, type IdleEntry, type Retirement } from './idle-entries.ts';
import { kindOf } from './kind.ts';
import { forgetRepetition, type HeldSession, type PackedSession, pack, unpack } from './packed.ts';
import {
  COMMITTED,
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

/** How long a session is kept as it is after it was used: what an ended call leaves goes after 32 s, to pack it would be in vain. */
const IDLE_MS = 45_000;

interface Entry extends IdleEntry {
  /** Packed when it is idle. */
  stored: HeldSession | PackedSession;
  isLive: boolean;
  indexes: readonly string[];
  timers: readonly QueuedTimer[];
}

export interface MemoryStoreOptions {
  /** Default `IDLE_MS`. */
  readonly idleMs?: number;
  /** Default `TOMBSTONE_MS`. */
  readonly tombstoneMs?: number;
}

const NONE: readonly never[] = [];
const NOTHING: StoredSession = { revision: 0, record: undefined, recentEventIds: NONE, outbox: NONE };
const CONFLICT: Promise<'conflict'> = Promise.resolve('conflict');

const closed = (): StoxgateError => new StoxgateError('STOX_STORE_UNAVAILABLE', 'The store was closed.');

/** A store for services that share a process. Every method works at once; its promise is already resolved. */
export const createMemoryStore = ({
  tombstoneMs = TOMBSTONE_MS,
  idleMs = IDLE_MS,
}: MemoryStoreOptions = {}): SessionStore => new MemoryStore(tombstoneMs, idleMs);

const isStored = (stored: HeldSession | PackedSession): stored is HeldSession =>
  typeof stored !== 'string' && 'revision' in stored;

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (const [at, index] of one.entries()) if (index !== other[at]) return false;
  return true;
}

/** In place: a copy of 32 ids for each event was a fortieth of all the memory that a message takes. */
function putFirst(eventIds: string[], newest: string): void {
  eventIds.unshift(newest);
  if (eventIds.length > RECENT_EVENTS) eventIds.pop();
}

/** The first `limit` in order, of those behind `after`: one pass, for there may be very many, read page by page. */
function leastOf(keys: Iterable<SessionKey>, limit: number, after: SessionKey | undefined): SessionKey[] {
  const least: SessionKey[] = [];
  let bound: SessionKey | undefined;
  for (const key of keys) {
    if ((after !== undefined && key <= after) || (bound !== undefined && key >= bound)) continue;
    least.push(key);
    if (least.length < 2 * limit) continue;
    least.sort().length = limit;
    bound = least.at(-1);
  }
  return least.sort().slice(0, limit);
}

class MemoryStore implements SessionStore {
  readonly #tombstoneMs: number;
  readonly #idleMs: number;
  readonly #entries = new Map<SessionKey, Entry>();
  readonly #indexes = new Map<string, Set<SessionKey>>();
  readonly #timers = new TimerQueue();
  readonly #counts = new Map<string, number>();
  /** Ended sessions and when to forget them, oldest first; deleted and set anew on a further end. */
  readonly #tombstones = new Map<SessionKey, number>();
  readonly #idle: IdleEntries<SessionKey, Entry>;
  #open = true;

  constructor(tombstoneMs: number, idleMs: number) {
    this.#tombstoneMs = tombstoneMs;
    this.#idleMs = idleMs;
    this.#idle = new IdleEntries({
      entries: this.#entries,
      idleMs,
      retire: (entry, unusedMs) => this.#retire(entry, unusedMs),
    });
  }

  async load(key: SessionKey): Promise<StoredSession> {
    const stored = this.loadAtOnce(key);
    return { ...stored, recentEventIds: [...stored.recentEventIds] };
  }

  loadAtOnce(key: SessionKey): StoredSession {
    this.#mustBeOpen();
    const entry = this.#entries.get(key);
    return entry === undefined ? NOTHING : this.#storedOf(entry);
  }

  commit(commit: Commit): Promise<'committed' | 'conflict'> {
    if (!this.#open) return Promise.reject(closed());
    this.#forgetTombstones(commit.now);
    const entry = this.#entries.get(commit.key) ?? {
      stored: { revision: 0, record: undefined, recentEventIds: [], outbox: NONE },
      isLive: false,
      usedAt: 0,
      indexes: NONE,
      timers: NONE,
    };
    const { revision, record, recentEventIds } = this.#storedOf(entry);
    if (revision !== commit.expectedRevision) return CONFLICT;
    this.#entries.set(commit.key, entry);
    putFirst(recentEventIds, commit.eventId);
    entry.stored = { revision: revision + 1, record: commit.record, recentEventIds, outbox: commit.outbox };
    const isLive = commit.record !== undefined;
    entry.isLive = isLive;
    this.#tombstones.delete(commit.key);
    if (!isLive) this.#tombstones.set(commit.key, commit.now + this.#tombstoneMs);
    this.#count(commit.key, Number(isLive) - Number(record !== undefined));
    this.#index(commit.key, entry, isLive ? commit.indexes : NONE);
    if (isLive) this.#arm(commit, entry);
    else this.#disarm(entry);
    return COMMITTED;
  }

  /** What is kept is visited by the garbage collector, and an ended call's last outbox is a quarter of what it leaves. */
  published(key: SessionKey, eventId: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || !isStored(entry.stored)) return;
    if (entry.stored.recentEventIds[0] === eventId) entry.stored.outbox = NONE;
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
    return leastOf(this.#indexes.get(index) ?? NONE, limit, after);
  }

  async carries(key: SessionKey, index: string): Promise<boolean> {
    this.#mustBeOpen();
    return this.#indexes.get(index)?.has(key) ?? false;
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
    this.#idle.stop();
  }

  #mustBeOpen(): void {
    if (!this.#open) throw closed();
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

  #arm({ key, timers: { clear, set } }: Commit, entry: Entry): void {
    if (clear.length === 0 && set.length === 0) return;
    const isMoved = (name: string): boolean =>
      clear.includes(name) || set.some((timer) => timer.name === name);
    for (const timer of entry.timers) if (isMoved(timer.name)) this.#timers.clear(timer);
    const kept = entry.timers.filter(({ live }) => live);
    const added = set.map(({ name, dueAt }): QueuedTimer => ({ key, name, dueAt, at: dueAt, live: true }));
    for (const timer of added) this.#timers.add(timer);
    // No spread: it leaves room for many more, in each session for as long as it lasts.
    entry.timers = kept.length + added.length === 0 ? NONE : kept.concat(added);
  }

  #disarm(entry: Entry): void {
    for (const timer of entry.timers) this.#timers.clear(timer);
    entry.timers = NONE;
  }

  #storedOf(entry: Entry): HeldSession {
    entry.usedAt = Math.trunc(performance.now());
    this.#idle.expect();
    const { stored } = entry;
    if (isStored(stored)) return stored;
    const unpacked = unpack(stored);
    entry.stored = unpacked;
    return unpacked;
  }

  #retire(entry: Entry, unusedMs: number): Retirement {
    const { stored } = entry;
    if (!entry.isLive || typeof stored === 'string') return 'over';
    if (isStored(stored)) {
      if (unusedMs < this.#idleMs) return 'pending';
      entry.stored = pack(stored);
      return 'begun';
    }
    if (unusedMs < this.#tombstoneMs) return 'pending';
    entry.stored = forgetRepetition(stored);
    return 'over';
  }
}
