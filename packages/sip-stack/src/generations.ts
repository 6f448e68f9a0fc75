/** Of so many the youngest is filled; an entry lives on for as many turns as there are others. */
const GENERATIONS = 4;

/**
 * A map that forgets: an entry lives for its lifetime and up to a third more after it was set, by a clock that nobody sets.
 * Generations are forgotten whole, so there is no scan and no timer per entry: one timer while anything is held, or the last
 * rush of a day would be held until the next.
 */
export class Generations<Value> {
  readonly #turnMs: number;
  readonly #maxInOne: number;
  #young = new Map<string, Value>();
  /** Youngest first. */
  #older: Map<string, Value>[] = [];
  #turnAt: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param maxEntries in all: whatever a peer sends, memory is bounded. A generation that holds its part of them is turned
   * early, so the oldest are forgotten before their time.
   */
  constructor(lifetimeMs: number, maxEntries: number) {
    this.#turnMs = lifetimeMs / (GENERATIONS - 1);
    this.#maxInOne = Math.max(1, Math.floor(maxEntries / GENERATIONS));
    this.#turnAt = performance.now() + this.#turnMs;
  }

  get(key: string): Value | undefined {
    this.#turnIfDue();
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    for (const map of this.#older) {
      const older = map.get(key);
      if (older !== undefined) return older;
    }
    return undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    this.#turnIfDue();
    if (this.#young.size >= this.#maxInOne) {
      this.#turn();
      this.#turnAt = performance.now() + this.#turnMs;
    }
    this.#young.set(key, value);
    this.#timer ??= setTimeout(this.#pass, this.#turnMs).unref();
  }

  delete(key: string): void {
    this.#young.delete(key);
    for (const map of this.#older) map.delete(key);
  }

  /** Entries held, those included that are about to be forgotten. */
  get size(): number {
    this.#turnIfDue();
    return this.#older.reduce((sum, { size }) => sum + size, this.#young.size);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#young.clear();
    this.#older = [];
  }

  readonly #pass = (): void => {
    this.#timer = this.size > 0 ? setTimeout(this.#pass, this.#turnMs).unref() : undefined;
  };

  #turnIfDue(): void {
    const lateMs = performance.now() - this.#turnAt;
    if (lateMs < 0) return;
    const turns = 1 + Math.floor(lateMs / this.#turnMs);
    for (let turn = Math.min(turns, GENERATIONS); turn > 0; turn--) this.#turn();
    this.#turnAt += turns * this.#turnMs;
  }

  #turn(): void {
    this.#older.unshift(this.#young);
    if (this.#older.length === GENERATIONS) this.#older.pop();
    this.#young = new Map();
  }
}
