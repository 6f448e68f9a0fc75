/**
 * Steps that count only when replicas have them, so that a fail-over loses none: WAIT after each commit. What a commit left
 * unknown, by an outage or a lagging replica, is made sure of before its session is read again.
 */
import { PARTITIONS, partitionOf, type SessionKey, StoxgateError } from '@stoxgate/contracts';
import type { StoreKeys } from './keys.ts';
import type { Client, RedisConnection } from './redis-connection.ts';

/** It holds up the whole connection: short, and tried again by whoever tries the step again. */
const WAIT_MS = 100;

type Reply = readonly [cause: Error | null, answer: unknown];
interface Batch {
  commitSession(...keysAndArguments: (string | number)[]): Batch;
  set(key: string, value: string): Batch;
  call(command: string, ...args: (string | number)[]): Batch;
  exec(): Promise<readonly Reply[] | null>;
}

export class RedisReplication {
  readonly #connection: RedisConnection;
  readonly #keys: StoreKeys;
  readonly #replicas: number;
  /** Partitions where a commit may have been applied that replicas lack. */
  readonly #unsure = new Set<number>();

  /** @param replicas how many must have a step; 0: nobody is waited for. */
  constructor(connection: RedisConnection, keys: StoreKeys, replicas: number) {
    this.#connection = connection;
    this.#keys = keys;
    this.#replicas = replicas;
  }

  /**
   * Runs the commit script. Rejects with STOX_STORE_UNAVAILABLE also when it was applied and too few replicas have it.
   */
  async commit(key: SessionKey, keysAndArguments: (string | number)[]): Promise<unknown> {
    if (this.#replicas === 0) {
      return this.#connection.run((client) => client.commitSession(...keysAndArguments));
    }
    try {
      return await this.#run((batch) => batch.commitSession(...keysAndArguments));
    } catch (cause) {
      this.#unsure.add(partitionOf(key, PARTITIONS));
      throw cause;
    }
  }

  /** To be awaited before a session is read. Rejects with STOX_STORE_UNAVAILABLE while replicas are behind. */
  async sure(key: SessionKey): Promise<void> {
    const partition = partitionOf(key, PARTITIONS);
    if (!this.#unsure.has(partition)) return;
    // WAIT speaks of what this connection wrote: it writes, since it may not be the one that committed.
    await this.#run((batch) => batch.set(this.#keys.fence(partition), '1'));
    this.#unsure.delete(partition);
  }

  #run(write: (batch: Batch) => Batch): Promise<unknown> {
    return this.#connection.run(async (client) => {
      const replies = await write(batchOf(client)).call('WAIT', this.#replicas, WAIT_MS).exec();
      const [written, waited] = replies ?? [];
      const cause = written?.[0] ?? waited?.[0];
      if (written === undefined || waited === undefined || cause != null) {
        throw cause ?? new Error('the connection was lost');
      }
      // Nothing was written: another step came first.
      if (written[1] === 0) return 0;
      if (Number(waited[1]) < this.#replicas) throw tooFew(Number(waited[1]), this.#replicas);
      return written[1];
    });
  }
}

/** The scripts are methods of a pipeline too. */
const batchOf = (client: Client): Batch => client.pipeline() as unknown as Batch;

const tooFew = (have: number, want: number): StoxgateError =>
  new StoxgateError('STOX_STORE_UNAVAILABLE', `${have} of ${want} replicas of Redis have the step.`);
