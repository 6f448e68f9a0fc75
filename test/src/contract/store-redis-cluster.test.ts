import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRedisStore } from '@stoxgate/store';
import { storeContract } from '@stoxgate/store/testing';
import { findBinary, freePort, startChild, waitForPort } from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, vi } from 'vitest';

interface ClusterNode {
  readonly url: string;
  stop(): Promise<void>;
}

/** A cluster of one node that has every slot: it refuses any command or script whose keys are in two slots. */
async function startCluster(): Promise<ClusterNode> {
  const [port, busPort] = [await freePort(), await freePort()];
  const directory = await mkdtemp(join(tmpdir(), 'stoxgate-cluster-'));
  const options = {
    bind: '127.0.0.1',
    port,
    dir: directory,
    save: '',
    'cluster-enabled': 'yes',
    'cluster-announce-ip': '127.0.0.1',
    'cluster-port': busPort,
  };
  const child = startChild({
    command: 'redis-server',
    args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
  });
  await waitForPort(child, port);
  const socket = connect({ port, host: '127.0.0.1' });
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes.toString();
  });
  await once(socket, 'connect');
  socket.write('CLUSTER ADDSLOTSRANGE 0 16383\r\n');
  const isUp = (): void => {
    socket.write('CLUSTER INFO\r\n');
    if (!said.includes('cluster_state:ok')) throw new Error(said);
  };
  await vi.waitFor(isUp, { timeout: 15_000, interval: 100 });
  socket.destroy();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      await child.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const isInstalled = findBinary('redis-server') !== undefined;
if (!isInstalled) process.stderr.write('redis-server is not installed: Redis Cluster is not tested.\n');

describe.skipIf(!isInstalled)('a cluster', () => {
  let cluster: ClusterNode;
  let run = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  storeContract('Redis Cluster', async (options) => {
    const store = await connectRedisStore(cluster.url, { ...options, namespace: `test-${run++}` });
    return { store, close: () => store.close() };
  });
});
