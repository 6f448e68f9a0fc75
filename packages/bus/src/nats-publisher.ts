/**
 * Publishing over JetStream: one message in flight per subject, and in the next goes all that was published meanwhile. So no
 * refusal (full subject) and no cut connection lets a later envelope overtake an earlier one. To subjects that several processes
 * share each envelope goes alone, and one of each session key is in flight.
 */
import { errors, headers, type MsgHdrs, nuid } from '@nats-io/transport-node';
import { deriveHex, type Envelope, isForAny, StoxgateError, type Subject } from '@stoxgate/contracts';
import { type NatsAcks, Refused } from './nats-acks.ts';
import { bodyOf, MOST_ENVELOPES, type Pending, takeBatch } from './nats-batch.ts';
import { busClosed, type NatsLink } from './nats-link.ts';
import type { NatsWrites } from './nats-writes.ts';

const ATTEMPT_TIMEOUT_MS = 2000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

const HEADER_SAFE = /^[\x21-\x7e]{1,200}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A JetStream message, the same however often it is sent. */
interface Message {
  readonly body: string;
  readonly fields: MsgHdrs;
  /** Whose publishers still wait. */
  batch: Pending[];
}

/** What is on its way to one subject, or of one session key to it. */
interface Lane {
  readonly name: string;
  readonly subject: Subject;
  /** Envelopes in one message. */
  readonly most: number;
  waiting: Pending[];
  /** Sent once, and nobody knows whether the server has it: until that is known nothing else goes. */
  unsure: Message | undefined;
  /** In a row that failed, the last one why. */
  failures: number;
  cause: unknown;
}

export interface PublisherSetting {
  readonly acks: NatsAcks;
  readonly link: NatsLink;
  readonly writes: NatsWrites;
  /** Bytes that the server takes in one message. */
  readonly maxPayload: () => number;
  /** The server has a message of so many envelopes. */
  readonly onAccepted: (subject: Subject, envelopes: number) => void;
}

export class NatsPublisher {
  readonly #setting: PublisherSetting;
  readonly #lanes = new Map<string, Lane>();

  constructor(setting: PublisherSetting) {
    this.#setting = setting;
  }

  /** Settles as `Bus.publish` says; `isAlone`: not in a batch. */
  publish(
    subject: Subject,
    envelope: Envelope,
    timeoutMs: number,
    isAlone = isForAny(subject),
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const { id, key, trace } = envelope;
      const name = isAlone ? `${subject} ${key}` : subject;
      const body = JSON.stringify(envelope);
      const pending = { id, trace, body, deadline: Date.now() + timeoutMs, resolve, reject };
      const open = this.#lanes.get(name);
      if (open !== undefined) {
        open.waiting.push(pending);
        return;
      }
      const most = isAlone ? 1 : MOST_ENVELOPES;
      const lane = {
        name,
        subject,
        most,
        waiting: [pending],
        unsure: undefined,
        failures: 0,
        cause: undefined,
      };
      this.#lanes.set(name, lane);
      this.#next(lane);
    });
  }

  /** Nothing of this lane is in flight. */
  #next(lane: Lane): void {
    const { link, writes } = this.#setting;
    if (lane.failures > 0 || !link.isUp) this.#refuseLate(lane);
    if (lane.unsure === undefined && lane.waiting.length === 0) this.#lanes.delete(lane.name);
    else if (link.isUp) writes.add(() => this.#send(lane));
    else {
      lane.cause = new Error('disconnected');
      void link.changed(leftMs(openIn(lane))).then(() => this.#next(lane));
    }
  }

  #send(lane: Lane): void {
    const { acks, link, maxPayload } = this.#setting;
    if (!link.isUp) {
      this.#next(lane);
      return;
    }
    const message = lane.unsure ?? messageOf(lane.subject, takeBatch(lane.waiting, lane.most, maxPayload()));
    lane.unsure = message;
    const timeoutMs = Math.min(leftMs(message.batch), ATTEMPT_TIMEOUT_MS);
    acks.publish(lane.subject, message.body, message.fields, timeoutMs).then(
      () => this.#accepted(lane, message),
      (cause: unknown) => this.#failed(lane, message, cause),
    );
  }

  #accepted(lane: Lane, { batch }: Message): void {
    this.#setting.onAccepted(lane.subject, batch.length);
    lane.unsure = undefined;
    lane.failures = 0;
    for (const { resolve } of batch) resolve();
    this.#next(lane);
  }

  #failed(lane: Lane, { batch }: Message, cause: unknown): void {
    if (cause instanceof errors.InvalidArgumentError) {
      lane.unsure = undefined;
      for (const { body, reject } of batch) reject(tooLarge(lane.subject, body, cause));
      this.#next(lane);
      return;
    }
    if (cause instanceof Refused) {
      lane.unsure = undefined;
      lane.waiting = [...batch, ...lane.waiting];
    }
    lane.cause = cause;
    const pauseMs = FIRST_PAUSE_MS * 2 ** Math.min(lane.failures++, 10);
    const most = Math.min(LONGEST_PAUSE_MS, leftMs(openIn(lane)));
    setTimeout(() => this.#next(lane), Math.min(pauseMs, most));
  }

  #refuseLate(lane: Lane): void {
    const { isClosed } = this.#setting.link;
    const now = Date.now();
    const inTime = (pending: Pending): boolean => {
      if (!isClosed && pending.deadline > now) return true;
      pending.reject(isClosed ? busClosed() : refusal(lane.subject, lane.cause));
      return false;
    };
    const { unsure } = lane;
    if (unsure !== undefined) {
      unsure.batch = unsure.batch.filter(inTime);
      if (unsure.batch.length === 0) lane.unsure = undefined;
    }
    lane.waiting = lane.waiting.filter(inTime);
  }
}

const openIn = ({ unsure, waiting }: Lane): readonly Pending[] =>
  unsure === undefined ? waiting : [...unsure.batch, ...waiting];

/** Until the first of them is late. */
function leftMs(pending: readonly Pending[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { deadline } of pending) first = Math.min(first, deadline);
  return Math.max(0, first - Date.now());
}

function messageOf(subject: Subject, batch: Pending[]): Message {
  return { body: bodyOf(batch), fields: headersOf(subject, batch), batch };
}

/**
 * A message alone has its envelope's id, a batch one of its own: nobody but its sender ever sends just these together. The trace
 * context of one also travels as the W3C header, for tools that read nothing but headers.
 */
function headersOf(subject: Subject, [first, second]: readonly Pending[]): MsgHdrs {
  const fields = headers();
  if (first === undefined || second !== undefined) {
    fields.set('Nats-Msg-Id', `${subject}/[${nuid.next()}]`);
    return fields;
  }
  fields.set('Nats-Msg-Id', messageIdOf(subject, first.id));
  if (first.trace !== undefined && TRACEPARENT.test(first.trace)) fields.set('traceparent', first.trace);
  return fields;
}

/**
 * Nats-Msg-Id is one name space per stream; the bus wants one per subject. Ids hold text from the wire: what a header
 * cannot carry is hashed.
 */
function messageIdOf(subject: Subject, id: string): string {
  const name = `${subject}/${id}`;
  return HEADER_SAFE.test(name) ? name : `${subject}/${deriveHex(id, 20)}`;
}

function refusal(subject: Subject, cause: unknown): StoxgateError {
  const why = cause instanceof Error ? cause.message : 'no time left';
  return new StoxgateError('STOX_BUS_UNAVAILABLE', `NATS did not accept a message for ${subject}: ${why}.`, {
    cause,
  });
}

/** No outage: whoever tries again gets the same answer. */
const tooLarge = (subject: Subject, body: string, cause: unknown): RangeError =>
  new RangeError(`NATS takes no message of ${body.length} characters (for ${subject}).`, { cause });
