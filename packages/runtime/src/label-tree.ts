import type { Attributes } from '@opentelemetry/api';

export type Labels = Readonly<Partial<Record<string, string>>>;

/** One value of the first labels, or of all of them. */
interface Branch<Leaf> {
  readonly next: Map<string, Branch<Leaf>>;
  readonly attributes: Attributes;
  leaf: Leaf | undefined;
}

/** One leaf for each set of values of some labels: a tree with a level for each label, so that finding it makes no text. */
export class LabelTree<Leaf> {
  readonly #names: readonly string[];
  readonly #make: () => Leaf;
  readonly #root: Branch<Leaf> = { next: new Map(), attributes: {}, leaf: undefined };

  /** @param names the labels; values of others are not looked at. */
  constructor(names: readonly string[], make: () => Leaf) {
    this.#names = names;
    this.#make = make;
  }

  /** The leaf of these values, made when it is asked for first. */
  leafOf(labels: Labels | undefined): Leaf {
    let at = this.#root;
    for (const name of this.#names) at = step(at, name, labels?.[name] ?? '');
    at.leaf ??= this.#make();
    return at.leaf;
  }

  /** Every leaf that was ever asked for, with its labels; those left out are absent. */
  visit(act: (leaf: Leaf, labels: Attributes) => void): void {
    visitBelow(this.#root, act);
  }
}

function step<Leaf>(from: Branch<Leaf>, name: string, value: string): Branch<Leaf> {
  const known = from.next.get(value);
  if (known !== undefined) return known;
  const attributes = value === '' ? from.attributes : { ...from.attributes, [name]: value };
  const made: Branch<Leaf> = { next: new Map(), attributes, leaf: undefined };
  from.next.set(value, made);
  return made;
}

function visitBelow<Leaf>(at: Branch<Leaf>, act: (leaf: Leaf, labels: Attributes) => void): void {
  if (at.leaf !== undefined) act(at.leaf, at.attributes);
  for (const next of at.next.values()) visitBelow(next, act);
}
