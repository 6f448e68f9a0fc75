/**
 * What stays costs: memory for each call that is up and each idle subscription, and what the work on one call costs while
 * many are up.
 */
import { callsFromXmpp } from './calls.ts';
import { endHeldCalls, holdCalls } from './held-calls.ts';
import type { Rig } from './rig.ts';
import { measure, type Workload } from './run.ts';
import { subscribe } from './subscriptions.ts';

export interface Capacity {
  readonly what: string;
  readonly count: number;
  readonly bytesPerUnit: number;
  /** CPU of one call's set-up and release while few are up, and while all are; undefined for subscriptions. */
  readonly cpuMs: readonly [few: number, all: number] | undefined;
}

export interface Load {
  readonly count: number;
  readonly perSecond: number;
  /** Of calls set up and released while others are up. */
  readonly probeSeconds: number;
}

/** Calls up while the cost of few is taken. */
const FEW = 100;
/** Until what went by is forgotten: finished transactions (64*T1), and ids that must not come twice (two minutes). */
const FORGET_SECONDS = 130;
/** Things are forgotten when others come. */
const MEANWHILE_PER_SECOND = 2;

const settle = (rig: Rig): Promise<unknown> =>
  measure(rig, callsFromXmpp, MEANWHILE_PER_SECOND, FORGET_SECONDS);

/** Brings units `first` to `until` up; fails when one does not come. */
async function bring(
  rig: Rig,
  workload: (first: number) => Workload,
  first: number,
  until: number,
  perSecond: number,
): Promise<void> {
  const { name } = workload(first);
  const { lost } = await measure(rig, workload(first), perSecond, (until - first) / perSecond);
  if (lost > 0) throw new Error(`${name}: ${lost} of ${until - first} did not come up.`);
}

export async function heldCalls(rig: Rig, load: Load): Promise<Capacity> {
  const probe = async (): Promise<number> =>
    (await measure(rig, callsFromXmpp, load.perSecond / 2, load.probeSeconds)).cpuMsPerUnit;
  // The first costs more: code is not warm yet.
  await probe();
  await bring(rig, holdCalls, 0, FEW, load.perSecond);
  const few = await probe();
  await settle(rig);
  const before = await rig.heapBytes();
  await bring(rig, holdCalls, FEW, load.count, load.perSecond);
  const all = await probe();
  await settle(rig);
  const bytes = (await rig.heapBytes()) - before;
  await measure(rig, endHeldCalls, load.perSecond, load.count / load.perSecond);
  return {
    what: 'call that is up',
    count: load.count,
    bytesPerUnit: bytes / (load.count - FEW),
    cpuMs: [few, all],
  };
}

export async function idleSubscriptions(rig: Rig, load: Load): Promise<Capacity> {
  await bring(rig, subscribe, 0, FEW, load.perSecond);
  await settle(rig);
  const before = await rig.heapBytes();
  await bring(rig, subscribe, FEW, load.count, load.perSecond);
  await settle(rig);
  const bytes = (await rig.heapBytes()) - before;
  return {
    what: 'idle presence subscription',
    count: load.count,
    bytesPerUnit: bytes / (load.count - FEW),
    cpuMs: undefined,
  };
}
