/**
 * Where a test server comes from: a given URL, else a Docker engine, else a binary on PATH. Missing binaries are
 * installed beforehand by `setup/`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StartedTestContainer } from 'testcontainers';

const run = promisify(execFile);

export interface TestServer {
  readonly url: string;
  /** How it was provided, for the log: `given`, `docker` or `binary`. */
  readonly provider: 'given' | 'docker' | 'binary';
  /** Ends the process at once and starts it again on the same port and data. Only a binary can. */
  readonly restart?: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

let engine: Promise<boolean> | undefined;

/** Whether a Docker engine answers; asked once per process. `STOXGATE_TEST_DOCKER=off` says no. */
export function dockerAnswers(): Promise<boolean> {
  engine ??=
    process.env.STOXGATE_TEST_DOCKER === 'off'
      ? Promise.resolve(false)
      : run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5000 }).then(
          () => true,
          () => false,
        );
  return engine;
}

export interface ContainerOptions {
  readonly image: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly readyLog: RegExp;
}

/** Starts a container through testcontainers; undefined, said on stderr, when the engine cannot (no such image, say). */
export async function startContainer(options: ContainerOptions): Promise<StartedTestContainer | undefined> {
  const { GenericContainer, Wait } = await import('testcontainers');
  try {
    const container = new GenericContainer(options.image)
      .withExposedPorts(options.port)
      .withWaitStrategy(Wait.forLogMessage(options.readyLog))
      .withStartupTimeout(120_000);
    if (options.command.length > 0) container.withCommand([...options.command]);
    return await container.start();
  } catch (cause) {
    process.stderr.write(`Docker cannot run ${options.image}, taking the binary: ${String(cause)}\n`);
    return undefined;
  }
}
