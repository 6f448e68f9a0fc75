/**
 * One timer for all transactions that are over 64*T1 after they began, whoever waits in them: nearly all end long before, and
 * a timer for each costs more than all else that is kept of it.
 */
import { TIMEOUT_MS } from './timers.ts';

export interface Dated {
  /** Ms of `performance.now()`, which no setting of the clock moves; undefined: it sees to its end itself. */
  readonly startedAt: number | undefined;
  /** 64*T1 have passed, and it is still held. */
  overdue(): void;
}

export class Overdue {
  readonly #held: ReadonlyMap<string, Dated>;
  #timer: NodeJS.Timeout | undefined;

  /** @param held in the order in which they began; those that have ended are not in it. */
  constructor(held: ReadonlyMap<string, Dated>) {
    this.#held = held;
  }

  /** One more is held. */
  begun(): void {
    this.#timer ??= setTimeout(this.#look, TIMEOUT_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    this.stop();
    const now = performance.now();
    for (const one of this.#held.values()) {
      if (one.startedAt === undefined) continue;
      const leftMs = one.startedAt + TIMEOUT_MS - now;
      if (leftMs > 0) {
        // What an end led to may have begun it.
        this.stop();
        this.#timer = setTimeout(this.#look, Math.min(leftMs, TIMEOUT_MS));
        return;
      }
      one.overdue();
    }
  };
}
