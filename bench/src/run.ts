/**
 * One measured run of a workload at an offered rate.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds, stolenSeconds } from './cpu.ts';
import { pace } from './pace.ts';
import { ascending, percentile } from './percentiles.ts';
import type { Measured, Rig } from './rig.ts';

/** A job offered `count` times. Units report their start and end by number. */
export interface Workload<On extends Measured = Rig> {
  readonly name: string;
  /** Wires the stubs for this run. `done` is called once for each unit that came through, with its latency. */
  attach(rig: On, run: string, report: Report): { start(index: number): void };
}

export interface Report {
  /** Unit `index` came through; `latencyMs` is what the gateway added. Twice: it is doubled. One that never began: a flaw. */
  done(index: number, latencyMs: number): void;
  /** A retransmission, an error or something unasked was seen. */
  flaw(): void;
}

export interface Result {
  readonly offeredPerSecond: number;
  readonly count: number;
  readonly lost: number;
  readonly doubled: number;
  readonly flaws: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of the gateway's processes for one unit. */
  readonly cpuMsPerUnit: number;
  /** CPU of the stubs, as a share of one core. */
  readonly stubShare: number;
  /** CPU that the machine's host gave to others meanwhile, as a share of one core. */
  readonly stolenShare: number;
  /** Rate at which units came through. */
  readonly achievedPerSecond: number;
}

/** Nothing lost, doubled or retransmitted, and the pace was kept. */
export const isClean = (result: Result): boolean =>
  result.lost === 0 &&
  result.doubled === 0 &&
  result.flaws === 0 &&
  result.achievedPerSecond >= 0.95 * result.offeredPerSecond;

const DRAIN_MS = 4000;
/** For what trails behind a unit: acknowledgements, and repetitions if there are any. */
const SETTLE_MS = 100;
let runs = 0;

export async function measure<On extends Measured>(
  rig: On,
  workload: Workload<On>,
  ratePerSecond: number,
  seconds: number,
): Promise<Result> {
  const count = Math.round(ratePerSecond * seconds);
  const latencies: number[] = [];
  // A set that grows is copied for longer than most units take, which would count as the gateway's time.
  const isSeen = new Uint8Array(count);
  let seen = 0;
  let doubled = 0;
  let flaws = 0;
  let last = 0;
  const { start } = workload.attach(rig, `r${runs++}`, {
    done: (index, latencyMs) => {
      if (isSeen[index] === undefined) flaws++;
      else if (isSeen[index] === 1) doubled++;
      else seen++;
      isSeen[index] = 1;
      latencies.push(latencyMs);
      last = performance.now();
    },
    flaw: () => {
      flaws++;
    },
  });
  const cpuBefore = cpuSeconds(rig.pids);
  const stubBefore = process.cpuUsage();
  const stolenBefore = stolenSeconds();
  const began = performance.now();
  await pace(count, ratePerSecond, start);
  const deadline = performance.now() + DRAIN_MS;
  while (seen < count && performance.now() < deadline) await delay(20);
  await delay(SETTLE_MS);
  const stub = process.cpuUsage(stubBefore);
  const elapsedMs = performance.now() - began;
  const sorted = ascending(latencies);
  return {
    offeredPerSecond: ratePerSecond,
    count,
    lost: count - seen,
    doubled,
    flaws,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    cpuMsPerUnit: ((cpuSeconds(rig.pids) - cpuBefore) * 1000) / count,
    stubShare: (stub.user + stub.system) / 1000 / elapsedMs,
    stolenShare: ((stolenSeconds() - stolenBefore) * 1000) / elapsedMs,
    achievedPerSecond: (seen * 1000) / (last - began),
  };
}
