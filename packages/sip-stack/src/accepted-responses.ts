/**
 * 2xx responses to INVITE that wait for their ACK, repeated end to end on every transport. RFC 3261 §13.3.1.4.
 */
import { Generations } from './generations.ts';
import { Retransmission } from './retransmission.ts';
import { T2_MS, TIMEOUT_MS } from './timers.ts';

interface Waiting {
  readonly retransmission: Retransmission;
  readonly timeout: NodeJS.Timeout;
}

/** Names a 2xx and its ACK: dialog by our tag, transaction by CSeq number. */
export const acceptedKey = (callId: string, localTag: string, cseq: number): string =>
  `${callId}|${localTag}|${cseq}`;

const ACKED_MAX = 100_000;

export class AcceptedResponses {
  readonly #waiting = new Map<string, Waiting>();
  readonly #acked = new Generations<true>(TIMEOUT_MS, ACKED_MAX);

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Repeats a 2xx that has just been sent, at T1 doubling to T2. A 2xx that waits already, or whose ACK came, is left
   * as it is. `timedOut` is called when no ACK came within 64*T1.
   */
  repeat(key: string, send: () => void, timedOut: () => void): void {
    if (this.#waiting.has(key) || this.#acked.has(key)) return;
    const retransmission = new Retransmission(send, T2_MS);
    const timeout = setTimeout(() => {
      retransmission.stop();
      this.#waiting.delete(key);
      timedOut();
    }, TIMEOUT_MS);
    this.#waiting.set(key, { retransmission, timeout });
  }

  waitsFor(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Ends the repetition. False when this ACK came before: an answer to a repeated 2xx, of no further meaning. */
  acknowledge(key: string): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.retransmission.stop();
      clearTimeout(waiting.timeout);
      this.#waiting.delete(key);
    } else if (this.#acked.has(key)) return false;
    this.#acked.set(key, true);
    return true;
  }

  close(): void {
    for (const { retransmission, timeout } of this.#waiting.values()) {
      retransmission.stop();
      clearTimeout(timeout);
    }
    this.#waiting.clear();
    this.#acked.clear();
  }
}
