import type { Attributes } from '@opentelemetry/api';

/** One value of the first labels, or of all of them. */
interface Branch {
  readonly next: Map<string, Branch>;
  readonly attributes: Attributes;
  sum: number;
  isCounted: boolean;
}

const branch = (attributes: Attributes): Branch => ({
  next: new Map(),
  attributes,
  sum: 0,
  isCounted: false,
});

/** Sums by the values of some labels: a tree with a level for each label, so that adding makes no text. */
export class LabelledSums {
  readonly #names: readonly string[];
  readonly #root = branch({});

  /** @param names the labels; values of others are not looked at. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(value: number, labels?: Readonly<Partial<Record<string, string>>>): void {
    let at = this.#root;
    for (const name of this.#names) at = step(at, name, labels?.[name] ?? '');
    at.sum += value;
    at.isCounted = true;
  }

  /** Every sum that was ever added to, with its labels; those left out are absent. */
  visit(act: (sum: number, labels: Attributes) => void): void {
    visitBelow(this.#root, act);
  }
}

function step(from: Branch, name: string, value: string): Branch {
  const known = from.next.get(value);
  if (known !== undefined) return known;
  const made = branch(value === '' ? from.attributes : { ...from.attributes, [name]: value });
  from.next.set(value, made);
  return made;
}

function visitBelow(at: Branch, act: (sum: number, labels: Attributes) => void): void {
  if (at.isCounted) act(at.sum, at.attributes);
  for (const next of at.next.values()) visitBelow(next, act);
}
