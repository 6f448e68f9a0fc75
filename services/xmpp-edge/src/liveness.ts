/**
 * Whether the other end of a link is still there: TCP alone does not tell. Pings are XEP-0199; this is the clockwork
 * only, times come from outside (ms, any origin).
 */
export interface LivenessSetting {
  /** A ping is due after so long a silence. */
  readonly silenceMs: number;
  /** With a ping unanswered, the link is dead after so long without any traffic … */
  readonly graceMs: number;
  /** … and after so long whatever else came. */
  readonly answerMs: number;
}

export type Verdict = 'alive' | 'ping-due' | 'dead';

export class Liveness {
  readonly #setting: LivenessSetting;
  #heardAt: number;
  /** When the first ping was sent that has no answer yet. */
  #askedAt: number | undefined;

  constructor(setting: LivenessSetting, now: number) {
    this.#setting = setting;
    this.#heardAt = now;
  }

  /** Something came in. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** A ping went out. */
  asked(now: number): void {
    this.#askedAt ??= now;
  }

  /** Every ping so far was answered. */
  answered(): void {
    this.#askedAt = undefined;
  }

  /** We were not listening until now: silence before it says nothing. */
  excuse(now: number): void {
    this.#heardAt = now;
    if (this.#askedAt !== undefined) this.#askedAt = now;
  }

  check(now: number): Verdict {
    const { silenceMs, graceMs, answerMs } = this.#setting;
    if (this.#askedAt === undefined) return now - this.#heardAt >= silenceMs ? 'ping-due' : 'alive';
    const silentSince = Math.max(this.#heardAt, this.#askedAt);
    return now - silentSince >= graceMs || now - this.#askedAt >= answerMs ? 'dead' : 'alive';
  }
}
