/**
 * Whether a link reads what its server says. Paused, it still does while a ping has not come back: only that settles what was sent
 * (see `spool.ts`), and those who are behind may wait for just this. Not to read it would be for ever.
 */
export interface Readable {
  pause(): unknown;
  resume(): unknown;
}

export class Reading {
  readonly #source: () => Readable | undefined;
  #isPaused = false;
  /** Number of the last ping, while it has not come back; else 0. */
  #awaited = 0;

  /** @param source what is read, once there is one to be paused. */
  constructor(source: () => Readable | undefined) {
    this.#source = source;
  }

  get isOn(): boolean {
    return !this.#isPaused || this.#awaited > 0;
  }

  /** @param isPaused those who take it are behind. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.settle();
  }

  asked(ping: number): void {
    this.#awaited = ping;
    this.settle();
  }

  answered(ping: number): void {
    if (ping !== this.#awaited) return;
    this.#awaited = 0;
    this.settle();
  }

  /** What was asked will not be answered. */
  cut(): void {
    this.#awaited = 0;
  }

  /** Call when there is something new to be read. */
  settle(): void {
    if (this.isOn) this.#source()?.resume();
    else this.#source()?.pause();
  }
}
