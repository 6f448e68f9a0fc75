/** Redis that survives the death of a primary: under three Sentinels, or as a cluster of three primaries and three replicas. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { LOCAL, RedisNode } from './redis-node.ts';
import { type ScratchDirectory, scratchDirectory } from './scratch-directory.ts';
import { until } from './until.ts';

export interface RedisFailOver {
  /** As the configuration names it. */
  readonly url: string;
  /** Resolves when what every primary was told before is on a replica. */
  replicated(): Promise<void>;
  /** Kills a primary (SIGKILL) and resolves when another server has its place. */
  failOver(): Promise<void>;
  /** Starts again what was killed; it becomes a replica by itself. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'stox';
/** A server that stalls for less, on a busy machine, keeps its place. */
const DOWN_AFTER_MS = 3000;
const UP_MS = 60_000;
const WAIT_MS = 20_000;
const DATA = [
  '--save',
  '',
  '--appendonly',
  'yes',
  '--protected-mode',
  'no',
  '--repl-diskless-sync-delay',
  '0',
];
const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;
/** Of a key in each of these. */
const TAGS = ['{3}', '{2}', '{0}'] as const;

/** Nothing from a node that does not answer in time: whoever waits for something asks again. */
const asked = (node: RedisNode, command: string): Promise<string> => node.talk(command).catch(() => '');
const replicationOf = (node: RedisNode): Promise<string> => asked(node, 'INFO replication');
const isPrimary = async (node: RedisNode): Promise<boolean> => /role:master/.test(await replicationOf(node));

async function replicated(primary: RedisNode, key: string): Promise<void> {
  const [, waited] = (await primary.talk(`SET ${key} 1`, `WAIT 1 ${WAIT_MS}`)).split('\r\n');
  if (waited !== ':1') throw new Error(`no replica of ${primary.port} has it: ${waited}`);
}

const waitForReplica = (node: RedisNode): Promise<void> =>
  until(
    `the replica ${node.port} is not up`,
    async () => /link_status:up/.test(await replicationOf(node)),
    UP_MS,
  );

/** Stops what was started when the rest cannot be. */
async function together<Group>(
  name: string,
  start: (scratch: ScratchDirectory, nodes: RedisNode[]) => Promise<Group>,
): Promise<Group & { stop(): Promise<void> }> {
  const scratch = await scratchDirectory(name);
  const nodes: RedisNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await scratch.remove();
  };
  try {
    return { ...(await start(scratch, nodes)), stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** A primary, a replica and three Sentinels. */
export const startRedisSentinels = (): Promise<RedisFailOver> =>
  together('redis-sentinels', async (scratch, nodes) => {
    const started = async (...start: Parameters<typeof RedisNode.start>): Promise<RedisNode> => {
      const node = await RedisNode.start(...start);
      nodes.push(node);
      return node;
    };
    let primary = await started(scratch, () => DATA);
    let replica = await started(scratch, () => [...DATA, '--replicaof', `${LOCAL} ${primary.port}`]);
    await waitForReplica(replica);
    const sentinels: RedisNode[] = [];
    for (let count = 0; count < SLOTS.length; count++) {
      const sentinel = await started(scratch, async (directory) => {
        const file = join(directory, 'sentinel.conf');
        const rules = [
          `sentinel monitor ${NAME} ${LOCAL} ${primary.port} 2`,
          `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
          `sentinel failover-timeout ${NAME} 5000`,
        ];
        await writeFile(file, `${rules.join('\n')}\n`);
        return [file, '--sentinel', '--protected-mode', 'no'];
      });
      sentinels.push(sentinel);
    }
    const knowsAll = async (sentinel: RedisNode): Promise<boolean> => {
      const info = await sentinel.talk('INFO sentinel');
      return /slaves=1,sentinels=3/.test(info);
    };
    for (const sentinel of sentinels) {
      await until(`the Sentinel ${sentinel.port} knows not all`, () => knowsAll(sentinel), UP_MS);
    }
    return {
      url: `redis+sentinel://${sentinels.map(({ port }) => `${LOCAL}:${port}`).join(',')}/${NAME}`,
      replicated: () => replicated(primary, 'fence'),
      failOver: async () => {
        await primary.kill();
        await until('no replica took over', () => isPrimary(replica), UP_MS);
        [primary, replica] = [replica, primary];
      },
      restore: async () => {
        await replica.start();
        await until('what was killed is no replica', async () => !(await isPrimary(replica)), UP_MS);
        await waitForReplica(replica);
      },
    };
  });

/** Three primaries, each with a replica. */
export const startRedisShards = (): Promise<RedisFailOver> =>
  together('redis-shards', async (scratch, nodes) => {
    const options = [
      ...DATA,
      ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(DOWN_AFTER_MS)],
      // However long the replica has not heard of its primary: the machine may be slow.
      ...['--cluster-replica-validity-factor', '0'],
    ];
    const meetAt: number[] = [];
    for (let count = 0; count < 2 * SLOTS.length; count++) {
      const port = await freePort();
      meetAt.push(port);
      nodes.push(await RedisNode.start(scratch, () => [...options, '--cluster-port', String(port)]));
    }
    const primaries = nodes.slice(0, SLOTS.length);
    const replicas = nodes.slice(SLOTS.length);
    for (const [at, node] of nodes.entries()) {
      const slots = SLOTS[at];
      await node.talk(
        `CLUSTER SET-CONFIG-EPOCH ${at + 1}`,
        ...(slots === undefined ? [] : [`CLUSTER ADDSLOTSRANGE ${slots.join(' ')}`]),
        `CLUSTER MEET ${LOCAL} ${nodes[0]?.port} ${meetAt[0]}`,
      );
    }
    const knows = async (node: RedisNode): Promise<boolean> =>
      /cluster_state:ok.*cluster_known_nodes:6/s.test(await asked(node, 'CLUSTER INFO'));
    for (const node of nodes) await until(`the node ${node.port} knows not all`, () => knows(node), UP_MS);
    for (const [at, replica] of replicas.entries()) {
      const id = /\r\n([0-9a-f]{40})\r\n/.exec((await primaries[at]?.talk('CLUSTER MYID')) ?? '')?.[1];
      await replica.talk(`CLUSTER REPLICATE ${id}`);
      await waitForReplica(replica);
    }
    return {
      url: `redis://${nodes.map(({ port }) => `${LOCAL}:${port}`).join(',')}`,
      replicated: async () => {
        for (const [at, primary] of primaries.entries()) await replicated(primary, `fence${TAGS[at]}`);
      },
      failOver: async () => {
        const [primary, replica] = [primaries[0], replicas[0]];
        if (primary === undefined || replica === undefined) throw new Error('no nodes');
        await primary.kill();
        await until('no replica took over', () => isPrimary(replica), UP_MS);
        [primaries[0], replicas[0]] = [replica, primary];
      },
      restore: async () => {
        const [dead] = replicas;
        await dead?.start();
        if (dead !== undefined) await waitForReplica(dead);
      },
    };
  });
