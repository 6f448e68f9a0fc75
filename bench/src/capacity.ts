/**
 * What stays costs: memory for each call that is up and each idle subscription, and what the work on one call costs while
 * few and many are up.
 */
import { type BroughtUp, bringUp } from './bring-up.ts';
import { callsFromXmpp } from './calls.ts';
import { endHeldCalls, holdCalls } from './held-calls.ts';
import { ascending, percentile } from './percentiles.ts';
import type { Rig } from './rig.ts';
import { measure, type Workload } from './run.ts';
import { subscribe } from './subscriptions.ts';

/** The work on one call while so many others are up. */
export interface Cost {
  readonly up: number;
  readonly cpuMs: number;
}

export interface Capacity {
  readonly what: string;
  /** Of so many that were asked for, how many came up. */
  readonly count: number;
  readonly up: number;
  /** How fast they came up. */
  readonly perSecond: number;
  readonly bytesPerUnit: number;
  /** Empty for subscriptions. */
  readonly costs: readonly Cost[];
  /** Calls that did not end when they were told to. */
  readonly stuck: number;
}

export interface Load {
  readonly count: number;
  /** Calls that are set up and released while others are up. */
  readonly probesPerSecond: number;
  readonly probeSeconds: number;
}

/** Up before anything is measured. */
const FEW = 100;
/** The cost of a call is the middle one of so many runs. */
const PROBES = 3;
/** Code is compiled for good only when it has run often. */
const WARM_UP_PROBES = 4;
/**
 * Until what went by is forgotten: finished transactions (64*T1), ids that must not come twice and what a repetition would
 * need (two minutes).
 */
const FORGET_SECONDS = 150;
/** Ids and ended sessions are forgotten when others come. */
const MEANWHILE_PER_SECOND = 2;

const settle = (rig: Rig): Promise<unknown> =>
  measure(rig, callsFromXmpp, MEANWHILE_PER_SECOND, FORGET_SECONDS);

const progress = (text: string): void => void process.stderr.write(`  ${text}\n`);

/** Brings units `first` to `until` up. */
async function bring(
  rig: Rig,
  workload: (first: number) => Workload,
  first: number,
  until: number,
): Promise<BroughtUp> {
  const brought = await bringUp(rig, workload(first), until - first);
  progress(`${first + brought.up} of ${until} up, ${brought.perSecond.toFixed(0)} a second`);
  return brought;
}

async function probe(rig: Rig, load: Load): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < PROBES; run++) {
    runs.push((await measure(rig, callsFromXmpp, load.probesPerSecond, load.probeSeconds)).cpuMsPerUnit);
  }
  return percentile(ascending(runs), 0.5);
}

export async function heldCalls(rig: Rig, load: Load): Promise<Capacity> {
  const costs: Cost[] = [];
  const addCost = async (up: number): Promise<void> => {
    const cpuMs = await probe(rig, load);
    progress(`${cpuMs.toFixed(3)} ms of CPU for a call with ${up} up`);
    costs.push({ up, cpuMs });
  };
  await measure(rig, callsFromXmpp, load.probesPerSecond, load.probeSeconds * WARM_UP_PROBES);
  let { up } = await bring(rig, holdCalls, 0, FEW);
  await settle(rig);
  const before = await rig.heapBytes();
  await addCost(up);
  let perSecond = 0;
  let bytes = 0;
  for (const [from, until] of [
    [FEW, load.count / 10],
    [load.count / 10, load.count],
  ] as const) {
    const brought = await bring(rig, holdCalls, from, until);
    perSecond = brought.perSecond;
    up += brought.up;
    await settle(rig);
    bytes = (await rig.heapBytes()) - before;
    await addCost(up);
  }
  const ended = await bringUp(rig, endHeldCalls, load.count - FEW);
  await settle(rig);
  // Once more, for what changed meanwhile with the machine, or with the code as it runs.
  await addCost(up - ended.up);
  return {
    what: 'call that is up',
    count: load.count,
    up,
    perSecond,
    bytesPerUnit: bytes / (up - FEW),
    costs,
    stuck: up - FEW - ended.up,
  };
}

export async function idleSubscriptions(rig: Rig, load: Load): Promise<Capacity> {
  const few = await bring(rig, subscribe, 0, FEW);
  await settle(rig);
  const before = await rig.heapBytes();
  const { up, perSecond } = await bring(rig, subscribe, FEW, load.count);
  await settle(rig);
  const bytes = (await rig.heapBytes()) - before;
  return {
    what: 'idle presence subscription',
    count: load.count,
    up: few.up + up,
    perSecond,
    bytesPerUnit: bytes / up,
    costs: [],
    stuck: 0,
  };
}
