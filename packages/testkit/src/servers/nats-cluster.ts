/** Three NATS servers with JetStream that keep each other's messages: processes, as each must reach the others. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { until } from './until.ts';

export interface NatsCluster {
  /** Every server, separated by commas. */
  readonly url: string;
  /** Kills the server that leads `stream` (SIGKILL), and resolves to its name; it stays away until `restore`. */
  killLeader(stream: string): Promise<string>;
  /** Starts again what was killed; resolves when every server is up to date. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  readonly name: string;
  readonly port: number;
  readonly monitor: number;
  readonly args: readonly string[];
  child: Child;
}

interface StreamDetail {
  readonly name: string;
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly current?: boolean }[];
  };
}

const LOCAL = '127.0.0.1';
const SERVERS = 3;
const UP_MS = 30_000;

/** Streams that a server leads; only the leader knows how far the others are. */
async function ledBy({ name, monitor }: Member): Promise<readonly StreamDetail[]> {
  const response = await fetch(`http://${LOCAL}:${monitor}/jsz?accounts=true&streams=true`, {
    signal: AbortSignal.timeout(5000),
  });
  const { account_details = [] } = (await response.json()) as {
    account_details?: { stream_detail?: StreamDetail[] }[];
  };
  return account_details
    .flatMap(({ stream_detail = [] }) => stream_detail)
    .filter(({ cluster }) => cluster?.leader === name);
}

const isHealthy = async ({ monitor }: Member): Promise<boolean> => {
  try {
    const response = await fetch(`http://${LOCAL}:${monitor}/healthz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

export async function startNatsCluster(): Promise<NatsCluster> {
  const scratch = await scratchDirectory('nats-cluster');
  const members: Member[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(members.map(({ child }) => child.stop()));
    await scratch.remove();
  };
  const run = async (args: readonly string[], port: number): Promise<Child> => {
    const child = startChild({ command: 'nats-server', args });
    await waitForPort(child, port);
    return child;
  };
  const healthy = async (): Promise<void> => {
    for (const member of members)
      await until(`${member.name} is not in order`, () => isHealthy(member), UP_MS);
  };
  try {
    const routes: number[] = [];
    for (let count = 0; count < SERVERS; count++) routes.push(await freePort());
    for (const [at, route] of routes.entries()) {
      const [name, port, monitor] = [`nats-${at}`, await freePort(), await freePort()];
      const directory = join(scratch.path, name);
      await mkdir(directory);
      const args = [
        ...['-n', name, '-a', LOCAL, '-p', String(port), '-m', String(monitor), '-js', '-sd', directory],
        ...['--cluster_name', 'stox', '--cluster', `nats://${LOCAL}:${route}`],
        ...['--routes', routes.map((other) => `nats://${LOCAL}:${other}`).join(',')],
      ];
      members.push({ name, port, monitor, args, child: await run(args, port) });
    }
    await healthy();
  } catch (cause) {
    await stop();
    throw cause;
  }
  let dead: Member | undefined;
  return {
    url: members.map(({ port }) => `nats://${LOCAL}:${port}`).join(','),
    stop,
    killLeader: async (stream) => {
      for (const member of members) {
        if ((await ledBy(member)).some(({ name }) => name === stream)) dead = member;
      }
      if (dead === undefined) throw new Error(`nobody leads ${stream}`);
      dead.child.kill('SIGKILL');
      await dead.child.exited(5000);
      return dead.name;
    },
    restore: async () => {
      if (dead !== undefined) dead.child = await run(dead.args, dead.port);
      await healthy();
      const isCurrent = async (): Promise<boolean> => {
        const led = await Promise.all(members.map(ledBy));
        const replicas = led.flat().flatMap(({ cluster }) => cluster?.replicas ?? []);
        return replicas.length > 0 && replicas.every(({ current }) => current === true);
      };
      await until('a replica is behind', isCurrent, UP_MS);
    },
  };
}
