/**
 * Events to the bus: in order for each session, bounded in number, each with a deadline.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from '@stoxgate/bus';
import {
  deriveHex,
  type EdgeId,
  type Event,
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
  readonly #secret = randomBytes(16).toString('hex');
  #count = 0;
  #underWay = 0;
  #isBusy = false;
  #idle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** False when the bus did not take the event in time. Never rejects. */
  publish(key: SessionKey, event: Event, trace: string | undefined): Promise<boolean> {
    const subject = eventSubjectOf(key);
    // Unique, and nobody outside can guess it: names that leave the system derive from it.
    const id = deriveHex(`${this.#secret}.${this.#count++}`, 16);
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
    const publication = (previous ?? Promise.resolve()).then(async () => {
      const leftMs = at + this.#options.deadlineMs - Date.now();
      try {
        if (leftMs <= 0) return false;
        await this.#options.bus.publish(subject, envelope, leftMs);
        return true;
      } catch {
        return false;
      }
    });
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
