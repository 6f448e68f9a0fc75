/**
 * `npm run bench`: the gateway in one process and as a process a role on NATS and Redis, and the gateway that it replaces
 * where that is installed, between the same ends. Prints tables, writes JSON.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { startNats, startRedis } from '@stoxgate/testkit';
import { callsFromSip, callsFromXmpp } from './calls.ts';
import { type Capacity, heldCalls, idleSubscriptions } from './capacity.ts';
import { type Cores, findCores } from './cores.ts';
import { messagesFromSip, messagesFromXmpp } from './messages.ts';
import { type Options, type Part, readOptions, USAGE } from './options.ts';
import { clientToComponent, componentToClient } from './prosody-alone.ts';
import { type Rated, rate } from './rates.ts';
import { type BareRig, type Deployment, type Rig, startBareRig, startRig } from './rig.ts';
import { hasRival } from './rival.ts';
import { FULL, QUICK } from './search.ts';
import { soak } from './soak.ts';
import { capacityTableOf, type Row, tableOf } from './table.ts';

const MESSAGES: readonly Rated<Rig>[] = [
  { workload: messagesFromSip, easyRate: 400, firstRate: 1000 },
  { workload: messagesFromXmpp, easyRate: 400, firstRate: 1000 },
];
/** Its processes are several, so its CPU time does not say what it can do. */
const RIVAL_FIRST_RATE = 5000;
const CALLS: readonly Rated<Rig>[] = [
  { workload: callsFromSip, easyRate: 100, firstRate: 100 },
  { workload: callsFromXmpp, easyRate: 100, firstRate: 100 },
];
const BARE: readonly Rated<BareRig>[] = [
  { workload: componentToClient, easyRate: 400, firstRate: 3000 },
  { workload: clientToComponent, easyRate: 400, firstRate: 3000 },
];

interface Results {
  readonly rows: Row[];
  readonly capacities: (Capacity & { readonly deployment: string })[];
}

/** The deployments of the gateway itself, each with what it stands on. */
async function benchOurs(options: Options, cores: Cores, results: Results): Promise<void> {
  const { isQuick, via, parts } = options;
  const effort = isQuick ? QUICK : FULL;
  const wanted = (of: readonly Part[]): readonly Rated<Rig>[] => [
    ...(parts.includes('messages') && of.includes('messages') ? MESSAGES : []),
    ...(parts.includes('calls') && of.includes('calls') && via === 'stub' ? CALLS : []),
  ];
  const probes = { probesPerSecond: 100, probeSeconds: isQuick ? 3 : 10 };
  const held = { count: isQuick ? 2000 : 10_000, ...probes };
  const idle = { count: isQuick ? 5000 : 100_000, ...probes };
  const bench = async (deployment: Deployment, of: readonly Part[]): Promise<void> => {
    for (const one of wanted(of)) {
      results.rows.push(await rate(deployment.name, () => startRig(deployment), one, effort));
    }
    if (via !== 'stub' || deployment.roles !== 'all') return;
    for (const [part, measureCapacity, load] of [
      ['held', heldCalls, held],
      ['subscriptions', idleSubscriptions, idle],
    ] as const) {
      if (!parts.includes(part) || !of.includes(part)) continue;
      process.stderr.write(`${deployment.name}: ${part}\n`);
      const rig = await startRig(deployment);
      try {
        results.capacities.push({ deployment: deployment.name, ...(await measureCapacity(rig, load)) });
      } finally {
        await rig.stop();
      }
    }
  };
  const common = { gateway: 'ours', via } as const;
  const inMemory = { ...common, roles: 'all', bus: 'memory', store: 'memory' } as const;
  await bench({ ...inMemory, name: 'all', wrapper: [] }, parts);
  cores.setApart();
  await bench({ ...inMemory, name: 'all, one core', wrapper: cores.wrapper }, ['calls']);
  cores.share();
  if (wanted(parts).length === 0) return;
  const [nats, redis] = [await startNats({ cores: 1 }), await startRedis()];
  try {
    const stands = { roles: 'each', bus: nats.url, store: redis.url } as const;
    await bench({ ...common, ...stands, name: 'NATS+Redis', wrapper: [] }, parts);
  } finally {
    await nats.stop();
    await redis.stop();
  }
}

/** What the gateway is compared with, between the same ends. */
async function benchOthers({ isQuick, via, parts }: Options, results: Results): Promise<void> {
  if (!parts.includes('messages')) return;
  const effort = isQuick ? QUICK : FULL;
  if (hasRival()) {
    const rival = { gateway: 'rival', via, roles: 'all', bus: '', store: '', wrapper: [] } as const;
    for (const one of MESSAGES) {
      const name = "Kamailio's xmpp module, mended";
      const faster = { ...one, firstRate: RIVAL_FIRST_RATE };
      results.rows.push(await rate(name, () => startRig({ ...rival, name }), faster, effort));
    }
  } else process.stderr.write("Kamailio's xmpp module is not installed: nothing to compare with.\n");
  if (via !== 'prosody') return;
  for (const one of BARE) results.rows.push(await rate('Prosody alone', startBareRig, one, effort));
}

function printRates(rows: readonly Row[], cores: Cores): void {
  console.log(`\n${tableOf(rows)}\n`);
  console.log(
    'clean/s: the highest rate with nothing lost, doubled or retransmitted. At half of it: added latency, and CPU of the\n' +
      `gateway's processes for one unit. stubs: their CPU at the highest rate, in cores. ${cores.note}`,
  );
}

async function main(options: Options): Promise<void> {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, Node ${process.versions.node}`;
  console.log(`${machine}, load before: ${load}`);
  if (options.soakMinutes !== undefined) {
    const { soakMinutes: minutes, soakRate: rate, parts } = options;
    if (!(await soak({ minutes, rate, parts }))) process.exitCode = 1;
    return;
  }
  const cores = findCores();
  const results: Results = { rows: [], capacities: [] };
  await benchOurs(options, cores, results);
  await benchOthers(options, results);
  if (results.rows.length > 0) printRates(results.rows, cores);
  if (results.capacities.length > 0) console.log(`\n${capacityTableOf(results.capacities)}`);
  if (options.json === undefined) return;
  await writeFile(
    options.json,
    `${JSON.stringify({ machine, via: options.via, ...results }, undefined, 2)}\n`,
  );
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  console.error(`Usage: ${USAGE}`);
  process.exitCode = 2;
} else await main(options);
