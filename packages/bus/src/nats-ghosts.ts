/**
 * Trap: a server that was killed can come back waiting for the acknowledgement of a message that it no longer has. It never
 * delivers that again, and a consumer with one message in flight waits for ever: a whole partition stands still. Seen with
 * 2.9.10 at every third kill under load. So whoever consumes one at a time looks now and then, and acknowledges such a message.
 */
import { type ConsumerInfo, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { streamOf } from './nats-streams.ts';

/** The message that a consumer waits for at the moment. */
interface Awaited {
  readonly sequence: number;
  readonly delivery: number;
}

const MESSAGE_NOT_FOUND = 10037;

export class NatsGhosts {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #onFound: (subject: string) => void;
  /** What each consumer waited for at the last look. */
  #awaited = new Map<string, Awaited>();

  constructor(connection: NatsConnection, manager: JetStreamManager, onFound: (subject: string) => void) {
    this.#connection = connection;
    this.#manager = manager;
    this.#onFound = onFound;
  }

  /** One look. A consumer that waits for the same delivery at two of them, of a message that is gone, is freed. */
  async look(): Promise<void> {
    const before = this.#awaited;
    this.#awaited = new Map();
    for await (const info of this.#manager.consumers.list(streamOf('stox.evt.'))) {
      const awaited = awaitedBy(info);
      if (awaited === undefined) continue;
      const last = before.get(info.name);
      this.#awaited.set(info.name, awaited);
      const isSame = last?.sequence === awaited.sequence && last.delivery === awaited.delivery;
      if (isSame && (await this.#isGone(info.stream_name, awaited.sequence))) this.#free(info, awaited);
    }
  }

  async #isGone(stream: string, seq: number): Promise<boolean> {
    try {
      return (await this.#manager.streams.getMessage(stream, { seq })) === null;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === MESSAGE_NOT_FOUND) return true;
      throw cause;
    }
  }

  /** The message is no longer in the stream: to acknowledge it can lose nothing, whoever does so. */
  #free({ name, stream_name: stream, config }: ConsumerInfo, { sequence, delivery }: Awaited): void {
    this.#connection.publish(`$JS.ACK.${stream}.${name}.1.${sequence}.${delivery}.0.0`, '+ACK');
    this.#onFound(config.filter_subject ?? name);
  }
}

/** With one in flight it is the last that was delivered. */
function awaitedBy({ config, num_ack_pending, delivered }: ConsumerInfo): Awaited | undefined {
  if (config.max_ack_pending !== 1 || num_ack_pending === 0) return undefined;
  return { sequence: delivered.stream_seq, delivery: delivered.consumer_seq };
}
