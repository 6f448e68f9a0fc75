/**
 * Events to the bus: in order for each session, bounded in number, each with a deadline.
 */
import { randomUUID } from 'node:crypto';
import type { Bus } from '@stoxgate/bus';
import {
  type EdgeId,
  type Event,
  type EventEnvelope,
  eventSubjectOf,
  type SessionKey,
  type Subject,
} from '@stoxgate/contracts';

export interface PublisherOptions {
  readonly bus: Bus;
  readonly edgeId: EdgeId;
  /** Time an event has from `publish` on to be accepted. */
  readonly deadlineMs: number;
  /** Events under way above which `busy` is told. */
  readonly highWater: number;
  /** Told on every change: whether callers should bring nothing more. */
  readonly onBusy: (isBusy: boolean) => void;
}

export class EventPublisher {
  readonly #options: PublisherOptions;
  /** The last publication of each subject: the next waits for it, so that nothing overtakes. */
  readonly #lanes = new Map<Subject, Promise<void>>();
  #underWay = 0;
  #isBusy = false;
  #idle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** False when the bus did not take the event in time. Never rejects. */
  publish(key: SessionKey, event: Event, trace: string | undefined): Promise<boolean> {
    const subject = eventSubjectOf(key);
    // Nobody outside can guess it: names that leave the system derive from it.
    const id = randomUUID();
    const { edgeId } = this.#options;
    const at = Date.now();
    const envelope = {
      v: 1 as const,
      id,
      key,
      edge: edgeId,
      at,
      ...(trace === undefined ? {} : { trace }),
      payload: event,
    };
    this.#underWay++;
    this.#updateBusy();
    const previous = this.#lanes.get(subject);
    const publication =
      previous === undefined
        ? this.#send(subject, envelope)
        : previous.then(() => this.#send(subject, envelope));
    const lane = publication.then(() => {
      if (this.#lanes.get(subject) === lane) this.#lanes.delete(subject);
      this.#underWay--;
      this.#updateBusy();
    });
    this.#lanes.set(subject, lane);
    return publication;
  }

  /** Resolves when nothing is under way, or after `timeoutMs`. */
  whenIdle(timeoutMs: number): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async #send(subject: Subject, envelope: EventEnvelope): Promise<boolean> {
    const leftMs = envelope.at + this.#options.deadlineMs - Date.now();
    try {
      if (leftMs <= 0) return false;
      await this.#options.bus.publish(subject, envelope, leftMs);
      return true;
    } catch {
      return false;
    }
  }

  #updateBusy(): void {
    const { highWater, onBusy } = this.#options;
    const isBusy = this.#isBusy ? this.#underWay > highWater / 2 : this.#underWay > highWater;
    if (isBusy !== this.#isBusy) {
      this.#isBusy = isBusy;
      onBusy(isBusy);
    }
    if (this.#underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
