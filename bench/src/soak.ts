/**
 * A long run at a share of the clean rate: memory must stay flat and nothing may be lost.
 */
import { callsFromSip, callsFromXmpp } from './calls.ts';
import { residentMiB } from './cpu.ts';
import { messagesFromSip, messagesFromXmpp } from './messages.ts';
import type { Part } from './options.ts';
import { type Rig, startRig } from './rig.ts';
import { measure, type Result, type Workload } from './run.ts';
import { highestClean, QUICK } from './search.ts';

/** Each takes its turn of so long; the memory is looked at after a round of all. */
const TURN_SECONDS = 30;
const LOAD_SHARE = 0.5;
/** Before the first look: caches fill, and code that runs often is compiled. */
const WARM_UP_SECONDS = 15;
/** Until what has a bound in time is forgotten; ids and ended sessions are when others come. */
const FORGET = { seconds: 150, perSecond: 2 } as const;

const WORKLOADS: readonly { readonly part: Part; readonly workload: Workload; readonly firstRate: number }[] =
  [
    { part: 'messages', workload: messagesFromSip, firstRate: 2000 },
    { part: 'messages', workload: messagesFromXmpp, firstRate: 2000 },
    { part: 'calls', workload: callsFromSip, firstRate: 300 },
    { part: 'calls', workload: callsFromXmpp, firstRate: 300 },
  ];

export interface Soak {
  readonly minutes: number;
  /** Messages, calls or both; others have no rate. */
  readonly parts: readonly Part[];
  /** Units a second instead of half the clean rate; messages, and a tenth of it for calls. */
  readonly rate: number | undefined;
}

interface Turn {
  readonly workload: Workload;
  readonly perSecond: number;
}

/** What went wrong so far. */
interface Tally {
  units: number;
  lost: number;
  doubled: number;
  flaws: number;
}

const clockOf = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** The ends do the same in every turn: what they take tells how fast the machine was. */
const turnLine = (name: string, result: Result): string =>
  `  ${name}: ${result.lost} lost, p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms, ` +
  `${result.cpuMsPerUnit.toFixed(3)} ms of CPU each; of a core, ends ${(result.stubShare * 100).toFixed(0)} %, ` +
  `stolen ${(result.stolenShare * 100).toFixed(1)} %`;

async function turnsOf(rig: Rig, { parts, rate }: Soak): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  for (const { part, workload, firstRate } of WORKLOADS) {
    if (!parts.includes(part)) continue;
    if (rate !== undefined) {
      turns.push({ workload, perSecond: part === 'calls' ? Math.ceil(rate / 10) : rate });
      continue;
    }
    const best = await highestClean(rig, workload, firstRate, QUICK);
    if (best === undefined) throw new Error(`${workload.name}: no rate is clean on this machine.`);
    turns.push({ workload, perSecond: Math.round(best.offeredPerSecond * LOAD_SHARE) });
  }
  if (turns.length === 0) throw new Error('A soak is of messages or calls.');
  return turns;
}

/**
 * Prints what was lost and the memory in use after a collection: at the start, after each round of turns, and at the end when
 * what has a bound in time is forgotten. False when something was lost or came twice.
 */
export async function soak(options: Soak): Promise<boolean> {
  const rig = await startRig({
    name: 'all',
    gateway: 'ours',
    via: 'stub',
    roles: 'all',
    bus: 'memory',
    store: 'memory',
    wrapper: [],
  });
  try {
    const turns = await turnsOf(rig, options);
    console.log(
      `${turns.map(({ workload, perSecond }) => `${perSecond} ${workload.name}`).join(', ')} a second, in turn`,
    );
    const tally: Tally = { units: 0, lost: 0, doubled: 0, flaws: 0 };
    let began = performance.now();
    const print = async (when: string): Promise<void> => {
      const heapMiB = (await rig.heapBytes()) / 2 ** 20;
      console.log(
        `${clockOf(performance.now() - began)} ${when}: ${tally.units} units, ${tally.lost} lost, ${tally.doubled} doubled, ` +
          `${tally.flaws} flaws, heap ${heapMiB.toFixed(1)} MiB, resident ${residentMiB(rig.pids).toFixed(0)} MiB`,
      );
    };
    const quiet = (): Promise<unknown> => measure(rig, callsFromXmpp, FORGET.perSecond, FORGET.seconds);
    for (const { workload, perSecond } of turns) await measure(rig, workload, perSecond, WARM_UP_SECONDS);
    await quiet();
    began = performance.now();
    await print('start, at rest');
    const until = began + options.minutes * 60_000;
    for (let round = 1; performance.now() < until; round++) {
      for (const { workload, perSecond } of turns) {
        const result = await measure(rig, workload, perSecond, TURN_SECONDS);
        console.log(turnLine(workload.name, result));
        tally.units += result.count;
        tally.lost += result.lost;
        tally.doubled += result.doubled;
        tally.flaws += result.flaws;
      }
      await print(`round ${round}`);
    }
    await quiet();
    await print('end, at rest');
    return tally.lost === 0 && tally.doubled === 0;
  } finally {
    await rig.stop();
  }
}
