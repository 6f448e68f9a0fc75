/**
 * Units that come up and stay: as fast as the gateway takes them, never more under way than it can be busy with, so that
 * nothing waits and nothing is refused on a machine of any speed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Rig } from './rig.ts';
import type { Workload } from './run.ts';

const UNDER_WAY = 24;
const GIVE_UP_MS = 10_000;
const LOOK_MS = 1;

export interface BroughtUp {
  readonly up: number;
  readonly perSecond: number;
}

/** Brings `count` units up, and tells of how many it heard. */
export async function bringUp(rig: Rig, workload: Workload, count: number): Promise<BroughtUp> {
  /** Since when, by number; the oldest first. */
  const underWay = new Map<number, number>();
  let up = 0;
  const { start } = workload.attach(rig, workload.name, {
    done: (index) => {
      if (underWay.delete(index)) up++;
    },
    flaw: () => {},
  });
  const began = performance.now();
  for (let next = 0; next < count || underWay.size > 0; ) {
    const now = performance.now();
    for (const [index, since] of underWay) {
      if (now - since < GIVE_UP_MS) break;
      underWay.delete(index);
    }
    for (; next < count && underWay.size < UNDER_WAY; next++) {
      underWay.set(next, now);
      start(next);
    }
    await delay(LOOK_MS);
  }
  return { up, perSecond: (count * 1000) / (performance.now() - began) };
}
