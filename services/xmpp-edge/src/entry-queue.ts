/** One stanza to send. */
export interface SpoolEntry {
  /** Names the entry for de-duplication: the id of the command, or a number of ours. */
  readonly id: string;
  readonly text: string;
  /** Name of the stanza, for the metric. */
  readonly kind: string;
  /** Tells the bus to forget it; undefined when it never was there. */
  settle: (() => void) | undefined;
  readonly flushed: (() => void) | undefined;
}

/** Entries in order: written and not confirmed first, then those to be written. Constant time but for `withdraw`. */
export class EntryQueue {
  #entries: SpoolEntry[] = [];
  #head = 0;
  /** Index of the next to be written. */
  #next = 0;
  readonly #held = new Map<string, SpoolEntry>();
  #confirmedTotal = 0;

  get size(): number {
    return this.#entries.length - this.#head;
  }

  get unconfirmed(): number {
    return this.#next - this.#head;
  }

  /** Entries confirmed so far, from the beginning of time. */
  get confirmedTotal(): number {
    return this.#confirmedTotal;
  }

  /** The same count with those written and not confirmed. */
  get writtenTotal(): number {
    return this.#confirmedTotal + this.unconfirmed;
  }

  find(id: string): SpoolEntry | undefined {
    return this.#held.get(id);
  }

  push(entry: SpoolEntry): void {
    this.#entries.push(entry);
    this.#held.set(entry.id, entry);
  }

  /** The next entries to write, now counted as written: `count` at most, and about `length` characters. */
  take(count: number, length: number): readonly SpoolEntry[] {
    const batch: SpoolEntry[] = [];
    for (let taken = 0; batch.length < count && taken < length; ) {
      const entry = this.#entries[this.#next];
      if (entry === undefined) break;
      this.#next++;
      taken += entry.text.length;
      batch.push(entry);
    }
    return batch;
  }

  /** Lets go of the `count` oldest entries. */
  confirm(count: number): readonly SpoolEntry[] {
    const confirmed = this.#entries.slice(this.#head, this.#head + count);
    for (const { id } of confirmed) this.#held.delete(id);
    this.#confirmedTotal += confirmed.length;
    this.#head += confirmed.length;
    this.#next = Math.max(this.#next, this.#head);
    if (this.#head >= 1024 || this.#head === this.#entries.length) this.#compact();
    return confirmed;
  }

  /** All unconfirmed entries are to be written again; returns how many. */
  rewind(): number {
    const { unconfirmed } = this;
    this.#next = this.#head;
    return unconfirmed;
  }

  /** Lets go of the entries that the bus still has; all must be unwritten or rewound. */
  withdraw(): void {
    this.#compact();
    this.#entries = this.#entries.filter(({ id, settle }) => settle === undefined || !this.#held.delete(id));
    this.#next = 0;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#head);
    this.#next -= this.#head;
    this.#head = 0;
  }
}
