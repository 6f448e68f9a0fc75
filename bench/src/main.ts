/**
 * `npm run bench`: the gateway against stubs, in one process and as a process a role on NATS and Redis. Prints one table.
 */
import { cpus, loadavg } from 'node:os';
import { startNats, startRedis } from '@stoxgate/testkit';
import { callsFromSip, callsFromXmpp } from './calls.ts';
import { findCores } from './cores.ts';
import { residentMiB } from './cpu.ts';
import { messagesFromSip, messagesFromXmpp } from './messages.ts';
import { type Deployment, startRig } from './rig.ts';
import { measure, type Workload } from './run.ts';
import { type Effort, FULL, highestClean, QUICK } from './search.ts';
import { type Row, tableOf } from './table.ts';

/** Rates that any machine of today keeps up with, to warm up at. */
const WORKLOADS: readonly (readonly [Workload, number])[] = [
  [messagesFromSip, 400],
  [messagesFromXmpp, 400],
  [callsFromSip, 100],
  [callsFromXmpp, 100],
];
/** Where the search begins, as a share of what the CPU time of the warm-up promises. */
const FIRST_SHARE = 0.7;

async function benchWorkload(
  deployment: Deployment,
  workload: Workload,
  easyRate: number,
  effort: Effort,
): Promise<Row> {
  const rig = await startRig(deployment);
  try {
    await measure(rig, workload, easyRate, effort.warmUpSeconds);
    const warm = await measure(rig, workload, easyRate * 2, effort.warmUpSeconds);
    const promised = 1000 / warm.cpuMsPerUnit;
    const firstRate = Math.max(easyRate, Math.round(promised * FIRST_SHARE));
    const best = await highestClean(rig, workload, firstRate, effort);
    const half =
      best && (await measure(rig, workload, Math.round(best.offeredPerSecond / 2), effort.runSeconds));
    const { name } = workload;
    return { deployment: deployment.name, workload: name, best, half, residentMiB: residentMiB(rig.pids) };
  } finally {
    await rig.stop();
  }
}

async function benchDeployment(deployment: Deployment, effort: Effort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [workload, easyRate] of WORKLOADS) {
    process.stderr.write(`${deployment.name}: ${workload.name}\n`);
    rows.push(await benchWorkload(deployment, workload, easyRate, effort));
  }
  return rows;
}

async function main(args: readonly string[]): Promise<void> {
  const effort = args.includes('--quick') ? QUICK : FULL;
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, Node ${process.versions.node}, load before: ${load}`,
  );
  const cores = findCores();
  cores.setApart();
  const one = { name: 'all', roles: 'all', bus: 'memory', store: 'memory', wrapper: cores.wrapper } as const;
  const rows = await benchDeployment(one, effort);
  cores.share();
  const [nats, redis] = [await startNats(), await startRedis()];
  try {
    const each = {
      name: 'NATS+Redis',
      roles: 'each',
      bus: nats.url,
      store: redis.url,
      wrapper: [],
    } as const;
    rows.push(...(await benchDeployment(each, effort)));
  } finally {
    await nats.stop();
    await redis.stop();
  }
  console.log(`\n${tableOf(rows)}\n`);
  console.log(
    'clean/s: the highest rate with nothing lost, doubled or retransmitted. At half of it: added latency, and CPU of the\n' +
      `gateway's processes for one unit. stubs: their CPU at the highest rate, in cores. ${cores.note}`,
  );
}

await main(process.argv.slice(2));
