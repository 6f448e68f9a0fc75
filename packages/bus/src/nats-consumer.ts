/** One consumer of a subject over JetStream: a durable pull consumer that all processes of its name share. */
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Envelope } from '@stoxgate/contracts';
import { readEnvelope } from './nats-envelope.ts';
import { hasCode, streamOf } from './nats-streams.ts';
import type { NatsWrites } from './nats-writes.ts';
import type { BusOptions, ConsumeOptions, Consumer, Handler } from './port.ts';
import { isOutage, redeliveryDelayMs } from './redelivery.ts';

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
/** A durable that nobody pulls from goes away, its messages stay: edge names change at every start. */
const INACTIVE_MS = 60 * 60 * 1000;

const CONSUMER_NOT_FOUND = 10014;
const CONSUMER_EXISTS = [10013, 10148];

interface InHand {
  readonly sequence: number;
  readonly envelope: Envelope;
  readonly since: number;
  message: JsMsg;
  outages: number;
  retry: NodeJS.Timeout | undefined;
}

export interface ConsumerSetting {
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly writes: NatsWrites;
  readonly options: BusOptions;
  /** The server delivers a message again when it hears nothing of it for so long. */
  readonly ackWaitMs: number;
}

export class NatsConsumer implements Consumer {
  readonly #setting: ConsumerSetting;
  readonly #consume: ConsumeOptions;
  readonly #handler: Handler;
  readonly #stream: string;
  readonly #durable: string;
  readonly #inHand = new Map<number, InHand>();
  #messages: ConsumerMessages | undefined;
  #stopping = false;
  #onIdle: (() => void) | undefined;

  constructor(setting: ConsumerSetting, consume: ConsumeOptions, handler: Handler) {
    this.#setting = setting;
    this.#consume = consume;
    this.#handler = handler;
    this.#stream = streamOf(consume.subject);
    this.#durable = durableName(consume);
  }

  /** Creates the durable if need be and starts to pull. */
  async start(): Promise<void> {
    await this.#ensureDurable();
    const consumer = await this.#setting.jetstream.consumers.get(this.#stream, this.#durable);
    if (this.#stopping) return;
    this.#messages = await consumer.consume({
      max_messages: Math.max(this.#consume.maxInFlight, PULLED),
      expires: Math.max(LEAST_PULL_MS, Math.round(this.#setting.ackWaitMs * PULL_SHARE)),
      callback: (message) => this.#take(message),
    });
  }

  /** After a reconnect: a server that lost its disk has lost the durable too. */
  async recover(): Promise<void> {
    if (this.#stopping) return;
    try {
      await this.#setting.manager.consumers.info(this.#stream, this.#durable);
    } catch (cause) {
      if (!hasCode(cause, CONSUMER_NOT_FOUND)) throw cause;
      this.#messages?.stop();
      await this.start();
    }
  }

  /** Tells the server that the messages in hand are still being worked on. Call at least thrice per `ackWaitMs`. */
  keepAlive(now: number): void {
    const slow = now - this.#setting.ackWaitMs / 4;
    for (const { message, since } of this.#inHand.values()) if (since <= slow) message.working();
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    this.#messages?.stop();
    for (const item of this.#inHand.values()) if (item.retry !== undefined) this.#giveUp(item);
    if (this.#inHand.size > 0) await this.#idle(timeoutMs);
    for (const item of this.#inHand.values()) this.#giveUp(item);
  }

  #take(message: JsMsg): void {
    if (this.#stopping) {
      message.nak();
      return;
    }
    const { streamSequence: sequence, deliveryCount } = message.info;
    const known = this.#inHand.get(sequence);
    if (known !== undefined) {
      // Delivered again while we work on it, after a cut connection: the newer delivery is the one to settle.
      known.message = message;
      return;
    }
    const reading = readEnvelope(message.subject, message.data);
    if (!reading.ok) {
      message.term();
      this.#setting.options.onUnreadable?.(message.subject, reading.cause);
      return;
    }
    const { envelope } = reading;
    // A message that kills its process never fails; the count of deliveries gives it away.
    if (deliveryCount > 2 * this.#setting.options.maxDeliveries) {
      message.term();
      this.#setting.options.onDeadLetter(
        envelope,
        new Error(`delivered ${deliveryCount} times, never settled`),
      );
      return;
    }
    const item: InHand = { sequence, envelope, since: Date.now(), message, outages: 0, retry: undefined };
    this.#inHand.set(sequence, item);
    this.#run(item);
  }

  #run(item: InHand): void {
    item.retry = undefined;
    call(this.#handler, item.envelope).then(
      () => this.#settle(item, (message) => message.ack()),
      (cause: unknown) => this.#failed(item, cause),
    );
  }

  #failed(item: InHand, cause: unknown): void {
    if (this.#inHand.get(item.sequence) !== item) return;
    const { deliveryCount } = item.message.info;
    const { maxDeliveries, onDeadLetter } = this.#setting.options;
    if (isOutage(cause) && this.#stopping) {
      this.#giveUp(item);
    } else if (isOutage(cause)) {
      // Kept here, not given back: the server counts deliveries and cannot know that this one was no fault.
      item.retry = setTimeout(() => this.#run(item), redeliveryDelayMs(++item.outages));
    } else if (deliveryCount >= maxDeliveries) {
      this.#settle(item, (message) => message.term());
      onDeadLetter(item.envelope, cause);
    } else {
      this.#settle(item, (message) => message.nak(redeliveryDelayMs(deliveryCount)));
    }
  }

  #giveUp(item: InHand): void {
    clearTimeout(item.retry);
    this.#settle(item, (message) => message.nak());
  }

  #settle(item: InHand, how: (message: JsMsg) => void): void {
    if (this.#inHand.get(item.sequence) !== item) return;
    this.#inHand.delete(item.sequence);
    const { message } = item;
    this.#setting.writes.add(() => how(message));
    if (this.#inHand.size === 0) this.#onIdle?.();
  }

  #idle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #ensureDurable(): Promise<void> {
    const { consumers } = this.#setting.manager;
    const config = {
      ack_wait: nanos(this.#setting.ackWaitMs),
      max_ack_pending: this.#consume.maxInFlight,
      max_deliver: -1,
      filter_subject: this.#consume.subject,
      description: this.#consume.durable,
      inactive_threshold: nanos(INACTIVE_MS),
    };
    try {
      await consumers.add(this.#stream, {
        ...config,
        durable_name: this.#durable,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
      });
    } catch (cause) {
      if (!CONSUMER_EXISTS.some((code) => hasCode(cause, code))) throw cause;
      await consumers.update(this.#stream, this.#durable, config);
    }
  }
}

/** A durable's name is unique in its stream, ours on its subject; it may hold neither dots, blanks nor wildcards. */
const durableName = ({ durable, subject }: ConsumeOptions): string =>
  `${durable}@${subject}`.replace(
    /[^A-Za-z0-9@_-]/g,
    (char) => `=${(char.codePointAt(0) ?? 0).toString(16)}`,
  );

function call(handler: Handler, envelope: Envelope): Promise<void> {
  try {
    return handler(envelope);
  } catch (cause) {
    return Promise.reject(cause);
  }
}
