/** One subject of the in-process bus: its queue, its consumers and its waiting publishers. */
import { type Envelope, StoxgateError, type Subject } from '@stoxgate/contracts';
import type { Dispatchable, Dispatcher } from './dispatcher.ts';
import { Fifo } from './fifo.ts';
import {
  type BusOptions,
  type ConsumeOptions,
  type Consumer,
  type Deserted,
  DONE,
  type Handler,
} from './port.ts';
import { RecentIds } from './recent-ids.ts';
import { isOutage, redeliveryDelayMs } from './redelivery.ts';

interface Item {
  readonly envelope: Envelope;
  readonly sequence: number;
  failures: number;
  outages: number;
  /** Where it is among what its member has in hand; -1: nobody has it. */
  place: number;
}

interface Member {
  readonly handler: Handler;
  readonly inHand: Item[];
  onIdle: (() => void) | undefined;
}

interface Waiter {
  readonly envelope: Envelope;
  readonly accepted: () => void;
  readonly refused: (cause: StoxgateError) => void;
  readonly timer: NodeJS.Timeout;
}

export class MemoryTopic implements Dispatchable {
  readonly #subject: Subject;
  readonly #options: BusOptions;
  readonly #dispatcher: Dispatcher;
  readonly #queue = new Fifo<Item>();
  /** Failed or abandoned messages whose turn has come again, oldest first; they go before the queue. */
  readonly #returned: Item[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #recent = new RecentIds();
  readonly #delays = new Set<NodeJS.Timeout>();
  #members: Member[] = [];
  #durable: string | undefined;
  #consumedSince = 0;
  #maxInFlight = 1;
  #inFlight = 0;
  #turn = 0;
  #sequence = 0;
  #size = 0;
  #ready = false;
  #open = true;

  constructor(subject: Subject, options: BusOptions, dispatcher: Dispatcher) {
    this.#subject = subject;
    this.#options = options;
    this.#dispatcher = dispatcher;
  }

  /** Messages accepted and not settled. */
  get size(): number {
    return this.#size;
  }

  /** Undefined where there is a consumer, or never was one. */
  get deserted(): Deserted | undefined {
    if (this.#durable === undefined || this.#members.length > 0) return undefined;
    return { subject: this.#subject, durable: this.#durable, messages: this.#size };
  }

  get isAttended(): boolean {
    return this.#members.length > 0;
  }

  /** When it had its first consumer; an order, no time of day. */
  get consumedSince(): number {
    return this.#consumedSince;
  }

  publish(envelope: Envelope, timeoutMs: number): Promise<void> {
    if (this.#waiters.size > 0 || this.#size >= this.#options.maxBacklog) {
      return this.#recent.has(envelope.id, Date.now()) ? DONE : this.#wait(envelope, timeoutMs);
    }
    this.#accept(envelope);
    return DONE;
  }

  consume(options: ConsumeOptions, handler: Handler): Consumer {
    if (this.#members.length > 0 && this.#durable !== options.durable) {
      throw new Error(`Subject ${this.#subject} is already consumed as ${this.#durable}.`);
    }
    if (this.#durable === undefined) this.#consumedSince = performance.now();
    this.#durable = options.durable;
    this.#maxInFlight = options.maxInFlight;
    const member: Member = { handler, inHand: [], onIdle: undefined };
    this.#members.push(member);
    this.#wake();
    return { stop: (timeoutMs) => this.#stop(member, timeoutMs) };
  }

  close(): void {
    this.#open = false;
    this.#members = [];
    for (const timer of this.#delays) clearTimeout(timer);
    this.#delays.clear();
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.refused(new StoxgateError('STOX_BUS_UNAVAILABLE', 'The bus was closed.'));
    }
    this.#waiters.clear();
  }

  handOutOne(): boolean {
    const member = this.#members[this.#turn % (this.#members.length || 1)];
    const item = this.#next();
    if (member === undefined || item === undefined) {
      this.#ready = false;
      return false;
    }
    this.#turn++;
    this.#inFlight++;
    item.place = member.inHand.push(item) - 1;
    const handled = run(member.handler, item.envelope);
    if (handled === DONE) this.#succeeded(member, item);
    else {
      handled.then(
        () => this.#succeeded(member, item),
        (cause: unknown) => this.#failed(member, item, cause),
      );
    }
    this.#ready = this.#canHandOut();
    return this.#ready;
  }

  #next(): Item | undefined {
    return this.#members.length === 0 ? undefined : (this.#returned.shift() ?? this.#queue.shift());
  }

  #canHandOut(): boolean {
    return (
      this.#inFlight < this.#maxInFlight &&
      this.#members.length > 0 &&
      this.#queue.size + this.#returned.length > 0
    );
  }

  #wake(): void {
    if (this.#ready || !this.#canHandOut()) return;
    this.#ready = true;
    this.#dispatcher.add(this);
  }

  #accept(envelope: Envelope): void {
    if (!this.#recent.add(envelope.id, Date.now())) return;
    this.#queue.push({ envelope, sequence: this.#sequence++, failures: 0, outages: 0, place: -1 });
    this.#size++;
    this.#wake();
  }

  #wait(envelope: Envelope, timeoutMs: number): Promise<void> {
    return new Promise((accepted, refused) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const detail = `Subject ${this.#subject} holds ${this.#size} messages that nobody has taken for ${timeoutMs} ms.`;
        refused(new StoxgateError('STOX_BUS_UNAVAILABLE', detail));
      }, timeoutMs);
      const waiter: Waiter = { envelope, accepted, refused, timer };
      this.#waiters.add(waiter);
    });
  }

  #succeeded(member: Member, item: Item): void {
    if (!release(member, item)) return;
    this.#settle();
  }

  #failed(member: Member, item: Item, cause: unknown): void {
    if (!release(member, item) || !this.#open) return;
    if (isOutage(cause)) item.outages++;
    else item.failures++;
    if (item.failures >= this.#options.maxDeliveries) {
      this.#settle();
      this.#options.onDeadLetter(item.envelope, cause);
      return;
    }
    const timer = setTimeout(
      () => {
        this.#delays.delete(timer);
        this.#giveBack(item);
      },
      redeliveryDelayMs(item.failures + item.outages),
    );
    this.#delays.add(timer);
  }

  #settle(): void {
    this.#inFlight--;
    this.#size--;
    if (this.#waiters.size > 0) this.#admit();
    this.#wake();
  }

  #admit(): void {
    for (const waiter of this.#waiters) {
      if (this.#size >= this.#options.maxBacklog) break;
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      this.#accept(waiter.envelope);
      waiter.accepted();
    }
  }

  /** Puts a message back before all that were published after it. */
  #giveBack(item: Item): void {
    this.#inFlight--;
    const place = this.#returned.findIndex((other) => other.sequence > item.sequence);
    this.#returned.splice(place === -1 ? this.#returned.length : place, 0, item);
    this.#wake();
  }

  async #stop(member: Member, timeoutMs: number): Promise<void> {
    this.#members = this.#members.filter((other) => other !== member);
    if (member.inHand.length > 0) await idle(member, timeoutMs);
    for (const item of member.inHand.splice(0)) {
      item.place = -1;
      this.#giveBack(item);
    }
  }
}

/** A handler that throws before it returns its promise has failed like any other. */
function run(handler: Handler, envelope: Envelope): Promise<void> {
  try {
    return handler(envelope);
  } catch (cause) {
    return Promise.reject(cause);
  }
}

/** False when the message was taken away from `member` before it settled it. */
function release(member: Member, item: Item): boolean {
  const { inHand } = member;
  if (inHand[item.place] !== item) return false;
  const last = inHand.pop();
  if (last !== undefined && last !== item) {
    inHand[item.place] = last;
    last.place = item.place;
  }
  item.place = -1;
  if (inHand.length === 0) member.onIdle?.();
  return true;
}

const idle = (member: Member, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    member.onIdle = () => {
      clearTimeout(timer);
      resolve();
    };
  });
