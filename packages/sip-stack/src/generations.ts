/**
 * A map that forgets: an entry lives between one and two lifetimes after it was set. Two generations are swapped, so
 * there is no timer and no scan per entry.
 */
export class Generations<Value> {
  readonly #lifetimeMs: number;
  readonly #maxEntries: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #turnAt: number;

  /** @param maxEntries per generation; a full one is turned early, so memory is bounded whatever a peer sends. */
  constructor(lifetimeMs: number, maxEntries: number) {
    this.#lifetimeMs = lifetimeMs;
    this.#maxEntries = maxEntries;
    this.#turnAt = Date.now() + lifetimeMs;
  }

  get(key: string): Value | undefined {
    this.#turnIfDue();
    return this.#young.get(key) ?? this.#old.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    this.#turnIfDue();
    if (this.#young.size >= this.#maxEntries) this.#turn(Date.now());
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Entries held, those included that are about to be forgotten. */
  get size(): number {
    this.#turnIfDue();
    return this.#young.size + this.#old.size;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  #turnIfDue(): void {
    const now = Date.now();
    if (now < this.#turnAt) return;
    const twiceLate = now >= this.#turnAt + this.#lifetimeMs;
    this.#turn(now);
    if (twiceLate) this.#old.clear();
  }

  #turn(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#turnAt = now + this.#lifetimeMs;
  }
}
