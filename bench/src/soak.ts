/**
 * A long run of everything at half the clean rate: memory must stay flat and nothing may be lost.
 */
import { callsFromSip, callsFromXmpp } from './calls.ts';
import { messagesFromSip, messagesFromXmpp } from './messages.ts';
import { startRig } from './rig.ts';
import { measure } from './run.ts';
import { highestClean, QUICK } from './search.ts';

/** Each takes its turn of so long. */
const TURN_SECONDS = 30;
const WORKLOADS = [
  [messagesFromSip, 2000],
  [messagesFromXmpp, 2000],
  [callsFromSip, 300],
  [callsFromXmpp, 300],
] as const;

/** Prints, for each round of turns, what was lost and the memory in use after a collection. */
export async function soak(minutes: number): Promise<void> {
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
    const rates: number[] = [];
    for (const [workload, firstRate] of WORKLOADS) {
      const best = await highestClean(rig, workload, firstRate, QUICK);
      rates.push(Math.round((best?.offeredPerSecond ?? firstRate) / 2));
    }
    console.log(
      `at ${WORKLOADS.map(([{ name }], at) => `${rates[at]} ${name}`).join(', ')} a second, in turn`,
    );
    const until = performance.now() + minutes * 60_000;
    for (let round = 1; performance.now() < until; round++) {
      let [sent, lost, doubled, flaws] = [0, 0, 0, 0];
      for (const [at, [workload]] of WORKLOADS.entries()) {
        const result = await measure(rig, workload, rates[at] ?? 1, TURN_SECONDS);
        sent += result.count;
        lost += result.lost;
        doubled += result.doubled;
        flaws += result.flaws;
      }
      const heapMiB = (await rig.heapBytes()) / 2 ** 20;
      console.log(
        `round ${round}: ${sent} units, ${lost} lost, ${doubled} doubled, ${flaws} flaws, heap ${heapMiB.toFixed(1)} MiB`,
      );
    }
  } finally {
    await rig.stop();
  }
}
