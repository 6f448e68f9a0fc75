import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { dockerAnswers, startContainer, type TestServer } from './provider.ts';

/** A Redis server, empty. As a binary it keeps an append-only file, so that a restart loses nothing. */
export async function startRedis(): Promise<TestServer> {
  const given = process.env.STOXGATE_TEST_REDIS_URL;
  if (given !== undefined) return { url: given, provider: 'given', stop: () => Promise.resolve() };
  if (await dockerAnswers()) {
    const container = await startContainer({
      image: process.env.STOXGATE_TEST_REDIS_IMAGE ?? 'redis:7-alpine',
      port: 6379,
      command: [],
      readyLog: /Ready to accept connections/,
    });
    if (container !== undefined) {
      return {
        url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
        provider: 'docker',
        stop: async () => void (await container.stop()),
      };
    }
  }
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'stoxgate-redis-'));
  const start = async () => {
    const child = startChild({
      command: 'redis-server',
      args: [
        '--bind',
        '127.0.0.1',
        '--port',
        String(port),
        '--dir',
        directory,
        '--save',
        '',
        '--appendonly',
        'yes',
      ],
    });
    await waitForPort(child, port);
    return child;
  };
  let child = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    provider: 'binary',
    restart: async () => {
      child.kill('SIGKILL');
      await child.exited(5000);
      child = await start();
    },
    stop: async () => {
      await child.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
