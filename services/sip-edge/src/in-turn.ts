/**
 * Work for one key after the other: what has to wait holds up what comes behind it, and nothing else.
 */
export class InTurn<Key> {
  readonly #last = new Map<Key, Promise<void>>();

  /** Keys that have work. */
  get size(): number {
    return this.#last.size;
  }

  /** Whether work for `key` is still to end. */
  isBusy(key: Key): boolean {
    return this.#last.size > 0 && this.#last.has(key);
  }

  /** Runs `work` once all before it of the same key has ended, well or not. Never rejects; `work` must not either. */
  run(key: Key, work: () => Promise<void>): void {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work).catch(() => undefined);
    this.#last.set(key, turn);
    void turn.then(() => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    });
  }
}
