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
  /** Whether `retire` has something to do for it. */
  readonly isAwake: (entry: Entry) => boolean;
  readonly retire: (entry: Entry) => void;
}

/** One look, and how many entries it takes at most: together they bound both delay and share of CPU time. */
const LOOK_MS = 50;
const LOOKED_AT = 2000;
const RETIRED = 20;

export class IdleEntries<Key, Entry extends IdleEntry> {
  readonly #options: IdleOptions<Key, Entry>;
  #timer: NodeJS.Timeout | undefined;
  #left: Iterator<Entry> | undefined;
  #isAnyAwake = false;

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
    const { entries, idleMs, isAwake, retire } = this.#options;
    const idleSince = performance.now() - idleMs;
    this.#left ??= entries.values();
    let retired = 0;
    for (let looked = 0; looked < LOOKED_AT && retired < RETIRED; looked++) {
      const next = this.#left.next();
      if (next.done === true) {
        this.#endRound();
        return;
      }
      if (!isAwake(next.value)) continue;
      if (next.value.usedAt > idleSince) this.#isAnyAwake = true;
      else {
        retire(next.value);
        retired++;
      }
    }
    this.#lookIn(LOOK_MS);
  }

  #endRound(): void {
    this.#left = undefined;
    this.#timer = undefined;
    if (this.#isAnyAwake) this.#lookIn(this.#options.idleMs / 4);
    this.#isAnyAwake = false;
  }
}
