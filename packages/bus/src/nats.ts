/** The bus between processes: NATS JetStream, server 2.9 or newer. See `nats-streams.ts` for what is kept. */
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Envelope, StoxgateError, type Subject } from '@stoxgate/contracts';
import { NatsAcks } from './nats-acks.ts';
import { BatchSizes } from './nats-batch-sizes.ts';
import { attendedSubjects, desertedSubjects } from './nats-consumed.ts';
import { NatsConsumer } from './nats-consumer.ts';
import { NatsGhosts } from './nats-ghosts.ts';
import { NatsLeftovers } from './nats-leftovers.ts';
import { busClosed, NatsLink } from './nats-link.ts';
import { NatsPublisher } from './nats-publisher.ts';
import { type Backlog, countMessages, ensureStreams } from './nats-streams.ts';
import { parseNatsUrl } from './nats-url.ts';
import { NatsWrites } from './nats-writes.ts';
import { type Bus, type BusOptions, PUBLISH_TIMEOUT_MS } from './port.ts';
import { redeliveryDelayMs } from './redelivery.ts';

export interface NatsBusOptions extends BusOptions {
  /** Shown by the server's monitoring. */
  readonly name?: string;
  /** Copies of the streams in a NATS cluster, of those that exist too; absent leaves what the server has. */
  readonly replicas?: number;
  /** After so long a silence a message goes to another process: the pause when one dies. Default 3000. */
  readonly ackWaitMs?: number;
  /** How often somebody looks for what a server that was killed kept by mistake. Default 10,000. */
  readonly tidyEveryMs?: number;
  /** How long the first connection may take. Default 10,000. */
  readonly connectTimeoutMs?: number;
}

const ACK_WAIT_MS = 3000;
const CONNECT_TIMEOUT_MS = 10_000;
/** For dialling and for each question to JetStream. */
const REQUEST_TIMEOUT_MS = 5000;
const COUNT_EVERY_MS = 1000;
/** Streams and durables that somebody deleted come back after at most so long. */
const CHECK_EVERY_MS = 30_000;
/** A partition that stands still is freed at the second look. */
const GHOSTS_EVERY_MS = 2000;
/** What was settled and is still there goes at the second look. */
const TIDY_EVERY_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1000;
const RECONNECT_MS = { least: 50, most: 1000 };

/**
 * Connects to NATS, creates the streams, and reconnects for ever.
 * @param url `nats://[user:password@|token@]host[:port]`, several separated by commas.
 * @throws StoxgateError STOX_BUS_UNAVAILABLE when no server answers within `connectTimeoutMs`.
 */
export async function connectNatsBus(url: string, options: NatsBusOptions): Promise<Bus> {
  const deadline = Date.now() + (options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(url, options);
    } catch (cause) {
      const pauseMs = redeliveryDelayMs(attempt) * (0.5 + Math.random());
      if (Date.now() + pauseMs > deadline) throw unreachable(url, cause);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

async function open(url: string, options: NatsBusOptions): Promise<Bus> {
  const connection = await connect({
    ...parseNatsUrl(url),
    name: options.name ?? 'stoxgate',
    timeout: REQUEST_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () =>
      RECONNECT_MS.least + Math.random() * (RECONNECT_MS.most - RECONNECT_MS.least),
    pingInterval: 5000,
    maxPingOut: 2,
    noAsyncTraces: true,
  });
  try {
    const manager = await jetstreamManager(connection);
    await ensureStreams(manager, { maxBacklog: options.maxBacklog, replicas: options.replicas });
    return new NatsBus(connection, manager, options);
  } catch (cause) {
    await connection.close();
    throw cause;
  }
}

class NatsBus implements Bus {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #options: NatsBusOptions;
  readonly #link = new NatsLink();
  readonly #writes = new NatsWrites();
  readonly #acks: NatsAcks;
  readonly #sizes = new BatchSizes();
  readonly #publisher: NatsPublisher;
  readonly #consumers = new Set<NatsConsumer>();
  readonly #ghosts: NatsGhosts;
  readonly #leftovers: NatsLeftovers;
  readonly #timers: NodeJS.Timeout[];
  #counted: Backlog = { events: 0, commands: 0 };
  #counting = false;
  #recovering = false;
  readonly #looking = new Set<object>();
  #hasPartitions = false;
  #countFault: string | undefined;
  #recoveryFault: string | undefined;

  constructor(connection: NatsConnection, manager: JetStreamManager, options: NatsBusOptions) {
    this.#connection = connection;
    this.#manager = manager;
    this.#options = options;
    this.#acks = new NatsAcks(connection);
    this.#publisher = new NatsPublisher({
      acks: this.#acks,
      link: this.#link,
      writes: this.#writes,
      maxPayload: () => connection.info?.max_payload ?? 0,
      onAccepted: this.#sizes.note,
    });
    this.#ghosts = new NatsGhosts(connection, manager, (subject) => options.onGhost?.(subject));
    this.#leftovers = new NatsLeftovers(manager);
    const keepAliveMs = (options.ackWaitMs ?? ACK_WAIT_MS) / 4;
    this.#timers = [
      setInterval(() => this.#keepAlive(), keepAliveMs).unref(),
      setInterval(() => void this.#count(), COUNT_EVERY_MS).unref(),
      setInterval(() => void this.#recover(), CHECK_EVERY_MS).unref(),
      setInterval(() => void this.#lookFor(this.#ghosts), GHOSTS_EVERY_MS).unref(),
      setInterval(() => void this.#lookFor(this.#leftovers), options.tidyEveryMs ?? TIDY_EVERY_MS).unref(),
    ];
    void this.#watch();
  }

  publish: Bus['publish'] = (subject, envelope, timeoutMs = PUBLISH_TIMEOUT_MS) =>
    this.#publisher.publish(subject, envelope, timeoutMs);

  consume: Bus['consume'] = async (consumeOptions, handler) => {
    if (this.#link.isClosed) throw busClosed();
    const setting = {
      jetstream: jetstream(this.#connection),
      manager: this.#manager,
      writes: this.#writes,
      options: this.#options,
      ackWaitMs: this.#options.ackWaitMs ?? ACK_WAIT_MS,
      onTaken: this.#sizes.note,
      republish: (subject: Subject, envelope: Envelope) =>
        this.#publisher.publish(subject, envelope, PUBLISH_TIMEOUT_MS, true),
    };
    const consumer = new NatsConsumer(setting, consumeOptions, handler);
    try {
      await consumer.start();
    } catch (cause) {
      const detail = `NATS refused to consume ${consumeOptions.subject}: ${messageOf(cause)}.`;
      throw new StoxgateError('STOX_BUS_UNAVAILABLE', detail, { cause });
    }
    this.#consumers.add(consumer);
    this.#hasPartitions ||= consumeOptions.maxInFlight === 1;
    return {
      stop: async (timeoutMs) => {
        await consumer.stop(timeoutMs);
        this.#consumers.delete(consumer);
      },
    };
  };

  deserted: Bus['deserted'] = (prefix) => answered(desertedSubjects(this.#manager, prefix));

  attended: Bus['attended'] = (prefix) => answered(attendedSubjects(this.#manager, prefix));

  backlog(): number {
    return this.#sizes.envelopesIn(this.#counted);
  }

  waitingEvents(): number {
    return this.#sizes.eventsIn(this.#counted);
  }

  fault(): string | undefined {
    if (this.#link.isClosed) return 'closed';
    if (!this.#link.isUp) return 'disconnected from NATS';
    return this.#recoveryFault ?? this.#countFault;
  }

  async close(): Promise<void> {
    if (this.#link.isClosed) return;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop(CLOSE_TIMEOUT_MS)));
    this.#writes.flush();
    const wasUp = this.#link.isUp;
    this.#link.set('closed');
    const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
    if (wasUp) await Promise.race([this.#connection.drain().catch(() => {}), limit]);
    await this.#connection.close();
    this.#acks.lose();
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (this.#link.isClosed) return;
      if (type === 'disconnect') {
        this.#link.set('down');
        this.#acks.lose();
      }
      if (type === 'reconnect') {
        this.#link.set('up');
        void this.#recover();
      }
    }
    this.#link.set('closed');
  }

  /** Streams and durables may be gone after a reconnect, to a server with an empty disk. */
  async #recover(): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    for (let attempt = 1; this.#link.isUp; attempt++) {
      try {
        const { maxBacklog, replicas } = this.#options;
        await ensureStreams(this.#manager, { maxBacklog, replicas });
        await Promise.all([...this.#consumers].map((consumer) => consumer.recover()));
        this.#recoveryFault = undefined;
        break;
      } catch (cause) {
        this.#recoveryFault = `JetStream: ${messageOf(cause)}`;
        await this.#link.changed(redeliveryDelayMs(attempt));
      }
    }
    this.#recovering = false;
  }

  #keepAlive(): void {
    if (!this.#link.isUp) return;
    const now = Date.now();
    for (const consumer of this.#consumers) consumer.keepAlive(now);
  }

  /** Whoever has partitions looks after what a server that was killed got wrong. */
  async #lookFor(faults: NatsGhosts | NatsLeftovers): Promise<void> {
    if (!this.#hasPartitions || !this.#link.isUp || this.#looking.has(faults)) return;
    this.#looking.add(faults);
    // What fails here fails for everybody, and shows in `fault`.
    await faults.look().catch(() => undefined);
    this.#looking.delete(faults);
  }

  async #count(): Promise<void> {
    if (!this.#link.isUp || this.#counting) return;
    this.#counting = true;
    try {
      this.#counted = await countMessages(this.#manager);
      this.#countFault = undefined;
    } catch (cause) {
      this.#countFault = `JetStream: ${messageOf(cause)}`;
    }
    this.#counting = false;
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

async function answered<Answer>(question: Promise<Answer>): Promise<Answer> {
  try {
    return await question;
  } catch (cause) {
    throw new StoxgateError('STOX_BUS_UNAVAILABLE', `JetStream: ${messageOf(cause)}.`, { cause });
  }
}

function unreachable(url: string, cause: unknown): StoxgateError {
  const { servers } = parseNatsUrl(url);
  const detail = `No JetStream at ${servers.join(', ')}: ${messageOf(cause)}.`;
  return new StoxgateError('STOX_BUS_UNAVAILABLE', detail, { cause });
}
