/**
 * rtpengine in userspace on loopback, a real media relay.
 */
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface Rtpengine {
  /** `udp:127.0.0.1:PORT`, as the configuration names it. */
  readonly address: string;
  readonly port: number;
  /** Asks it by the ng protocol. Rejects when it says nothing for a second. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Names of the calls that it has. */
  calls(): Promise<readonly string[]>;
  /** Ends the process at once; the port stays its own. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and with no call. */
  start(): Promise<void>;
  /** Halts the process where it is (SIGSTOP), or lets it go on (SIGCONT): meanwhile it is silent. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  output(): string;
  stop(): Promise<void>;
}

export interface RtpengineOptions {
  /** Where its media are; 127.0.0.1 by default. */
  readonly address?: string;
  /** Further arguments of the command line. */
  readonly args?: readonly string[];
}

const START_MS = 10_000;
const ANSWER_MS = 1000;
/** Ports for media: enough for the calls of a test, and not those of another relay. */
const MEDIA_PORTS = 400;
let nextMediaPort = 32_768 + (process.pid % 60) * MEDIA_PORTS;

function mediaPorts(): readonly string[] {
  const first = nextMediaPort;
  nextMediaPort = first + 2 * MEDIA_PORTS > 60_000 ? 32_768 : first + MEDIA_PORTS;
  return [`--port-min=${first}`, `--port-max=${first + MEDIA_PORTS - 1}`];
}

async function askOnce(port: number, request: object): Promise<Readonly<Record<string, unknown>>> {
  const socket = createSocket('udp4');
  try {
    const cookie = randomUUID();
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
    socket.send(`${cookie} ${JSON.stringify(request)}`, port, '127.0.0.1');
    const [datagram] = (await answer) as [Buffer];
    return JSON.parse(datagram.toString().slice(cookie.length + 1));
  } finally {
    socket.close();
  }
}

async function answers(port: number, child: Child): Promise<void> {
  const deadline = Date.now() + START_MS;
  let isGone = false;
  child.exited(START_MS).then(
    () => {
      isGone = true;
    },
    () => undefined,
  );
  while ((await askOnce(port, { command: 'ping' }).catch(() => undefined))?.result !== 'pong') {
    if (isGone || Date.now() > deadline) {
      child.kill();
      throw new Error(`rtpengine does not answer:\n${child.output().slice(-2000)}`);
    }
    await delay(30);
  }
}

/** Starts rtpengine without its kernel module. Its Debian package is `rtpengine-daemon`. */
export async function startRtpengine(options: RtpengineOptions = {}): Promise<Rtpengine> {
  const scratch = await scratchDirectory('rtpengine');
  const port = await freePort();
  const ports = mediaPorts();
  const start = async (): Promise<Child> => {
    const child = startChild({
      command: 'rtpengine',
      args: [
        '--config-file=none',
        '--table=-1',
        '--foreground',
        '--log-stderr',
        '--log-level=5',
        `--interface=${options.address ?? '127.0.0.1'}`,
        `--listen-ng=127.0.0.1:${port}`,
        `--pidfile=${join(scratch.path, 'pid')}`,
        ...ports,
        ...(options.args ?? []),
      ],
      cwd: scratch.path,
    });
    await answers(port, child);
    return child;
  };
  let child = await start();
  return {
    address: `udp:127.0.0.1:${port}`,
    port,
    ask: (request) => askOnce(port, request),
    calls: async () => (await askOnce(port, { command: 'list', limit: 10_000 })).calls as string[],
    kill: async () => {
      child.kill('SIGKILL');
      await child.exited(5000);
    },
    start: async () => {
      child = await start();
    },
    signal: (signal) => child.kill(signal),
    output: () => child.output(),
    stop: async () => {
      child.kill('SIGCONT');
      await child.stop();
      await scratch.remove();
    },
  };
}
