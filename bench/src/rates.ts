/**
 * How much goes through: the highest clean rate of each workload on a deployment, then latency and CPU at half of it.
 */
import { residentMiB } from './cpu.ts';
import type { Measured } from './rig.ts';
import { measure, type Result, type Workload } from './run.ts';
import { type Effort, highestClean } from './search.ts';
import type { Row } from './table.ts';

/** Where the search begins, as a share of what the CPU time of the warm-up promises. */
const FIRST_SHARE = 0.7;

const WARM_ROUNDS = 3;

export interface Rated<On extends Measured> {
  readonly workload: Workload<On>;
  /** One that any machine of today keeps up with, to warm up at. */
  readonly easyRate: number;
  /** Where the search begins when the CPU time is not known. */
  readonly firstRate: number;
}

/** Starts what is measured anew for each workload. */
export async function rate<On extends Measured>(
  deployment: string,
  start: () => Promise<On>,
  { workload, easyRate, firstRate }: Rated<On>,
  effort: Effort,
): Promise<Row> {
  process.stderr.write(`${deployment}: ${workload.name}\n`);
  const rig = await start();
  try {
    const warmUp = (ratePerSecond: number) =>
      measure(rig, workload, Math.round(ratePerSecond), effort.warmUpSeconds);
    const promised = ({ cpuMsPerUnit }: Result): number =>
      rig.pids.length === 1 && cpuMsPerUnit > 0 ? (FIRST_SHARE * 1000) / cpuMsPerUnit : firstRate;
    await warmUp(easyRate);
    // Code that has run some ten thousand times costs half of what it did: what a search begins with must have.
    let first = promised(await warmUp(easyRate * 2));
    for (let round = 0; round < WARM_ROUNDS; round++) first = promised(await warmUp(first));
    const best = await highestClean(rig, workload, Math.max(easyRate, Math.round(first)), effort);
    const half =
      best && (await measure(rig, workload, Math.round(best.offeredPerSecond / 2), effort.runSeconds));
    return { deployment, workload: workload.name, best, half, residentMiB: residentMiB(rig.pids) };
  } finally {
    await rig.stop();
  }
}
