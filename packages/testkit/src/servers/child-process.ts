/**
 * Real servers as child processes: started, waited for, and ended by pid. They die with this process, whatever ends it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeScratchDirectories } from './scratch-directory.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Two pipes more, on the child's descriptors 3 (it reads) and 4 (it writes). */
  readonly hasControlPipes?: boolean;
}

export interface Child {
  readonly pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** Calls `listener` with whatever it prints from now on. */
  onOutput(listener: (text: string) => void): void;
  write(text: string): void;
  /** Its control pipes, when it was given some. */
  readonly control?: { readonly to: Writable; readonly from: Readable };
  /** Resolves to the exit code, 128 + signal number when a signal ended it. */
  exited(timeoutMs: number): Promise<number>;
  kill(signal?: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after two seconds. Idempotent. */
  stop(): Promise<void>;
}

/** Where Debian keeps servers that are not on every user's PATH. */
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/** Where the set-up puts programs that it builds. */
const BUILT_PROGRAMS = fileURLToPath(new URL('../../../../.cache/bin', import.meta.url));

/** Absolute path of `name` on PATH, among the system directories or what was built. */
export const findBinary = (name: string): string | undefined =>
  [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_DIRECTORIES, BUILT_PROGRAMS]
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
  removeScratchDirectories();
});

function controlOf(child: ChildProcess): Child['control'] {
  const [, , , to, from] = child.stdio;
  if (!(to instanceof Writable && from instanceof Readable)) return undefined;
  for (const pipe of [to, from]) pipe.on('error', () => undefined);
  return { to, from };
}

export function startChild({ command, args, cwd, env, hasControlPipes }: ChildOptions): Child {
  const binary = findBinary(command);
  if (binary === undefined)
    throw new Error(`${command} is not installed; npm test and npm run demo install it.`);
  // setpriv makes the kernel end the child when we die, also by SIGKILL.
  const setpriv = findBinary('setpriv');
  const [file, argv] =
    setpriv === undefined ? [binary, args] : [setpriv, ['--pdeathsig', 'KILL', '--', binary, ...args]];
  const child = spawn(file, argv, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe', ...(hasControlPipes ? (['pipe', 'pipe'] as const) : [])],
    // In a group of its own a terminal's Ctrl-C does not reach it: whoever started it ends it in its own order.
    detached: setpriv !== undefined,
  });
  living.add(child);
  let output = '';
  const listeners: ((text: string) => void)[] = [];
  const keep = (text: string): void => {
    output = (output + text).slice(-200_000);
    for (const listener of listeners) listener(text);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
  child.stdin.on('error', () => undefined);
  const exit = new Promise<number>((resolve) => {
    child.once('error', (cause) => {
      output += String(cause);
      living.delete(child);
      resolve(127);
    });
    child.once('exit', (code, signal) => {
      living.delete(child);
      const end = (): void => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      // Its last words may come after its exit; a grandchild that keeps the pipe open is not waited for.
      const late = setTimeout(end, 500);
      child.once('close', () => {
        clearTimeout(late);
        end();
      });
    });
  });
  const exited = async (timeoutMs: number): Promise<number> => {
    const abort = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: abort.signal, ref: false }).then(
      () => undefined,
      () => undefined,
    );
    const code = await Promise.race([exit, late]);
    abort.abort();
    if (code === undefined)
      throw new Error(`${command} still runs after ${timeoutMs} ms:\n${output.slice(-2000)}`);
    return code;
  };
  return {
    pid: child.pid ?? -1,
    output: () => output,
    onOutput: (listener) => void listeners.push(listener),
    write: (text) => void child.stdin.write(text),
    ...(hasControlPipes ? { control: controlOf(child) } : {}),
    exited,
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    stop: async () => {
      if (!living.has(child)) return;
      child.kill('SIGTERM');
      await exited(2000).catch(() => {
        child.kill('SIGKILL');
        return exited(2000);
      });
    },
  };
}

/** Whether something listens on TCP `port`; no answer in two seconds is a no. */
export const accepts = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, signal: AbortSignal.timeout(2000) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Waits until `child` listens on TCP `port`; when it ends or does not in time, ends it and fails with its output. */
export async function waitForPort(child: Child, port: number, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let gone = false;
  child.exited(timeoutMs).then(
    () => {
      gone = true;
    },
    () => undefined,
  );
  while (!(await accepts(port))) {
    if (gone || Date.now() > deadline) {
      child.kill();
      throw new Error(`Nothing listens on port ${port}:\n${child.output().slice(-2000)}`);
    }
    await delay(30);
  }
}
