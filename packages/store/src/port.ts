/**
 * The session store: records with a revision, timers and the outbox of the last step, committed as one.
 * Implementations: `memory.ts`, `redis.ts`; both pass the contract suite in `contract.ts` (door `./testing`).
 */
import type { SessionKey } from '@stoxgate/contracts';

/** A message to publish after the commit: a command to an edge, or an event to another session. */
export interface OutboxEntry {
  readonly subject: string;
  /** JSON-able envelope, see `@stoxgate/contracts` envelope.ts. */
  readonly envelope: unknown;
}

export interface StoredSession {
  /** 0 when there is no record. */
  readonly revision: number;
  /** Undefined when the session never was or has ended. */
  readonly record: unknown;
  /** Ids of the events last applied, newest first, at most `RECENT_EVENTS`. */
  readonly recentEventIds: readonly string[];
  /** The outbox of the newest of them, for publishing again. */
  readonly outbox: readonly OutboxEntry[];
}

export const RECENT_EVENTS = 32;

export interface TimerKey {
  readonly key: SessionKey;
  readonly name: string;
}

export interface DueTimer extends TimerKey {
  readonly dueAt: number;
}

export interface Commit {
  readonly key: SessionKey;
  readonly eventId: string;
  /** Revision that was loaded; the commit fails when the stored one differs. */
  readonly expectedRevision: number;
  /** Undefined ends the session: its timers and indexes go; event ids and outbox stay for `tombstoneMs`. */
  readonly record: unknown;
  readonly outbox: readonly OutboxEntry[];
  readonly timers: {
    readonly set: readonly { name: string; dueAt: number }[];
    readonly clear: readonly string[];
  };
  /** Names under which the session can be found, all of them; replaces those of the last commit. */
  readonly indexes: readonly string[];
  readonly now: number;
}

export interface SessionStore {
  load(key: SessionKey): Promise<StoredSession>;
  /** All or nothing. `conflict`: the revision moved; load and step again. */
  commit(commit: Commit): Promise<'committed' | 'conflict'>;
  /**
   * Timers due at `now`, at most `limit`, oldest first. Each is leased for `leaseMs`: not returned again before that,
   * and then only if no commit cleared or moved it. A crash after this call loses nothing.
   */
  takeDueTimers(now: number, limit: number, leaseMs: number): Promise<readonly DueTimer[]>;
  /** When the earliest timer is due, to sleep no longer than needed. */
  nextTimerAt(): Promise<number | undefined>;
  /** Keys of the sessions that carry `index`, at most `limit`. */
  find(index: string, limit: number): Promise<readonly SessionKey[]>;
  /** Live sessions by kind (`call`, `pair`, `user`), for metrics. */
  count(): Promise<Readonly<Record<string, number>>>;
  fault(): string | undefined;
  close(): Promise<void>;
}
