/**
 * The highest rate that stays clean.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from './rig.ts';
import { isClean, measure, type Result, type Workload } from './run.ts';

/** How long each part takes, and how often it is tried. */
export interface Effort {
  readonly warmUpSeconds: number;
  readonly runSeconds: number;
  /** Runs at one rate of which one must be clean: a hiccup of the machine is not the gateway's. */
  readonly attempts: number;
  /** Halvings of the gap between the best rate and the one that failed. */
  readonly refinements: number;
}

export const FULL: Effort = { warmUpSeconds: 3, runSeconds: 3, attempts: 2, refinements: 2 };
export const QUICK: Effort = { warmUpSeconds: 2, runSeconds: 2, attempts: 2, refinements: 1 };

const STEP = 1.3;
const MOST_STEPS = 8;
/** For the backlog of a run that failed. */
const RECOVERY_MS = 1500;

async function attempt<On extends Measured>(
  rig: On,
  workload: Workload<On>,
  rate: number,
  effort: Effort,
): Promise<Result | undefined> {
  for (let left = effort.attempts; left > 0; left--) {
    const result = await measure(rig, workload, rate, effort.runSeconds);
    if (isClean(result)) return result;
    await delay(RECOVERY_MS);
  }
  return undefined;
}

/** Raises the rate from `firstRate` until it fails, then narrows the gap. Undefined when even low rates fail. */
export async function highestClean<On extends Measured>(
  rig: On,
  workload: Workload<On>,
  firstRate: number,
  effort: Effort,
): Promise<Result | undefined> {
  let best: Result | undefined;
  let failed: number | undefined;
  for (let rate = firstRate, step = 0; step < MOST_STEPS; step++) {
    const result = await attempt(rig, workload, Math.round(rate), effort);
    if (result === undefined) failed = rate;
    else best = result;
    if (failed !== undefined && best !== undefined) break;
    rate = failed === undefined ? rate * STEP : rate / STEP;
  }
  for (let left = effort.refinements; left > 0 && best !== undefined && failed !== undefined; left--) {
    const rate = Math.round((best.offeredPerSecond + failed) / 2);
    const result = await attempt(rig, workload, rate, effort);
    if (result === undefined) failed = rate;
    else best = result;
  }
  return best;
}
