/**
 * Where NATS and Redis come from: a Docker engine where one answers, else a binary on PATH. `setup/` has installed what
 * is missing.
 */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { accepts, findBinary, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export interface TestServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly provider: 'docker' | 'binary';
  /** Ends the process at once and starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerRecipe {
  readonly name: string;
  /** Scheme of its URL. */
  readonly scheme: string;
  /** Image to run in Docker; its entry point is the server, so that `args` are the server's. */
  readonly image: string;
  /** What the server prints when it is ready. */
  readonly readyLog: RegExp;
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
  args(place: {
    readonly host: string;
    readonly port: number;
    readonly directory: string;
  }): readonly string[];
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

const said = new Set<string>();

/** Says each thing once per process: a run shows what its servers are. */
function say(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  process.stderr.write(`${text}\n`);
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).trim();

const RESTART_MS = 30_000;
const unusable = new Set<string>();

/** Whether the server itself speaks: Docker's proxy takes connections for one that does not listen yet. */
const speaks = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, signal: AbortSignal.timeout(2000) });
    const end = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (text) => end(/^(INFO |\+PONG)/.test(text.toString())));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });

/** Not as testcontainers does it: what a server says before its start is noted is never heard there, and waited for. */
async function restartContainer(id: string, port: number, host: string): Promise<void> {
  await run('docker', ['restart', '--time', '0', id], { timeout: RESTART_MS });
  await until(`${id} does not answer`, () => speaks(port, host), RESTART_MS);
}

/** The server as a container on a host port of its own number; undefined when the engine cannot run the image. */
async function inDocker(recipe: ServerRecipe): Promise<TestServer | undefined> {
  const { name, scheme, image, readyLog, args, env = {} } = recipe;
  if (unusable.has(image)) return undefined;
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  try {
    const container = await new GenericContainer(image)
      .withExposedPorts({ container: port, host: port })
      .withEnvironment({ ...env })
      .withCommand([...args({ host: '0.0.0.0', port, directory: '/tmp' })])
      .withWaitStrategy(Wait.forLogMessage(readyLog))
      .withStartupTimeout(60_000)
      .start();
    const host = container.getHost();
    if (!(await accepts(port, host))) {
      await container.stop();
      throw new Error(`its port ${host}:${port} cannot be reached from here`);
    }
    say(`${name}: Docker, ${image}`);
    return {
      url: `${scheme}://${host}:${port}`,
      host,
      port,
      provider: 'docker',
      restart: () => restartContainer(container.getId(), port, host),
      stop: async () => void (await container.stop()),
    };
  } catch (cause) {
    unusable.add(image);
    say(`${name}: Docker cannot run ${image}, taking the binary: ${messageOf(cause)}`);
    return undefined;
  }
}

async function asProcess({ name, scheme, program, args, env = {} }: ServerRecipe): Promise<TestServer> {
  const port = await freePort();
  const scratch = await scratchDirectory(program);
  const host = '127.0.0.1';
  const start = async () => {
    const child = startChild({ command: program, args: args({ host, port, directory: scratch.path }), env });
    await waitForPort(child, port);
    return child;
  };
  let child = await start();
  say(`${name}: ${findBinary(program)}`);
  return {
    url: `${scheme}://${host}:${port}`,
    host,
    port,
    provider: 'binary',
    restart: async () => {
      child.kill('SIGKILL');
      await child.exited(5000);
      child = await start();
    },
    stop: async () => {
      await child.stop();
      await scratch.remove();
    },
  };
}

/** Starts an empty server by `recipe`. */
export async function provide(recipe: ServerRecipe): Promise<TestServer> {
  const contained = (await dockerAnswers()) ? await inDocker(recipe) : undefined;
  return contained ?? asProcess(recipe);
}
