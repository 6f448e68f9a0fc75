import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { TestServer } from './provider.ts';
import { startRedis } from './redis.ts';

const UP_TIMEOUT_MS = 15_000;

/** Waits until the node says that its cluster is up; asks every 100 ms, as the first answers come too early. */
async function becomeUp(socket: Socket): Promise<void> {
  let answers = '';
  socket.on('data', (bytes) => {
    answers += bytes.toString();
  });
  const deadline = Date.now() + UP_TIMEOUT_MS;
  while (!answers.includes('cluster_state:ok')) {
    if (Date.now() > deadline) throw new Error(`Redis Cluster is not up:\n${answers}`);
    socket.write('CLUSTER INFO\r\n');
    await delay(100);
  }
}

/** A cluster of one node that has every slot: it refuses any command or script whose keys are in two slots. */
export async function startRedisCluster(): Promise<TestServer> {
  const server = await startRedis({ 'cluster-enabled': 'yes', 'cluster-port': await freePort() });
  const { address } = await lookup(server.host, { family: 4 });
  const socket = connect({ port: server.port, host: server.host });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(5000) });
    socket.write(`CONFIG SET cluster-announce-ip ${address}\r\nCLUSTER ADDSLOTSRANGE 0 16383\r\n`);
    await becomeUp(socket);
    return server;
  } catch (cause) {
    await server.stop();
    throw cause;
  } finally {
    socket.destroy();
  }
}
