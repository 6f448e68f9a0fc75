/**
 * Overload as a state: while there is more work than this process can do, only a share of what would begin is let in, so that
 * what has begun goes on. The share falls by a factor while there is too much and grows by a step while there is not, which
 * finds the capacity and follows it, as the window of TCP does. RFC 6357 calls it local, loss-based overload control.
 */

export interface AdmissionSources {
  /** Whether work came faster than it was taken since the last call. */
  readonly isCrowded: () => boolean;
  /** Events that no translator has settled yet. */
  readonly waitingEvents: () => number;
}

/** From so many on the translators are behind by more than a caller waits before it repeats itself. */
export const WAITING_EVENTS_MAX = 2000;

const LOOK_EVERY_MS = 250;
/**
 * A moment's rush is no overload: so many looks in a row make one. What came while memory was tidied up for 50 ms is worked off in
 * half a second where nine tenths of what can be done comes, in a second where it is 95 %.
 */
const LOOKS_UNTIL_OVERLOAD = 4;
const FALL = 0.75;
const RISE = 0.05;
const LEAST_SHARE = 0.05;

export class Admission {
  readonly #sources: AdmissionSources;
  readonly #timer: NodeJS.Timeout;
  #share = 1;
  #credit = 0;
  #crowdedLooks = 0;

  /** Looks at the sources several times a second until `stop`. */
  constructor(sources: AdmissionSources) {
    this.#sources = sources;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Share of what begins that is let in, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** Whether what begins now is let in; each call counts as one. */
  admits(): boolean {
    if (this.#share === 1) return true;
    this.#credit += this.#share;
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { isCrowded, waitingEvents } = this.#sources;
    const isOver = isCrowded() || waitingEvents() >= WAITING_EVENTS_MAX;
    this.#crowdedLooks = isOver ? this.#crowdedLooks + 1 : 0;
    if (this.#crowdedLooks >= LOOKS_UNTIL_OVERLOAD) this.#share = Math.max(LEAST_SHARE, this.#share * FALL);
    else if (!isOver) this.#share = Math.min(1, this.#share + RISE);
  }
}
