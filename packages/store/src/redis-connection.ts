/**
 * One connection to Redis, to the primary that Sentinels name, or to a Redis Cluster: it reconnects for ever, and no command
 * waits without a deadline.
 */
import { StoxgateError } from '@stoxgate/contracts';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisPlace } from './redis-url.ts';
import { COMMIT_SCRIPT, LEASE_SCRIPT } from './scripts.ts';

const COMMAND_TIMEOUT_MS = 2000;
/** How long one node of several is tried before the next. */
const NODE_TIMEOUT_MS = 2000;
const CLOSE_TIMEOUT_MS = 1000;
/** How often a cluster is asked who has which slot, besides when a node goes away. */
const SLOTS_EVERY_MS = 2000;

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

const SCRIPTS = {
  commitSession: { lua: COMMIT_SCRIPT, numberOfKeys: 5 },
  leaseTimers: { lua: LEASE_SCRIPT, numberOfKeys: 2 },
};

const CLIENT_OPTIONS = {
  lazyConnect: true,
  enableAutoPipelining: true,
  // A command fails at once while there is no connection; whoever sent it knows best whether to send it again.
  enableOfflineQueue: false,
  scripts: SCRIPTS,
} satisfies RedisOptions;

const credentialsOf = ({ isTls, username, password }: RedisPlace): RedisOptions => ({
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...(isTls && { tls: {} }),
});

const redisOptions = (place: RedisPlace): RedisOptions => ({
  ...NODE_OPTIONS,
  ...CLIENT_OPTIONS,
  ...credentialsOf(place),
  db: place.db,
  retryStrategy: retryAfterMs,
  // After a fail-over the old primary answers READONLY: find the new one.
  reconnectOnError: ({ message }) => message.includes('READONLY'),
});

const sentinelOptions = (place: RedisPlace): RedisOptions => ({
  ...redisOptions(place),
  name: place.master,
  sentinels: [...place.nodes],
  sentinelUsername: place.sentinelUsername,
  sentinelPassword: place.sentinelPassword,
  sentinelRetryStrategy: retryAfterMs,
  sentinelReconnectStrategy: retryAfterMs,
  sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
  // A primary that hangs never closes its connections: the Sentinels tell when another takes its place.
  failoverDetector: true,
  ...(place.isTls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
});

const clusterOf = (place: RedisPlace): Cluster =>
  new Cluster([...place.nodes], {
    ...CLIENT_OPTIONS,
    clusterRetryStrategy: retryAfterMs,
    slotsRefreshInterval: SLOTS_EVERY_MS,
    redisOptions: { ...NODE_OPTIONS, ...credentialsOf(place) },
  });

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
    const place = placeOf(url);
    if (place.master !== undefined)
      return RedisConnection.#start(new Redis(sentinelOptions(place)), place, deadline);
    const single = await RedisConnection.#openAny(place, deadline);
    const isCluster = /cluster_enabled:1/.test(await single.run((client) => client.info('cluster')));
    if (!isCluster && place.nodes.length === 1) return single;
    await single.close();
    if (!isCluster) throw unavailable(`${addressesOf(place)} are no Redis Cluster.`);
    return RedisConnection.#start(clusterOf(place), place, deadline);
  }

  /** Connects to the first node that answers. */
  static async #openAny(place: RedisPlace, deadline: number): Promise<RedisConnection> {
    const { nodes } = place;
    for (let attempt = 0; ; attempt++) {
      const node = nodes[attempt % nodes.length];
      const until = nodes.length === 1 ? deadline : Math.min(deadline, Date.now() + NODE_TIMEOUT_MS);
      try {
        return await RedisConnection.#start(new Redis({ ...redisOptions(place), ...node }), place, until);
      } catch (cause) {
        if (Date.now() >= deadline) throw cause;
      }
    }
  }

  static async #start(
    client: Redis | Cluster,
    place: RedisPlace,
    deadline: number,
  ): Promise<RedisConnection> {
    const connection = new RedisConnection(client);
    await connection.#ready(place, deadline);
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
      // A cluster that does not know who has a slot throws at once.
      call(work, this.#client).then(
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

  async #ready(place: RedisPlace, deadline: number): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#client.once('ready', resolve);
    });
    this.#client.connect().catch((cause: unknown) => {
      this.#lastError = messageOf(cause);
    });
    const late = new Promise<void>((resolve) => setTimeout(resolve, deadline - Date.now()).unref());
    await Promise.race([connected, late]);
    if (this.#client.status === 'ready') return;
    this.#open = false;
    this.#client.disconnect();
    throw unavailable(`No Redis at ${addressesOf(place)}: ${this.#lastError ?? 'no answer'}.`);
  }
}

const unavailable = (detail: string, cause?: unknown): StoxgateError =>
  new StoxgateError('STOX_STORE_UNAVAILABLE', detail, { cause });

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const addressesOf = ({ nodes, master }: RedisPlace): string =>
  `${nodes.map(({ host, port }) => `${host}:${port}`).join(', ')}${master === undefined ? '' : ` for ${master}`}`;

function placeOf(url: string): RedisPlace {
  try {
    return parseRedisUrl(url);
  } catch (cause) {
    throw unavailable('The address of Redis cannot be read.', cause);
  }
}

async function call<Answer>(work: (client: Client) => Promise<Answer>, client: Client): Promise<Answer> {
  return work(client);
}
