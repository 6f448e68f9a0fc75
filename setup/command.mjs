import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where Debian keeps servers that are not on every user's PATH. */
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/** Where the set-up puts programs that it builds. */
export const BUILT_PROGRAMS = fileURLToPath(new URL('../.cache/bin', import.meta.url));

/** Exit codes above this are a signal's number. */
export const SIGNALLED = 128;

/** Absolute path of `name` on PATH, among the system directories or what was built. */
const find = (name) =>
  [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_DIRECTORIES, BUILT_PROGRAMS]
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));

/** Whether `name` can be run. */
export const isInstalled = (name) => find(name) !== undefined;

/**
 * Runs a command to its end and returns { status, output }; output is what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number }} options
 */
export function runQuietly(command, args, { cwd, env = {}, timeoutMs } = {}) {
  const done = spawnSync(command, args, {
    encoding: 'utf8',
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  return { status: done.status ?? 1, output: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}` };
}

/**
 * Runs a command in the foreground, hands signals on to it, and resolves to its exit code. It dies with this process,
 * whatever ends it, where the system has setpriv.
 */
export function runForeground(command, args, env = {}) {
  const setpriv = find('setpriv');
  const [file, argv] =
    setpriv === undefined ? [command, args] : [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]];
  const child = spawn(file, argv, { stdio: 'inherit', env: { ...process.env, ...env } });
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', pass);
  process.on('SIGTERM', pass);
  return new Promise((resolve) => {
    const end = (code) => {
      process.off('SIGINT', pass);
      process.off('SIGTERM', pass);
      resolve(code);
    };
    child.once('error', () => end(127));
    child.once('exit', (code, signal) => end(code ?? SIGNALLED + constants.signals[signal]));
  });
}
