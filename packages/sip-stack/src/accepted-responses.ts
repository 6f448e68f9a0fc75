/**
 * 2xx responses to INVITE that wait for their ACK, repeated end to end on every transport. RFC 3261 §13.3.1.4.
 */
import { Generations } from './generations.ts';
import { Retransmission } from './retransmission.ts';
import { T2_MS, TIMEOUT_MS } from './timers.ts';

interface Waiting {
  readonly dialog: string;
  readonly retransmission: Retransmission;
  readonly timeout: NodeJS.Timeout;
}

const dialogOf = (callId: string, localTag: string): string => `${callId}|${localTag}`;

/** Names a 2xx and its ACK: dialog by our tag, transaction by CSeq number. */
export const acceptedKey = (callId: string, localTag: string, cseq: number): string =>
  `${dialogOf(callId, localTag)}|${cseq}`;

const ACKED_MAX = 200_000;

export class AcceptedResponses {
  readonly #waiting = new Map<string, Waiting>();
  /** Dialog → key of its 2xx that waits. */
  readonly #dialogs = new Map<string, string>();
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
    const dialog = key.slice(0, key.lastIndexOf('|'));
    const retransmission = new Retransmission(send, T2_MS);
    const timeout = setTimeout(() => {
      this.#end(key);
      timedOut();
    }, TIMEOUT_MS);
    this.#waiting.set(key, { dialog, retransmission, timeout });
    this.#dialogs.set(dialog, key);
  }

  waitsFor(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Ends the repetition. False when this ACK came before: an answer to a repeated 2xx, of no further meaning. */
  acknowledge(key: string): boolean {
    if (!this.#end(key) && this.#acked.has(key)) return false;
    this.#acked.set(key, true);
    return true;
  }

  /** A BYE came before the ACK: the peer knows that it was accepted (RFC 3261 §15). */
  dialogEnded(callId: string, localTag: string): void {
    const key = this.#dialogs.get(dialogOf(callId, localTag));
    if (key !== undefined) this.#end(key);
  }

  close(): void {
    for (const key of [...this.#waiting.keys()]) this.#end(key);
    this.#acked.clear();
  }

  #end(key: string): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    waiting.retransmission.stop();
    clearTimeout(waiting.timeout);
    this.#waiting.delete(key);
    if (this.#dialogs.get(waiting.dialog) === key) this.#dialogs.delete(waiting.dialog);
    return true;
  }
}
