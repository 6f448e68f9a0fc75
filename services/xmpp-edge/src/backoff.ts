/** Waiting longer the more often something failed, spread out so that many do not come back at once. */
export interface BackoffSetting {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Exponential back-off with full jitter: a random part of `baseMs` doubled `failures` times, `capMs` at most.
 * @param random from 0 to below 1.
 */
export const backoffMs = (failures: number, { baseMs, capMs }: BackoffSetting, random: number): number =>
  Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(failures, 30)));
