/**
 * Trap: a server that was killed can come back with messages that were settled: it had noted the acknowledgement with the
 * consumer and not yet the deletion in the stream. Seen with 2.9.10 at every kill under load. Nobody gets them again, they only
 * count as backlog, for a day. So somebody looks now and then, and deletes them, one by one: to purge a subject up to a sequence
 * lost messages that were still to be delivered.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { STREAM_NAMES } from './nats-streams.ts';

/** Deletions at one look: the rest waits for the next. */
const MOST = 1000;

export class NatsLeftovers {
  readonly #manager: JetStreamManager;
  /** Of each subject with more messages than its consumer waits for: up to which sequence it had settled all at the last look. */
  #settled = new Map<string, number>();

  constructor(manager: JetStreamManager) {
    this.#manager = manager;
  }

  /** One look. What its consumer had settled at the look before, and is still there, goes. */
  async look(): Promise<void> {
    const before = this.#settled;
    this.#settled = new Map();
    let left = MOST;
    for (const stream of STREAM_NAMES) {
      for (const [subject, floor] of await this.#suspects(stream)) {
        this.#settled.set(subject, floor);
        const upTo = before.get(subject);
        if (upTo !== undefined) left -= await this.#clear(stream, subject, upTo, left);
      }
      left -= await this.#clearHead(stream, before, left);
    }
  }

  /** Subjects that hold more than what is to be delivered or acknowledged, with the floor of their acknowledgements. */
  async #suspects(stream: string): Promise<ReadonlyMap<string, number>> {
    const { state } = await this.#manager.streams.info(stream, { subjects_filter: '>' });
    const suspects = new Map<string, number>();
    if (state.messages === 0) return suspects;
    for await (const { config, num_pending, num_ack_pending, ack_floor } of this.#manager.consumers.list(
      stream,
    )) {
      const { filter_subject: subject = '' } = config;
      const held = state.subjects?.[subject] ?? 0;
      if (held > num_pending + num_ack_pending) suspects.set(subject, ack_floor.stream_seq);
    }
    return suspects;
  }

  /** Resolves to how many were deleted. */
  async #clear(stream: string, subject: string, upTo: number, most: number): Promise<number> {
    for (let deleted = 0; deleted < most; deleted++) {
      const seq = await this.#first(stream, subject);
      if (seq === undefined || seq > upTo) return deleted;
      await this.#manager.streams.deleteMessage(stream, seq, false);
    }
    return most;
  }

  /** The same from the oldest message on, of any subject: by its subject not each is found (2.9.10). */
  async #clearHead(stream: string, settled: ReadonlyMap<string, number>, most: number): Promise<number> {
    for (let deleted = 0; deleted < most; deleted++) {
      const { state } = await this.#manager.streams.info(stream);
      if (state.messages === 0) return deleted;
      const seq = state.first_seq;
      const subject = (await this.#manager.streams.getMessage(stream, { seq }))?.subject ?? '';
      const upTo = this.#settled.has(subject) ? settled.get(subject) : undefined;
      if (upTo === undefined || seq > upTo) return deleted;
      await this.#manager.streams.deleteMessage(stream, seq, false);
    }
    return most;
  }

  async #first(stream: string, subject: string): Promise<number | undefined> {
    const query = { next_by_subj: subject, seq: 1 };
    return (await this.#manager.streams.getMessage(stream, query))?.seq;
  }
}
