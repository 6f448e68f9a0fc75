/**
 * PostgreSQL and MariaDB, empty, on loopback, for tests of what polls a table.
 */
import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const INIT_MS = 60_000;

export interface Database {
  /** With user and database. */
  readonly url: string;
  /** Ends the process and starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const POSTGRES = '/usr/lib/postgresql';
/** A user without rights, for PostgreSQL does not run as root. */
const NOBODY = 65_534;

/** Directory of PostgreSQL's programs, the newest; they are not on PATH. */
async function postgresDirectory(): Promise<string> {
  const versions = await readdir(POSTGRES).catch((): string[] => []);
  const newest = versions.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error('PostgreSQL is not installed; npm test installs it.');
  return join(POSTGRES, newest, 'bin');
}

interface Recipe {
  readonly name: string;
  readonly url: string;
  /** What it prints when it is ready. */
  readonly readyLog: RegExp;
  /** Ends it although clients are connected. */
  readonly endSignal: NodeJS.Signals;
  start(directory: string, port: number): Promise<Child>;
}

async function serve({ name, url, readyLog, endSignal, start }: Recipe): Promise<Database> {
  const scratch = await scratchDirectory(name);
  const port = await freePort();
  const startReady = async (): Promise<Child> => {
    const child = await start(scratch.path, port);
    await waitForPort(child, port, 30_000);
    await until(`${name} is not ready`, async () => readyLog.test(child.output()), 30_000);
    return child;
  };
  let child = await startReady();
  return {
    url: url.replace('PORT', String(port)),
    restart: async () => {
      child.kill(endSignal);
      await child.exited(10_000);
      child = await startReady();
    },
    stop: async () => {
      child.kill(endSignal);
      await child.stop();
      await scratch.remove();
    },
  };
}

/** PostgreSQL; also as root, whose part a user without rights takes. */
export async function startPostgres(): Promise<Database> {
  const programs = await postgresDirectory();
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  // Whoever takes another user's part loses the wish to die with its parent.
  const asNobody = [
    '--reuid',
    `${NOBODY}`,
    '--regid',
    `${NOBODY}`,
    '--clear-groups',
    '--pdeathsig',
    'KILL',
    '--',
  ];
  return serve({
    name: 'postgres',
    url: 'postgres://opensips@127.0.0.1:PORT/postgres',
    readyLog: /ready to accept connections/,
    endSignal: 'SIGINT',
    start: async (directory, port) => {
      const data = join(directory, 'data');
      if (!(await readdir(directory)).includes('data')) {
        await mkdir(data);
        if (isRoot) for (const path of [directory, data]) await chown(path, NOBODY, NOBODY);
        const args = ['-D', data, '-U', 'opensips', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'];
        await run(join(programs, 'initdb'), args, { ...user, cwd: directory, timeout: INIT_MS });
      }
      const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory, '-F'];
      const command = join(programs, 'postgres');
      return isRoot
        ? startChild({ command: 'setpriv', args: [...asNobody, command, ...options], cwd: directory })
        : startChild({ command: 'env', args: [command, ...options], cwd: directory });
    },
  });
}

/** MariaDB, which lets everybody do everything. */
export const startMariadb = (): Promise<Database> =>
  serve({
    name: 'mariadb',
    url: 'mysql://root@127.0.0.1:PORT/opensips',
    readyLog: /ready for connections/,
    endSignal: 'SIGTERM',
    start: async (directory, port) => {
      const [data, init] = [join(directory, 'data'), join(directory, 'init.sql')];
      await mkdir(data, { recursive: true });
      await writeFile(init, 'CREATE DATABASE IF NOT EXISTS opensips;\n');
      const options = {
        datadir: data,
        port,
        'bind-address': '127.0.0.1',
        socket: join(directory, 'socket'),
        'pid-file': join(directory, 'pid'),
        'init-file': init,
        ...(process.getuid?.() === 0 && { user: 'root' }),
      };
      const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
      return startChild({
        command: 'mariadbd',
        args: ['--no-defaults', '--skip-grant-tables', ...args],
      });
    },
  });
