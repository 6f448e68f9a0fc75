/**
 * Publishing over JetStream: many messages in flight, but one at a time per subject and session key. So neither a
 * refusal (full subject) nor a cut connection can let a later message of a session overtake an earlier one.
 */
import { errors, headers, type MsgHdrs } from '@nats-io/transport-node';
import { deriveHex, type Envelope, StoxgateError, type Subject } from '@stoxgate/contracts';
import type { NatsAcks } from './nats-acks.ts';
import { busClosed, type NatsLink } from './nats-link.ts';

const ATTEMPT_TIMEOUT_MS = 2000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

const HEADER_SAFE = /^[\x21-\x7e]{1,200}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export class NatsPublisher {
  readonly #acks: NatsAcks;
  readonly #link: NatsLink;
  /** Last publish of each subject and key that is under way. */
  readonly #lanes = new Map<string, Promise<void>>();

  constructor(acks: NatsAcks, link: NatsLink) {
    this.#acks = acks;
    this.#link = link;
  }

  publish(subject: Subject, envelope: Envelope, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const lane = `${subject} ${envelope.key}`;
    const before = this.#lanes.get(lane);
    const sent =
      before === undefined
        ? this.#send(subject, envelope, deadline)
        : before.then(() => this.#send(subject, envelope, deadline));
    const settled: Promise<void> = sent.then(
      () => this.#leave(lane, settled),
      () => this.#leave(lane, settled),
    );
    this.#lanes.set(lane, settled);
    return sent;
  }

  #leave(lane: string, settled: Promise<void>): void {
    if (this.#lanes.get(lane) === settled) this.#lanes.delete(lane);
  }

  async #send(subject: Subject, envelope: Envelope, deadline: number): Promise<void> {
    const body = JSON.stringify(envelope);
    const fields = headersOf(subject, envelope);
    let cause: unknown;
    for (let attempt = 0; ; attempt++) {
      if (this.#link.isClosed) throw busClosed();
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw refusal(subject, cause);
      if (!this.#link.isUp) {
        cause = new Error('disconnected');
        await this.#link.changed(leftMs);
        continue;
      }
      try {
        const timeout = Math.min(leftMs, ATTEMPT_TIMEOUT_MS);
        await this.#acks.publish(subject, body, fields, timeout);
        return;
      } catch (failure) {
        if (failure instanceof errors.InvalidArgumentError) throw tooLarge(subject, body, failure);
        cause = failure;
      }
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS, leftMs));
    }
  }
}

/**
 * Nats-Msg-Id is one name space per stream; the bus wants one per subject. Ids hold text from the wire: what a header
 * cannot carry is hashed.
 */
function messageIdOf(subject: Subject, id: string): string {
  const name = `${subject}/${id}`;
  return HEADER_SAFE.test(name) ? name : `${subject}/${deriveHex(id, 20)}`;
}

/** The trace context also travels as the W3C header, for tools that read nothing but headers. */
function headersOf(subject: Subject, { id, trace }: Envelope): MsgHdrs {
  const fields = headers();
  fields.set('Nats-Msg-Id', messageIdOf(subject, id));
  if (trace !== undefined && TRACEPARENT.test(trace)) fields.set('traceparent', trace);
  return fields;
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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
