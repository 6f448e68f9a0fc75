import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { dockerAnswers, startContainer, type TestServer } from './provider.ts';

/** A NATS server with JetStream, empty. */
export async function startNats(): Promise<TestServer> {
  const given = process.env.STOXGATE_TEST_NATS_URL;
  if (given !== undefined) return { url: given, provider: 'given', stop: () => Promise.resolve() };
  if (await dockerAnswers()) {
    const container = await startContainer({
      image: process.env.STOXGATE_TEST_NATS_IMAGE ?? 'nats:2.12-alpine',
      port: 4222,
      command: process.env.STOXGATE_TEST_NATS_IMAGE === undefined ? ['-js'] : [],
      readyLog: /Server is ready/,
    });
    if (container !== undefined) {
      return {
        url: `nats://${container.getHost()}:${container.getMappedPort(4222)}`,
        provider: 'docker',
        stop: async () => void (await container.stop()),
      };
    }
  }
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'stoxgate-nats-'));
  const start = async () => {
    const child = startChild({
      command: 'nats-server',
      args: ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', directory],
    });
    await waitForPort(child, port);
    return child;
  };
  let child = await start();
  return {
    url: `nats://127.0.0.1:${port}`,
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
