/**
 * Counts per message without the cost of an attribute set per message: sums are handed on ten times a second.
 */
import type { MetricCounter } from '@stoxgate/runtime';

const FLUSH_MS = 100;

interface Sum<Labels> {
  readonly labels: Labels;
  value: number;
}

export class BatchedCounter<Labels> {
  readonly #counter: MetricCounter<Labels>;
  readonly #sums = new Map<string | number, Sum<Labels>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(counter: MetricCounter<Labels>) {
    this.#counter = counter;
  }

  /** Counts one under `key`; false when the key is new: see `open`. */
  add(key: string | number): boolean {
    const sum = this.#sums.get(key);
    if (sum === undefined) return false;
    sum.value++;
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
    return true;
  }

  /** Counts the first one under `key`. Keys must be few: they are kept. */
  open(key: string | number, labels: Labels): void {
    this.#sums.set(key, { labels, value: 0 });
    this.add(key);
  }

  /** Hands on what was counted since the last time. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const sum of this.#sums.values()) {
      if (sum.value > 0) this.#counter.add(sum.value, sum.labels);
      sum.value = 0;
    }
  }
}
