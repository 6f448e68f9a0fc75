const FIRST_PLACES = 256;

/**
 * A set of 64-bit fingerprints, each as two 32-bit halves that are not both 0: open addressing in one typed array, no more
 * than half full. A tenth of what a set of texts takes, and nothing that the collector has to look into.
 */
export class Fingerprints {
  #places = FIRST_PLACES;
  #halves = new Int32Array(2 * FIRST_PLACES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(high: number, low: number): boolean {
    const halves = this.#halves;
    let at = this.#startOf(high);
    while (halves[at] !== 0 || halves[at + 1] !== 0) {
      if (halves[at] === high && halves[at + 1] === low) return true;
      at = this.#after(at);
    }
    return false;
  }

  /** Not for one that it has. */
  add(high: number, low: number): void {
    if (2 * this.#size >= this.#places) this.#grow();
    this.#size++;
    this.#put(high, low);
  }

  #put(high: number, low: number): void {
    const halves = this.#halves;
    let at = this.#startOf(high);
    while (halves[at] !== 0 || halves[at + 1] !== 0) at = this.#after(at);
    halves[at] = high;
    halves[at + 1] = low;
  }

  #grow(): void {
    const halves = this.#halves;
    this.#places *= 2;
    this.#halves = new Int32Array(2 * this.#places);
    for (let at = 0; at < halves.length; at += 2) {
      const high = halves[at] ?? 0;
      const low = halves[at + 1] ?? 0;
      if (high !== 0 || low !== 0) this.#put(high, low);
    }
  }

  #startOf(high: number): number {
    return 2 * (high & (this.#places - 1));
  }

  #after(at: number): number {
    return (at + 2) & (2 * this.#places - 1);
  }
}
