/**
 * Finds what nobody has used in a while, a little at a time: no step waits for more than a few entries' worth of work.
 */
export interface IdleEntry {
  /** When it was used last, ms of `performance.now()`. */
  usedAt: number;
}

export interface IdleOptions<Key, Entry> {
  readonly entries: ReadonlyMap<Key, Entry>;
  readonly idleMs: number;
  /** Does what is to be done for an entry that nobody has used for so long. */
  readonly retire: (entry: Entry, unusedMs: number) => Retirement;
}

/** over: there is nothing more to do unless it is used again. pending: there will be. begun: the same, and this was work. */
export type Retirement = 'over' | 'pending' | 'begun';

/** One look, and how many entries it takes at most: together they bound both delay and share of CPU time. */
const LOOK_MS = 10;
const LOOKED_AT = 400;
const RETIRED = 25;

export class IdleEntries<Key, Entry extends IdleEntry> {
  readonly #options: IdleOptions<Key, Entry>;
  #timer: NodeJS.Timeout | undefined;
  #left: Iterator<Entry> | undefined;
  #isAnyPending = false;

  constructor(options: IdleOptions<Key, Entry>) {
    this.#options = options;
  }

  /** There is an entry that will be idle one day. */
  expect(): void {
    if (this.#timer === undefined) this.#lookIn(this.#options.idleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    const { entries, retire } = this.#options;
    const now = performance.now();
    this.#left ??= entries.values();
    let retired = 0;
    for (let looked = 0; looked < LOOKED_AT && retired < RETIRED; looked++) {
      const next = this.#left.next();
      if (next.done === true) {
        this.#endRound();
        return;
      }
      const retirement = retire(next.value, now - next.value.usedAt);
      if (retirement === 'over') continue;
      this.#isAnyPending = true;
      if (retirement === 'begun') retired++;
    }
    this.#lookIn(LOOK_MS);
  }

  #endRound(): void {
    this.#left = undefined;
    this.#timer = undefined;
    if (this.#isAnyPending) this.#lookIn(this.#options.idleMs / 4);
    this.#isAnyPending = false;
  }
}
