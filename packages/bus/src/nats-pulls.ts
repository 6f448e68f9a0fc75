/**
 * The pull requests of one consumer.
 *
 * Trap: server 2.9.10 now and then knows of no request though it has sent no end of it and has a message, probably when both
 * came at one moment; the client library counts on it, and asks anew after two missed heartbeats. So there are two, that expire in
 * turn.
 */
import type { ConsumerMessages, JsMsg, Consumer as PullConsumer } from '@nats-io/jetstream';

/**
 * Messages asked for at a time. How many are in hand is the durable's `max_ack_pending`; asking anew for each would be one
 * request more for every message.
 */
const PULLED = 512;
/**
 * What a process that died has asked for stands until it expires, and a message given to it waits for `ackWaitMs`: a request
 * that is the shorter of the two swallows one delivery at most.
 */
const PULL_SHARE = 2 / 3;
/** The client library takes no less. */
const LEAST_PULL_MS = 1000;

export class NatsPulls {
  readonly #consumer: PullConsumer;
  readonly #maxMessages: number;
  readonly #expiresMs: number;
  readonly #take: (message: JsMsg) => void;
  readonly #pulls: ConsumerMessages[] = [];
  #second: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    consumer: PullConsumer,
    maxInFlight: number,
    ackWaitMs: number,
    take: (message: JsMsg) => void,
  ) {
    this.#consumer = consumer;
    this.#maxMessages = Math.max(maxInFlight, PULLED);
    this.#expiresMs = Math.max(LEAST_PULL_MS, Math.round(ackWaitMs * PULL_SHARE));
    this.#take = take;
  }

  /** Resolves when the first request is out. */
  async start(): Promise<void> {
    await this.#pull();
    if (this.#isStopped) return;
    // Fails when the bus was closed meanwhile.
    this.#second = setTimeout(() => void this.#pull().catch(() => {}), this.#expiresMs / 2);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#second);
    for (const messages of this.#pulls) messages.stop();
  }

  async #pull(): Promise<void> {
    const messages = await this.#consumer.consume({
      max_messages: this.#maxMessages,
      expires: this.#expiresMs,
      callback: this.#take,
    });
    if (this.#isStopped) messages.stop();
    else this.#pulls.push(messages);
  }
}
