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
  readonly #sums = new Map<string, Sum<Labels>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(counter: MetricCounter<Labels>) {
    this.#counter = counter;
  }

  /** Counts one under `key`; `labels` is called when the key is new. Keys must be few: they are kept. */
  add(key: string, labels: () => Labels): void {
    let sum = this.#sums.get(key);
    if (sum === undefined) {
      sum = { labels: labels(), value: 0 };
      this.#sums.set(key, sum);
    }
    sum.value++;
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
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
