/**
 * Events to the bus, which keeps those of a session in order: bounded in number, each with a deadline.
 */
import { type Bus, DONE } from '@stoxgate/bus';
import { type EdgeId, type Envelope, type Event, eventSubjectOf, type SessionKey } from '@stoxgate/contracts';
import { randomId, WAITING_EVENTS_MAX } from '@stoxgate/runtime';

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

const LOOK_EVERY_MS = 250;

const TAKEN = Promise.resolve(true);

export class EventPublisher {
  readonly #options: PublisherOptions;
  readonly #timer: NodeJS.Timeout;
  #underWay = 0;
  #isBusy = false;
  /** The translators are: what is not read waits in the server, which can tell its users. */
  #isBehind = false;
  #idle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** False when the bus did not take the event in time. Never rejects. */
  publish(key: SessionKey, event: Event, trace: string | undefined): Promise<boolean> {
    const { bus, edgeId, deadlineMs } = this.#options;
    // Nobody outside can guess the id: names that leave the system derive from it.
    const id = randomId();
    const envelope: Envelope = { v: 1, id, key, edge: edgeId, at: Date.now(), trace, payload: event };
    const taken = bus.publish(eventSubjectOf(key), envelope, deadlineMs);
    return taken === DONE ? TAKEN : this.#taken(taken);
  }

  async #taken(taken: Promise<void>): Promise<boolean> {
    this.#underWay++;
    this.#updateBusy();
    try {
      await taken;
      return true;
    } catch {
      return false;
    } finally {
      this.#underWay--;
      this.#updateBusy();
    }
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

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const least = this.#isBehind ? WAITING_EVENTS_MAX / 2 : WAITING_EVENTS_MAX;
    this.#isBehind = this.#options.bus.waitingEvents() >= least;
    this.#updateBusy();
  }

  #updateBusy(): void {
    const { highWater, onBusy } = this.#options;
    const most = this.#isBusy ? highWater / 2 : highWater;
    const isBusy = this.#isBehind || this.#underWay > most;
    if (isBusy !== this.#isBusy) {
      this.#isBusy = isBusy;
      onBusy(isBusy);
    }
    if (this.#underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
