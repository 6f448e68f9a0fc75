import type { Attributes } from '@opentelemetry/api';
import { type Labels, LabelTree } from './label-tree.ts';

/** Sums by the values of some labels. */
export class LabelledSums {
  readonly #sums: LabelTree<{ sum: number }>;

  /** @param names the labels; values of others are not looked at. */
  constructor(names: readonly string[]) {
    this.#sums = new LabelTree(names, () => ({ sum: 0 }));
  }

  add(value: number, labels?: Labels): void {
    this.#sums.leafOf(labels).sum += value;
  }

  /** Every sum that was ever added to, with its labels; those left out are absent. */
  visit(act: (sum: number, labels: Attributes) => void): void {
    this.#sums.visit(({ sum }, labels) => act(sum, labels));
  }
}
