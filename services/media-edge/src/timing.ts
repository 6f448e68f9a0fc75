/**
 * How long things may take. The translator gives a call up 3 s after it has asked.
 */
export interface MediaTiming {
  /** For a request, over all relays that are tried. */
  readonly budgetMs: number;
  readonly pingEveryMs: number;
  /** A call that a silent relay still has is asked to be deleted for so long. */
  readonly deleteForMs: number;
  readonly deleteEveryMs: number;
}

export const TIMING: MediaTiming = {
  budgetMs: 2000,
  pingEveryMs: 5000,
  deleteForMs: 60_000,
  deleteEveryMs: 1000,
};
