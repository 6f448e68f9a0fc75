/** One consumer of a subject over JetStream: a durable pull consumer that all processes of its name share. */
import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Envelope, Subject } from '@stoxgate/contracts';
import { readEnvelopes } from './nats-envelope.ts';
import { type InHand, type Item, inHand } from './nats-in-hand.ts';
import { NatsPulls } from './nats-pulls.ts';
import { hasCode, streamOf } from './nats-streams.ts';
import { type Turns, turnsOf } from './nats-turns.ts';
import type { NatsWrites } from './nats-writes.ts';
import type { BusOptions, ConsumeOptions, Consumer, Handler } from './port.ts';
import { RecentIds } from './recent-ids.ts';
import { isOutage, redeliveryDelayMs } from './redelivery.ts';

/** A durable that nobody pulls from goes away, its messages stay: edge names change at every start. */
const INACTIVE_MS = 60 * 60 * 1000;

const CONSUMER_NOT_FOUND = 10014;
const CONSUMER_EXISTS = [10013, 10148];

export interface ConsumerSetting {
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly writes: NatsWrites;
  readonly options: BusOptions;
  /** The server delivers a message again when it hears nothing of it for so long. */
  readonly ackWaitMs: number;
  /** A message of so many envelopes has come. */
  readonly onTaken: (subject: Subject, envelopes: number) => void;
  /** Publishes an envelope anew, alone. */
  readonly republish: (subject: Subject, envelope: Envelope) => Promise<void>;
}

export class NatsConsumer implements Consumer {
  readonly #setting: ConsumerSetting;
  readonly #consume: ConsumeOptions;
  readonly #handler: Handler;
  readonly #stream: string;
  readonly #durable: string;
  readonly #inHand = new Map<number, InHand>();
  readonly #turns: Turns;
  /** The server recognises what comes twice as a message, this what comes twice in different batches. */
  readonly #recent = new RecentIds();
  #pulls: NatsPulls | undefined;
  #stopping = false;
  #onIdle: (() => void) | undefined;

  constructor(setting: ConsumerSetting, consume: ConsumeOptions, handler: Handler) {
    this.#setting = setting;
    this.#consume = consume;
    this.#handler = handler;
    this.#stream = streamOf(consume.subject);
    this.#durable = durableName(consume);
    this.#turns = turnsOf(consume.maxInFlight);
  }

  /** Creates the durable if need be and starts to pull. */
  async start(): Promise<void> {
    const { jetstream, ackWaitMs } = this.#setting;
    await this.#ensureDurable();
    const consumer = await jetstream.consumers.get(this.#stream, this.#durable);
    if (this.#stopping) return;
    const { maxInFlight } = this.#consume;
    this.#pulls = new NatsPulls(consumer, maxInFlight, ackWaitMs, (message) => this.#take(message));
    await this.#pulls.start();
  }

  /** After a reconnect: a server that lost its disk has lost the durable too. */
  async recover(): Promise<void> {
    if (this.#stopping) return;
    try {
      await this.#setting.manager.consumers.info(this.#stream, this.#durable);
    } catch (cause) {
      if (!hasCode(cause, CONSUMER_NOT_FOUND)) throw cause;
      this.#pulls?.stop();
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
    this.#pulls?.stop();
    for (const all of this.#inHand.values()) {
      if (all.working === 0 || all.items.some(({ state }) => state === 'pausing')) this.#doom(all);
    }
    if (this.#inHand.size > 0) await this.#idle(timeoutMs);
    for (const all of this.#inHand.values()) this.#giveBack(all);
  }

  #take(message: JsMsg): void {
    if (this.#stopping) {
      message.nak();
      return;
    }
    const { streamSequence, deliveryCount } = message.info;
    const known = this.#inHand.get(streamSequence);
    if (known !== undefined) {
      // Delivered again while we work on it, after a cut connection: the newer delivery is the one to settle.
      known.message = message;
      return;
    }
    const { onUnreadable, maxDeliveries } = this.#setting.options;
    const { envelopes, faults } = readEnvelopes(message.subject, message.data);
    for (const fault of faults) onUnreadable?.(message.subject, fault);
    this.#setting.onTaken(this.#consume.subject, envelopes.length);
    // A message that kills its process never fails; the count of deliveries gives it away.
    if (deliveryCount > 2 * maxDeliveries) {
      this.#bury(message, envelopes);
      return;
    }
    const now = Date.now();
    const fresh = envelopes.filter(({ id }) => this.#recent.add(id, now));
    if (fresh.length === 0) {
      this.#setting.writes.add(() => message.ack());
      return;
    }
    const all = inHand(message, fresh, now);
    this.#inHand.set(all.sequence, all);
    for (const item of all.items) this.#turns.push(item);
    this.#handOut();
  }

  /** One of `envelopes` kills processes. Alone it is that one; of several each gets deliveries of its own. */
  #bury(message: JsMsg, envelopes: readonly Envelope[]): void {
    const [first, second] = envelopes;
    const { deliveryCount } = message.info;
    if (first !== undefined && second === undefined) {
      message.term();
      const cause = new Error(`delivered ${deliveryCount} times, never settled`);
      this.#setting.options.onDeadLetter(first, cause);
      return;
    }
    const { subject } = this.#consume;
    const anew = envelopes.map((envelope) => this.#setting.republish(subject, envelope));
    // What was not taken comes again with the message.
    Promise.all(anew).then(
      () => message.term(),
      () => message.nak(redeliveryDelayMs(deliveryCount)),
    );
  }

  #handOut(): void {
    for (let item = this.#turns.next(); item !== undefined; item = this.#turns.next()) {
      if (item.of.isDoomed) this.#turns.done(item);
      else this.#run(item);
    }
  }

  #run(item: Item): void {
    item.state = 'working';
    item.of.working++;
    call(this.#handler, item.envelope).then(
      () => this.#done(item),
      (cause: unknown) => this.#failed(item, cause),
    );
  }

  #failed(item: Item, cause: unknown): void {
    const { maxDeliveries, onDeadLetter } = this.#setting.options;
    const isFault = !isOutage(cause);
    if (isFault && item.of.message.info.deliveryCount + item.failures++ >= maxDeliveries) {
      if (this.#done(item)) onDeadLetter(item.envelope, cause);
      return;
    }
    // Kept here, not given back: the server counts deliveries, and knows neither outages nor one envelope of several.
    const delayMs = redeliveryDelayMs(isFault ? item.failures : ++item.outages);
    item.of.working--;
    item.state = 'pausing';
    if (this.#stopping) this.#doom(item.of);
    else item.retry = setTimeout(() => this.#run(item), delayMs);
  }

  /** False when it was given back meanwhile. */
  #done(item: Item): boolean {
    const all = item.of;
    item.state = 'settled';
    all.working--;
    all.left--;
    this.#turns.done(item);
    const isOurs = this.#inHand.get(all.sequence) === all;
    if (isOurs && all.left === 0) this.#settle(all, (message) => message.ack());
    else if (isOurs && all.isDoomed) this.#doom(all);
    this.#handOut();
    return isOurs;
  }

  /** Nothing more of it is begun; it goes back when nobody works on it. */
  #doom(all: InHand): void {
    all.isDoomed = true;
    for (const { retry } of all.items) clearTimeout(retry);
    if (all.working === 0) this.#giveBack(all);
  }

  #giveBack(all: InHand): void {
    for (const { retry } of all.items) clearTimeout(retry);
    this.#settle(all, (message) => message.nak());
  }

  #settle(all: InHand, how: (message: JsMsg) => void): void {
    if (!this.#inHand.delete(all.sequence)) return;
    this.#setting.writes.add(() => how(all.message));
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
