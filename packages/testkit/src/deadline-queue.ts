/**
 * What came and was not taken yet, and who waits for it; every wait has a deadline.
 */
interface Waiter<Item> {
  readonly test: (item: Item) => boolean;
  readonly settle: (item: Item) => void;
  readonly fail: (reason: string) => void;
}

export class DeadlineQueue<Item> {
  readonly #items: Item[] = [];
  readonly #waiters = new Set<Waiter<Item>>();

  /** Gives `item` to the first who waits for one like it, else keeps it. */
  put(item: Item): void {
    for (const waiter of this.#waiters) {
      if (!waiter.test(item)) continue;
      waiter.settle(item);
      return;
    }
    this.#items.push(item);
  }

  /**
   * Takes out the first item that passes `test`, come or still to come. Rejects after `timeoutMs`, or at `failAll`,
   * with `missing` and the reason.
   */
  take(test: (item: Item) => boolean, timeoutMs: number, missing: (reason: string) => string): Promise<Item> {
    const index = this.#items.findIndex(test);
    const found = index < 0 ? undefined : this.#items.splice(index, 1)[0];
    if (found !== undefined) return Promise.resolve(found);
    // Made here so that its stack names the test that waits.
    const failure = new Error();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter<Item> = {
        test,
        settle: (item) => {
          leave();
          resolve(item);
        },
        fail: (reason) => {
          leave();
          failure.message = missing(reason);
          reject(failure);
        },
      };
      const timer = setTimeout(() => waiter.fail(`within ${timeoutMs} ms`), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Takes out all that has come. */
  takeAll(): readonly Item[] {
    return this.#items.splice(0);
  }

  /** Ends all waits in vain, for `reason`. */
  failAll(reason: string): void {
    for (const waiter of [...this.#waiters]) waiter.fail(reason);
  }
}
