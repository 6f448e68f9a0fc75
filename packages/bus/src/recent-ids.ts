import { Fingerprints } from './fingerprints.ts';
import { DUPLICATE_WINDOW_MS } from './port.ts';

const MOST_IDS = 65_536;
const [FIRST_SEED = 0, SECOND_SEED = 0] = crypto.getRandomValues(new Int32Array(2));

/**
 * Remembers ids for the duplicate window, and for no longer than two of them. Memory is bounded: above `MOST_IDS` the oldest
 * are forgotten early. Two generations are swapped, so nothing is done for an id when its time is over.
 *
 * Of an id it keeps 64 bits. Two ids that are one to it come once in 10^14. Some ids hold what a stranger chose, such as a
 * Call-ID: which two are one differs in each process, so nobody can look for such.
 */
export class RecentIds {
  #young = new Fingerprints();
  #old = new Fingerprints();
  #turnAt = Number.NEGATIVE_INFINITY;
  /** The fingerprint of the id that was read last. */
  #high = 0;
  #low = 0;

  has(id: string, now: number): boolean {
    if (now >= this.#turnAt) this.#turn(now);
    this.#read(id);
    return this.#isKnown();
  }

  /** False when `id` was known already. */
  add(id: string, now: number): boolean {
    if (now >= this.#turnAt || this.#young.size >= MOST_IDS) this.#turn(now);
    this.#read(id);
    if (this.#isKnown()) return false;
    this.#young.add(this.#high, this.#low);
    return true;
  }

  #isKnown(): boolean {
    return this.#young.has(this.#high, this.#low) || this.#old.has(this.#high, this.#low);
  }

  #turn(now: number): void {
    const isOver = now >= this.#turnAt + DUPLICATE_WINDOW_MS;
    this.#old = isOver ? new Fingerprints() : this.#young;
    this.#young = new Fingerprints();
    this.#turnAt = now + DUPLICATE_WINDOW_MS;
  }

  /** Two multiplicative hashes side by side, each stirred into the other at the end. */
  #read(id: string): void {
    let one = FIRST_SEED;
    let other = SECOND_SEED;
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i);
      one = Math.imul(one ^ unit, 0x9e3779b1);
      other = Math.imul(other ^ unit, 0x5f356495);
    }
    this.#high = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35);
    this.#low = Math.imul(other ^ (other >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35);
    // Both 0 says that a place is empty.
    if (this.#high === 0 && this.#low === 0) this.#low = 1;
  }
}
