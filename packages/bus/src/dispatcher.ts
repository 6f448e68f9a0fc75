import { Fifo } from './fifo.ts';

/** Messages handed out before sockets and timers get their turn. */
const BURST = 32;

const NOW = Promise.resolve();

export interface Dispatchable {
  /** Hands out one message; true when it could hand out another at once. */
  handOutOne(): boolean;
}

/**
 * Runs handlers from microtasks, so that an idle bus delivers at once, but lets the event loop turn after every
 * `BURST` messages, so that a flood starves no socket. Round robin over what is ready.
 */
export class Dispatcher {
  readonly #ready = new Fifo<Dispatchable>();
  #armed = false;
  #left = BURST;

  /** `target` has something to hand out. Call once until its `handOutOne` has returned false. */
  add(target: Dispatchable): void {
    this.#ready.push(target);
    this.#arm();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    // Half the price of queueMicrotask, which opens an async scope for each.
    if (this.#left > 0) void NOW.then(this.#run);
    else setImmediate(this.#runFresh);
  }

  readonly #runFresh = (): void => {
    this.#left = BURST;
    this.#run();
  };

  readonly #run = (): void => {
    while (this.#left > 0) {
      const target = this.#ready.shift();
      if (target === undefined) break;
      this.#left--;
      if (target.handOutOne()) this.#ready.push(target);
    }
    this.#armed = false;
    if (this.#ready.size > 0) this.#arm();
  };
}
