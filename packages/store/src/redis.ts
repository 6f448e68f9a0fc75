/** The store in Redis 6 or newer, alone, under Sentinels or as a Redis Cluster. `keys.ts` names what is kept, `scripts.ts` says how it changes. */
import { PARTITIONS, partitionOf, type SessionKey } from '@stoxgate/contracts';
import { memberOf, memberRange, parseMember, StoreKeys } from './keys.ts';
import { kindOf } from './kind.ts';
import {
  type Commit,
  type DueTimer,
  type OutboxEntry,
  RECENT_EVENTS,
  type SessionStore,
  type StoredSession,
  TOMBSTONE_MS,
} from './port.ts';
import { RecentSessions } from './recent-sessions.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisReplication } from './redis-replication.ts';

export interface RedisStoreOptions {
  /** Sets deployments apart that share a server. Default `stox`. */
  readonly namespace?: string;
  /** Default `TOMBSTONE_MS`. */
  readonly tombstoneMs?: number;
  /** Replicas that must have a step before it counts, for each primary. Default 0. */
  readonly replicas?: number;
  /** How long the first connection may take. Default 10,000. */
  readonly connectTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects to Redis and reconnects for ever. A server in cluster mode is recognised.
 * @param url as `parseRedisUrl` reads it.
 * @throws StoxgateError STOX_STORE_UNAVAILABLE when no server answers within `connectTimeoutMs`.
 */
export async function connectRedisStore(url: string, options: RedisStoreOptions = {}): Promise<SessionStore> {
  const connection = await RedisConnection.open(url, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  const keys = new StoreKeys(options.namespace ?? 'stox');
  const replication = new RedisReplication(connection, keys, options.replicas ?? 0);
  return new RedisStore(connection, keys, replication, options.tombstoneMs ?? TOMBSTONE_MS);
}

class RedisStore implements SessionStore {
  readonly #connection: RedisConnection;
  readonly #keys: StoreKeys;
  readonly #replication: RedisReplication;
  readonly #tombstoneMs: number;
  readonly #recent = new RecentSessions();

  constructor(
    connection: RedisConnection,
    keys: StoreKeys,
    replication: RedisReplication,
    tombstoneMs: number,
  ) {
    this.#connection = connection;
    this.#keys = keys;
    this.#replication = replication;
    this.#tombstoneMs = tombstoneMs;
  }

  async load(key: SessionKey): Promise<StoredSession> {
    await this.#replication.sure(key);
    const [revision, record, ids, outbox] = await this.#connection.run((client) =>
      client.hmget(this.#keys.session(key), 'rev', 'rec', 'ids', 'out'),
    );
    const stored = {
      revision: Number(revision ?? 0),
      record: record == null ? undefined : (JSON.parse(record) as unknown),
      recentEventIds: JSON.parse(`[${ids ?? ''}]`) as string[],
      outbox: JSON.parse(outbox ?? '[]') as OutboxEntry[],
    };
    this.#recent.loaded(key, stored);
    return stored;
  }

  recall(key: SessionKey): StoredSession | undefined {
    return this.#recent.recall(key);
  }

  async commit(commit: Commit): Promise<'committed' | 'conflict'> {
    const { key } = commit;
    try {
      const isApplied = (await this.#commit(commit)) === 1;
      if (isApplied) this.#recent.committed(commit);
      else this.#recent.conflicted(key);
      return isApplied ? 'committed' : 'conflict';
    } catch (cause) {
      this.#recent.forget(key);
      throw cause;
    }
  }

  #commit(commit: Commit): Promise<unknown> {
    const { key, record, expectedRevision } = commit;
    const newest = this.#recent.newestEventAt(key, expectedRevision);
    const isLive = record !== undefined;
    const { set, clear } = isLive ? commit.timers : { set: [], clear: [] };
    const indexes = isLive ? [...new Set(commit.indexes)].sort() : [];
    return this.#replication.commit(key, [
      ...this.#keys.ofCommit(key),
      expectedRevision,
      newest === undefined ? '' : JSON.stringify(newest),
      isLive ? '1' : '0',
      isLive ? JSON.stringify(record) : '',
      JSON.stringify(commit.eventId),
      JSON.stringify(commit.outbox),
      kindOf(key),
      RECENT_EVENTS,
      this.#tombstoneMs,
      indexes.length,
      ...indexes.map((index) => memberOf(index, key)),
      clear.length,
      ...clear.map((name) => memberOf(name, key)),
      set.length,
      ...set.flatMap(({ name, dueAt }) => [memberOf(name, key), dueAt]),
    ]);
  }

  async takeDueTimers(now: number, limit: number, leaseMs: number): Promise<readonly DueTimer[]> {
    const shares = await this.#dueByPartition(now, limit);
    const taken = await Promise.all(
      [...shares].map(async ([partition, count]) => {
        const { timers, due } = this.#keys.partitions[partition] ?? { timers: '', due: '' };
        const reply = await this.#connection.run((client) =>
          client.leaseTimers(timers, due, now, count, now + leaseMs),
        );
        return readTimers(reply as string[]);
      }),
    );
    return taken.flat().sort((a, b) => a.dueAt - b.dueAt);
  }

  async nextTimerAt(): Promise<number | undefined> {
    const times = (await this.#timerTimes('+inf', 1)).flat();
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async find(index: string, limit: number, after?: SessionKey): Promise<readonly SessionKey[]> {
    if (after !== undefined) return this.#findAfter(index, limit, after);
    const { from, to } = memberRange(index);
    const members = await this.#onPartitions(({ indexes }) =>
      this.#connection.run((client) => client.zrangebylex(indexes, from, to, 'LIMIT', 0, limit)),
    );
    return members
      .flat()
      .slice(0, limit)
      .map((member) => parseMember(member).key);
  }

  /** One partition after the other: the first of them mostly has enough. */
  async #findAfter(index: string, limit: number, after: SessionKey): Promise<readonly SessionKey[]> {
    const { from, to } = memberRange(index);
    const first = partitionOf(after, PARTITIONS);
    const found: SessionKey[] = [];
    for (const [partition, { indexes }] of this.#keys.partitions.entries()) {
      if (partition < first || found.length >= limit) continue;
      const lowest = partition === first ? `(${memberOf(index, after)}` : from;
      const members = await this.#connection.run((client) =>
        client.zrangebylex(indexes, lowest, to, 'LIMIT', 0, limit - found.length),
      );
      found.push(...members.map((member) => parseMember(member).key));
    }
    return found;
  }

  async carries(key: SessionKey, index: string): Promise<boolean> {
    const { indexes = '' } = this.#keys.partitions[partitionOf(key, PARTITIONS)] ?? {};
    const score = await this.#connection.run((client) => client.zscore(indexes, memberOf(index, key)));
    return score !== null;
  }

  async count(): Promise<Readonly<Record<string, number>>> {
    const counts = await this.#onPartitions(({ counters }) =>
      this.#connection.run((client) => client.hgetall(counters)),
    );
    const total = new Map<string, number>();
    for (const [kind, sessions] of counts.flatMap((each) => Object.entries(each))) {
      total.set(kind, (total.get(kind) ?? 0) + Number(sessions));
    }
    return Object.fromEntries(total);
  }

  fault(): string | undefined {
    return this.#connection.fault();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** How many of the `limit` oldest due timers each partition holds; partitions that hold none are left out. */
  async #dueByPartition(now: number, limit: number): Promise<Map<number, number>> {
    const times = await this.#timerTimes(now, limit);
    const oldest = times
      .flatMap((ofPartition, partition) => ofPartition.map((at) => ({ at, partition })))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
    const shares = new Map<number, number>();
    for (const { partition } of oldest) shares.set(partition, (shares.get(partition) ?? 0) + 1);
    return shares;
  }

  /** When the first `limit` timers of each partition may be handed out, up to `until`. */
  #timerTimes(until: number | '+inf', limit: number): Promise<number[][]> {
    return this.#onPartitions(async ({ timers }) => {
      const reply = await this.#connection.run((client) =>
        client.zrangebyscore(timers, '-inf', until, 'WITHSCORES', 'LIMIT', 0, limit),
      );
      return reply.filter((_, at) => at % 2 === 1).map(Number);
    });
  }

  /** Asks every partition at once; auto-pipelining makes one write of it. */
  #onPartitions<Answer>(ask: (keys: StoreKeys['partitions'][number]) => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(this.#keys.partitions.map(ask));
  }
}

function readTimers(reply: readonly string[]): DueTimer[] {
  const timers: DueTimer[] = [];
  for (let at = 0; at < reply.length; at += 2) {
    timers.push({ ...parseMember(reply[at] ?? ''), dueAt: Number(reply[at + 1]) });
  }
  return timers;
}
