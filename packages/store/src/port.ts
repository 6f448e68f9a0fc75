/**
 * The session store: records with a revision, timers and the outbox of the last step, committed as one.
 * Implementations: `memory.ts`, `redis.ts`; both pass the contract suite in `contract.ts` (door `./testing`).
 *
 * What goes in and comes out is JSON-able and immutable by convention: the memory store hands on the same objects.
 * Every method rejects with `STOX_STORE_UNAVAILABLE` when the store does not answer in time; a commit that was
 * rejected so may have been applied, which loading again shows.
 */
import type { SessionKey } from '@stoxgate/contracts';

/** A message to publish after the commit: a command to an edge, or an event to another session. */
export interface OutboxEntry {
  readonly subject: string;
  /** JSON-able envelope, see `@stoxgate/contracts` envelope.ts. */
  readonly envelope: unknown;
}

export interface StoredSession {
  /** 0 when nothing is stored. Grows by one with each commit, across an end too: a tombstone has one and no record. */
  readonly revision: number;
  /** Undefined when the session never was or has ended. */
  readonly record: unknown;
  /**
   * Ids of the events last applied, newest first, at most `RECENT_EVENTS`. They and the outbox may be forgotten when nobody
   * has asked for the session in `TOMBSTONE_MS`.
   */
  readonly recentEventIds: readonly string[];
  /** The outbox of the newest of them, for publishing again; empty once it is known to be published. */
  readonly outbox: readonly OutboxEntry[];
}

/** No fewer than the bus puts in one message (docs/adr/0017-batches.md): one that comes again is recognised whole. */
export const RECENT_EVENTS = 32;

/** How long the event ids and the outbox of a session are kept at least: nothing is delivered again so late. */
export const TOMBSTONE_MS = 120_000;

export interface TimerKey {
  readonly key: SessionKey;
  readonly name: string;
}

export interface DueTimer extends TimerKey {
  /** For when it was set, also when it is handed out again after a lease. */
  readonly dueAt: number;
}

export interface Commit {
  readonly key: SessionKey;
  readonly eventId: string;
  /** Revision that was loaded; the commit fails when the stored one differs. */
  readonly expectedRevision: number;
  /**
   * Undefined ends the session: its timers and indexes go; event ids and outbox stay for `TOMBSTONE_MS`. Also for a
   * session that never was: the event leaves no more than its id and its outbox.
   */
  readonly record: unknown;
  readonly outbox: readonly OutboxEntry[];
  /** `clear` comes before `set`. A timer that fired stays set until a commit clears or moves it. */
  readonly timers: {
    readonly set: readonly { name: string; dueAt: number }[];
    readonly clear: readonly string[];
  };
  /** Names under which the session can be found, all of them; replaces those of the last commit. */
  readonly indexes: readonly string[];
  readonly now: number;
}

/** Kept: what `commit` may return that has happened at once. Who gets this very promise need not wait. */
export const COMMITTED: Promise<'committed'> = Promise.resolve('committed');

export interface SessionStore {
  load(key: SessionKey): Promise<StoredSession>;
  /** The same at once, where the store is in this process: good until the next commit to the session. */
  loadAtOnce?(key: SessionKey): StoredSession;
  /**
   * What this process last saw of the session, at once; undefined when it is to be loaded. Others may have changed it since: good
   * for nothing but a commit, which conflicts then. Only where to load takes a round trip.
   */
  recall?(key: SessionKey): StoredSession | undefined;
  /** All or nothing. `conflict`: the revision moved; load and step again. */
  commit(commit: Commit): Promise<'committed' | 'conflict'>;
  /** The outbox that was committed with this event has been published. Only where to keep it longer takes memory for nothing. */
  published?(key: SessionKey, eventId: string): void;
  /**
   * Timers due at `now`, at most `limit`, oldest first. Each is leased for `leaseMs`: not returned again before that,
   * and then only if no commit cleared or moved it. A crash after this call loses nothing.
   */
  takeDueTimers(now: number, limit: number, leaseMs: number): Promise<readonly DueTimer[]>;
  /** When `takeDueTimers` has something to give next (a due time or the end of a lease), to sleep no longer. */
  nextTimerAt(): Promise<number | undefined>;
  /**
   * Keys of the sessions that carry `index`, at most `limit`, in an order that stays; `after`: those behind this key,
   * which need not carry it any more.
   */
  find(index: string, limit: number, after?: SessionKey): Promise<readonly SessionKey[]>;
  /** Whether the session `key` carries `index`. */
  carries(key: SessionKey, index: string): Promise<boolean>;
  /** Live sessions by kind (`call`, `pair`, `user`), for metrics. A kind that was there once stays, with 0. */
  count(): Promise<Readonly<Record<string, number>>>;
  /** Undefined when the store answers, else what is wrong, for /readyz. */
  fault(): string | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}
