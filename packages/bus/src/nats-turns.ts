/** Which envelopes of a consumer are worked on at a time. */
import { Fifo } from './fifo.ts';
import type { Item } from './nats-in-hand.ts';

/** An envelope that waits for another try keeps its turn. */
export interface Turns {
  push(item: Item): void;
  /** The next whose turn it is. */
  next(): Item | undefined;
  /** `item`, which `next` had given, is settled or given up. */
  done(item: Item): void;
}

/** In the order in which they came, up to `places` at a time. */
class Places implements Turns {
  readonly #waiting = new Fifo<Item>();
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  push(item: Item): void {
    this.#waiting.push(item);
  }

  next(): Item | undefined {
    if (this.#free === 0) return undefined;
    const item = this.#waiting.shift();
    if (item !== undefined) this.#free--;
    return item;
  }

  done(): void {
    this.#free++;
  }
}

/** Those of a session one after the other, those of different sessions side by side. There are as many as one message holds. */
class SessionTurns implements Turns {
  readonly #first = new Fifo<Item>();
  /** By key, behind the one whose turn it is. */
  readonly #behind = new Map<string, Fifo<Item>>();

  push(item: Item): void {
    const { key } = item.envelope;
    const behind = this.#behind.get(key);
    if (behind !== undefined) {
      behind.push(item);
      return;
    }
    this.#behind.set(key, new Fifo());
    this.#first.push(item);
  }

  next(): Item | undefined {
    return this.#first.shift();
  }

  done({ envelope: { key } }: Item): void {
    const item = this.#behind.get(key)?.shift();
    if (item === undefined) this.#behind.delete(key);
    else this.#first.push(item);
  }
}

/** @param maxInFlight of the subject; with 1 there is one message at a time, and what orders its envelopes are their sessions. */
export const turnsOf = (maxInFlight: number): Turns =>
  maxInFlight === 1 ? new SessionTurns() : new Places(maxInFlight);
