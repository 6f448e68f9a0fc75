/**
 * The bus: what services publish to and consume from. Implementations: `memory.ts`, `nats.ts`; both pass the
 * contract suite in `contract.ts` (door `./testing`).
 */
import type { Envelope, Subject } from '@stoxgate/contracts';

export interface ConsumeOptions {
  readonly subject: Subject;
  /** Name of the durable consumer. Consumers of one name share the work; each message goes to one of them. */
  readonly durable: string;
  /** Messages handed out and not yet settled, over all consumers of this name. 1 keeps strict order. */
  readonly maxInFlight: number;
}

/** Settles a message: resolves = done; rejects = deliver again later, in order, with growing delay. */
export type Handler = (envelope: Envelope) => Promise<void>;

export interface Consumer {
  /** Takes no new messages; resolves when those in hand are settled or `timeoutMs` passed. */
  stop(timeoutMs: number): Promise<void>;
}

export interface Bus {
  /**
   * Resolves once the message is accepted for delivery. A second message with the same `envelope.id` on the same
   * subject within two minutes is accepted and dropped. Waits while the subject's backlog is full (back-pressure);
   * rejects with `BusUnavailable` after `timeoutMs`.
   */
  publish(subject: Subject, envelope: Envelope, timeoutMs?: number): Promise<void>;
  /** Delivers in publication order. A message that fails `maxDeliveries` times is given to `onDeadLetter` and dropped. */
  consume(options: ConsumeOptions, handler: Handler): Promise<Consumer>;
  /** Messages accepted and not yet settled, over all subjects; the measure of load. */
  backlog(): number;
  /** Undefined when the bus answers, else what is wrong, for /readyz. */
  fault(): string | undefined;
  close(): Promise<void>;
}

export interface BusOptions {
  /** Undelivered messages per subject before `publish` waits. */
  readonly maxBacklog: number;
  readonly maxDeliveries: number;
  readonly onDeadLetter: (envelope: Envelope, cause: unknown) => void;
}
