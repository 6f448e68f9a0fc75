/** One connection to Redis, or to a Redis Cluster: it reconnects for ever, and no command waits without a deadline. */
import { StoxgateError } from '@stoxgate/contracts';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { COMMIT_SCRIPT, LEASE_SCRIPT } from './scripts.ts';

const COMMAND_TIMEOUT_MS = 2000;
const CLOSE_TIMEOUT_MS = 1000;

interface Scripts {
  commitSession(...keysAndArguments: (string | number)[]): Promise<unknown>;
  leaseTimers(...keysAndArguments: (string | number)[]): Promise<unknown>;
}
export type Client = (Redis | Cluster) & Scripts;

const retryAfterMs = (attempt: number): number =>
  Math.min(2000, 50 * 2 ** Math.min(attempt, 8)) * (0.5 + Math.random() / 2);

const NODE_OPTIONS = {
  connectTimeout: 5000,
  keepAlive: 10_000,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions;

const CLIENT_OPTIONS = {
  lazyConnect: true,
  enableAutoPipelining: true,
  // A command fails at once while there is no connection; whoever sent it knows best whether to send it again.
  enableOfflineQueue: false,
} satisfies RedisOptions;

const SCRIPTS = {
  commitSession: { lua: COMMIT_SCRIPT, numberOfKeys: 5 },
  leaseTimers: { lua: LEASE_SCRIPT, numberOfKeys: 2 },
};

export class RedisConnection {
  readonly #client: Client;
  #lastError: string | undefined;
  #open = true;

  private constructor(client: Redis | Cluster) {
    this.#client = client as Client;
    client.on('error', (cause: Error) => {
      this.#lastError = cause.message;
    });
  }

  /** @throws StoxgateError STOX_STORE_UNAVAILABLE when no server is ready within `timeoutMs`. */
  static async open(url: string, timeoutMs: number): Promise<RedisConnection> {
    const deadline = Date.now() + timeoutMs;
    const redis = new Redis(url, {
      ...NODE_OPTIONS,
      ...CLIENT_OPTIONS,
      scripts: SCRIPTS,
      retryStrategy: retryAfterMs,
      // After a fail-over the old primary answers READONLY: find the new one.
      reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    });
    const single = new RedisConnection(redis);
    await single.#ready(deadline);
    if (!/cluster_enabled:1/.test(await single.run((client) => client.info('cluster')))) return single;
    await single.close();
    const { host, port, username, password, tls } = redis.options;
    const cluster = new Cluster([{ host: host ?? '127.0.0.1', port: port ?? 6379 }], {
      ...CLIENT_OPTIONS,
      scripts: SCRIPTS,
      clusterRetryStrategy: retryAfterMs,
      redisOptions: { ...NODE_OPTIONS, username, password, tls },
    });
    const connection = new RedisConnection(cluster);
    await connection.#ready(deadline);
    return connection;
  }

  /**
   * What `work` answers within the command deadline.
   * @throws StoxgateError STOX_STORE_UNAVAILABLE when it does not, or Redis reports an error.
   */
  run<Answer>(work: (client: Client) => Promise<Answer>): Promise<Answer> {
    const fault = this.fault();
    if (fault !== undefined) return Promise.reject(unavailable(fault));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(unavailable(`Redis gave no answer for ${COMMAND_TIMEOUT_MS} ms.`));
      }, COMMAND_TIMEOUT_MS);
      work(this.#client).then(
        (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        (cause: unknown) => {
          clearTimeout(timer);
          reject(unavailable(`Redis: ${messageOf(cause)}.`, cause));
        },
      );
    });
  }

  fault(): string | undefined {
    if (!this.#open) return 'closed';
    return this.#client.status === 'ready' ? undefined : `no connection to Redis (${this.#client.status})`;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
    if (this.#client.status === 'ready') await Promise.race([this.#client.quit().catch(() => {}), limit]);
    this.#client.disconnect();
  }

  async #ready(deadline: number): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#client.once('ready', resolve);
    });
    this.#client.connect().catch((cause: unknown) => {
      this.#lastError = messageOf(cause);
    });
    const late = new Promise<void>((resolve) => setTimeout(resolve, deadline - Date.now()).unref());
    await Promise.race([connected, late]);
    if (this.#client.status === 'ready') return;
    const { options } = this.#client;
    const where = 'host' in options ? `${options.host}:${options.port}` : 'the Redis Cluster';
    this.#client.disconnect();
    throw unavailable(`No Redis at ${where}: ${this.#lastError ?? 'no answer'}.`);
  }
}

const unavailable = (detail: string, cause?: unknown): StoxgateError =>
  new StoxgateError('STOX_STORE_UNAVAILABLE', detail, { cause });

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
