/**
 * Sending again until an answer comes: timers A, E and G of RFC 3261 §17 and the repetition of a 2xx (§13.3.1.4).
 * The global timers are used on purpose, as in sip.js: a test fakes both at once.
 */
import { T1_MS } from './timers.ts';

export class Retransmission {
  readonly #send: () => void;
  readonly #capMs: number;
  #intervalMs = T1_MS;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Calls `send` after T1, then at doubling intervals of at most `capMs`, until stopped. Ends by itself never: the
   * transaction's own timeout stops it.
   */
  constructor(send: () => void, capMs: number) {
    this.#send = send;
    this.#capMs = capMs;
    this.#arm();
  }

  /** From now on at the full interval: a provisional response came to a non-INVITE (RFC 3261 §17.1.2.2). */
  slowDown(): void {
    if (this.#timer === undefined || this.#intervalMs >= this.#capMs) return;
    this.stop();
    this.#intervalMs = this.#capMs;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#intervalMs = Math.min(this.#intervalMs * 2, this.#capMs);
      this.#arm();
      this.#send();
    }, this.#intervalMs);
  }
}
