/**
 * The bus: what services publish to and consume from. Implementations: `memory.ts`, `nats.ts`; both pass the
 * contract suite in `contract.ts` (door `./testing`).
 *
 * A subject is a queue: it has one durable consumer name, and a message goes away when it is settled. Messages of one
 * session key never overtake each other on a subject, whatever is refused, repeated or cut meanwhile; messages of
 * different keys are handed out in the order of their acceptance.
 */
import type { Envelope, Subject } from '@stoxgate/contracts';

export interface ConsumeOptions {
  readonly subject: Subject;
  /**
   * Name of the durable consumer on this subject. Consumers of one name share the work; each message goes to one of
   * them. A second name on the same subject is refused.
   */
  readonly durable: string;
  /**
   * Messages handed out and not yet settled, over all consumers of this name. 1 keeps strict order per session key: of what came
   * together (over NATS) those of different keys are handed out side by side.
   */
  readonly maxInFlight: number;
}

/**
 * Settles a message: resolves = done; rejects = deliver again later, with growing delay. A message that waits for its
 * next delivery keeps its place among the `maxInFlight`, so with 1 no later message of its key passes it. The handler sets its own
 * deadlines: the bus waits for it.
 *
 * A rejection with a `StoxgateError` (bus or store unavailable) is not the message's fault: it is delivered again
 * until it succeeds and never becomes a dead letter.
 */
export type Handler = (envelope: Envelope) => Promise<void>;

export interface Consumer {
  /**
   * Takes no new messages; resolves when those in hand are settled or `timeoutMs` passed. What is still in hand then
   * is delivered to another consumer of the same name, and its later settlement is ignored. Never rejects.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** A subject that had consumers and has none now. */
export interface Deserted {
  readonly subject: Subject;
  readonly durable: string;
  /** Accepted and not settled. */
  readonly messages: number;
}

/**
 * Kept: what `publish` or a handler may return when nothing is left to wait for. Who gets this very promise need not wait,
 * which for what happens within one process is a good part of its cost.
 */
export const DONE: Promise<void> = Promise.resolve();

export const PUBLISH_TIMEOUT_MS = 5000;

/** How long a repeated `envelope.id` is recognised. */
export const DUPLICATE_WINDOW_MS = 120_000;

export interface Bus {
  /**
   * Resolves once the message is accepted for delivery. A second message with the same `envelope.id` on the same
   * subject within two minutes is accepted and dropped. Waits while the subject's backlog is full (back-pressure);
   * rejects with `STOX_BUS_UNAVAILABLE` after `timeoutMs` (default `PUBLISH_TIMEOUT_MS`). After a rejection the
   * message may have been accepted all the same; publishing it again is harmless. A message larger than the bus can
   * ever take rejects at once with a RangeError.
   */
  publish(subject: Subject, envelope: Envelope, timeoutMs?: number): Promise<void>;
  /**
   * Delivers in publication order, also what was published before. A message that fails `maxDeliveries` times is
   * given to `onDeadLetter` and dropped.
   */
  consume(options: ConsumeOptions, handler: Handler): Promise<Consumer>;
  /**
   * The subjects beginning with `prefix` that nobody consumes at this moment, though somebody did. One that is asked while its
   * consumer comes back can be among them: believe it when it stays. Rejects with `STOX_BUS_UNAVAILABLE`.
   */
  deserted(prefix: string): Promise<readonly Deserted[]>;
  /**
   * The subjects beginning with `prefix` that somebody consumes at this moment, those first that had a consumer first. One whose
   * consumer comes back just then can be missing. Rejects with `STOX_BUS_UNAVAILABLE`.
   */
  attended(prefix: string): Promise<readonly Subject[]>;
  /** Messages accepted and not yet settled, over all subjects; the measure of load. May lag by a second. */
  backlog(): number;
  /** Of these the events: by how much the core is behind. */
  waitingEvents(): number;
  /** Undefined when the bus answers, else what is wrong, for /readyz. */
  fault(): string | undefined;
  /** Stops every consumer and fails what still waits to be accepted. Idempotent. */
  close(): Promise<void>;
}

export interface BusOptions {
  /** Unsettled messages per subject before `publish` waits. */
  readonly maxBacklog: number;
  readonly maxDeliveries: number;
  /** Must not throw. */
  readonly onDeadLetter: (envelope: Envelope, cause: unknown) => void;
  /** A message that is no envelope was met and dropped; only where messages cross a process border. Must not throw. */
  readonly onUnreadable?: (subject: string, cause: unknown) => void;
  /** The server waited for a message that it no longer has, and was told to go on; NATS after a crash. Must not throw. */
  readonly onGhost?: (subject: string) => void;
}
