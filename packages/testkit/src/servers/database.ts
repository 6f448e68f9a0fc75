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

async function serve(name: string, start: (directory: string, port: number) => Promise<Child>, url: string) {
  const scratch = await scratchDirectory(name);
  const port = await freePort();
  let child = await start(scratch.path, port);
  await waitForPort(child, port, 30_000);
  return {
    url: url.replace('PORT', String(port)),
    restart: async () => {
      await child.stop();
      child = await start(scratch.path, port);
      await waitForPort(child, port, 30_000);
    },
    stop: async () => {
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
  return serve(
    'postgres',
    async (directory, port) => {
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
    'postgres://opensips@127.0.0.1:PORT/postgres',
  );
}

/** MariaDB, which lets everybody do everything. */
export const startMariadb = (): Promise<Database> =>
  serve(
    'mariadb',
    async (directory, port) => {
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
    'mysql://root@127.0.0.1:PORT/opensips',
  );
