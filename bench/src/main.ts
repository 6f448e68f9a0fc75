/**
 * `npm run bench`: the gateway against stubs, in one process and as a process a role on NATS and Redis. Prints one table.
 * Stubs and gateway share the machine's cores; `all` mode is held to one core.
 */
import { cpus } from 'node:os';
import { startNats, startRedis } from '@stoxgate/testkit';
import { callsFromSip, callsFromXmpp } from './calls.ts';
import { messagesFromSip, messagesFromXmpp } from './messages.ts';
import { type Deployment, startRig } from './rig.ts';
import { highestClean, measure, type Result, type Workload } from './run.ts';

interface Row {
  readonly deployment: string;
  readonly workload: string;
  readonly best: Result | undefined;
  readonly half: Result | undefined;
}

const WORKLOADS: readonly (readonly [Workload, { readonly all: number; readonly each: number }])[] = [
  [messagesFromSip, { all: 1500, each: 200 }],
  [messagesFromXmpp, { all: 1500, each: 200 }],
  [callsFromSip, { all: 400, each: 50 }],
  [callsFromXmpp, { all: 400, each: 50 }],
];

async function benchDeployment(deployment: Deployment): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [workload, first] of WORKLOADS) {
    const rig = await startRig(deployment);
    try {
      await measure(rig, workload, first[deployment.roles] / 2, 3);
      const best = await highestClean(rig, workload, first[deployment.roles]);
      const half = best && (await measure(rig, workload, Math.round(best.offeredPerSecond / 2), 3));
      rows.push({ deployment: deployment.name, workload: workload.name, best, half });
    } finally {
      await rig.stop();
    }
  }
  return rows;
}

const HEADERS = ['deployment', 'workload', 'clean/s', 'p50 ms', 'p99 ms', 'CPU ms'];

function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ deployment, workload, best, half }) => [
    deployment,
    workload,
    String(best?.offeredPerSecond ?? 'none'),
    half?.p50Ms.toFixed(2) ?? '-',
    half?.p99Ms.toFixed(2) ?? '-',
    half?.cpuMsPerUnit.toFixed(3) ?? '-',
  ]);
  const widths = HEADERS.map((header, column) =>
    Math.max(header.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  console.log([line(HEADERS), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n'));
  console.log(
    '\nclean: nothing lost, doubled or retransmitted. Latency and CPU per unit at half the clean rate.',
  );
}

async function main(): Promise<void> {
  const cpu = cpus();
  console.log(`${cpu.length} × ${cpu[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}\n`);
  const rows = await benchDeployment({ name: 'all', roles: 'all', bus: 'memory', store: 'memory' });
  const [nats, redis] = [await startNats(), await startRedis()];
  try {
    rows.push(
      ...(await benchDeployment({ name: 'NATS+Redis', roles: 'each', bus: nats.url, store: redis.url })),
    );
  } finally {
    await nats.stop();
    await redis.stop();
  }
  printTable(rows);
}

await main();
