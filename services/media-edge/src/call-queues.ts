/**
 * What concerns one call is done one after another, in the order in which it came; calls do not wait for each other.
 */
export class CallQueues {
  readonly #last = new Map<string, Promise<void>>();

  /** Calls under way. */
  get size(): number {
    return this.#last.size;
  }

  /** Runs `task` after what is under way for `call`; rejects as it does, which holds up nothing behind it. */
  async run(call: string, task: () => Promise<void>): Promise<void> {
    const before = this.#last.get(call) ?? Promise.resolve();
    const mine = before.then(task);
    const settled = mine.catch(() => undefined);
    this.#last.set(call, settled);
    try {
      await mine;
    } finally {
      if (this.#last.get(call) === settled) this.#last.delete(call);
    }
  }
}
