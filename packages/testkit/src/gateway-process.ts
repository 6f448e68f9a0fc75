/**
 * The gateway as an operator runs it: the program with a configuration file, one process or one a role.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './servers/child-process.ts';
import { freePort } from './servers/free-port.ts';
import { scratchDirectory } from './servers/scratch-directory.ts';

export const ROLES = ['session-store', 'translator', 'sip-edge', 'xmpp-edge'] as const;
export type GatewayRole = (typeof ROLES)[number] | 'media-edge' | 'msrp-edge' | 'bosh-edge' | 'all';

/**
 * Roles that make a whole gateway, each in a process of its own; with a media edge where `config` has media relayed, an MSRP
 * edge where it has chats, a BOSH edge where it has phones.
 */
export function rolesOf(config: Readonly<Record<string, unknown>>): readonly GatewayRole[] {
  const { relay = 'none' } = (config.media ?? {}) as { readonly relay?: string };
  const { msrp } = (config.messages ?? {}) as { readonly msrp?: { readonly enabled?: boolean } };
  return [
    ...ROLES,
    ...(relay === 'none' ? [] : (['media-edge'] as const)),
    ...(msrp?.enabled === true ? (['msrp-edge'] as const) : []),
    ...(config.phones === undefined ? [] : (['bosh-edge'] as const)),
  ];
}

/** How long a process may take to drain. */
const RESTART_MS = 40_000;

const PROGRAM = fileURLToPath(new URL('../../../services/stoxgate/bin/stoxgate.js', import.meta.url));

export interface GatewayProcess {
  readonly role: GatewayRole;
  readonly child: Child;
  readonly adminUrl: string;
}

export interface GatewayProcesses {
  readonly processes: readonly GatewayProcess[];
  /** Waits until every /readyz answers 200. */
  ready(timeoutMs?: number): Promise<void>;
  /** The process of a role; in `all` mode there is only one. */
  process(role: GatewayRole): GatewayProcess;
  /** Ends every process as an operator does (SIGTERM) and starts it again with the same configuration. */
  restart(): Promise<void>;
  /** Kills the process of a role (SIGKILL); starts it again with the same configuration. */
  crash(role: GatewayRole): Promise<void>;
  /** Ends the process of a role as an operator does and starts it again; resolves to the exit code. */
  replace(role: GatewayRole): Promise<number>;
  /** Everything that was logged. */
  output(): string;
  stop(): Promise<void>;
}

export interface GatewayProcessOptions {
  /** The configuration file's content; `admin` is set here. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `all` in one process, or each of `rolesOf(config)` in its own. */
  readonly roles: readonly GatewayRole[];
  /** Prefix of the command line, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `stoxgate` with arguments; for tests of the command line itself. */
export const startStoxgate = (
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; wrapper?: readonly string[] } = {},
): Child => {
  const [command = 'node', ...rest] = [...(options.wrapper ?? []), 'node', PROGRAM, ...args];
  return startChild({ command, args: rest, ...(options.env === undefined ? {} : { env: options.env }) });
};

async function isReady({ adminUrl }: GatewayProcess): Promise<boolean> {
  try {
    const response = await fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(1000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

export async function startGatewayProcesses(options: GatewayProcessOptions): Promise<GatewayProcesses> {
  const scratch = await scratchDirectory('config');
  const start = async (role: GatewayRole): Promise<GatewayProcess> => {
    const port = await freePort();
    const file = join(scratch.path, `${role}.yaml`);
    await writeFile(file, JSON.stringify({ ...options.config, admin: { host: '127.0.0.1', port } }));
    const child = startStoxgate([role, '--config', file], options);
    return { role, child, adminUrl: `http://127.0.0.1:${port}` };
  };
  const processes: GatewayProcess[] = [];
  const startAll = async (): Promise<void> => {
    for (const role of options.roles) processes.push(await start(role));
  };
  await startAll();
  const again = async (role: GatewayRole, signal: 'SIGKILL' | 'SIGTERM'): Promise<number> => {
    const at = processes.findIndex((gateway) => gateway.role === role);
    const old = processes[at];
    if (old === undefined) throw new Error(`No process has the role ${role}.`);
    old.child.kill(signal);
    const code = await old.child.exited(RESTART_MS);
    processes[at] = await start(role);
    return code;
  };
  const output = (): string =>
    processes.map(({ role, child }) => `--- ${role}\n${child.output()}`).join('\n');
  return {
    processes,
    output,
    ready: async (timeoutMs = 20_000) => {
      // Not by the time of day, which can be set while this waits.
      const deadline = performance.now() + timeoutMs;
      for (const gateway of processes) {
        while (!(await isReady(gateway))) {
          if (performance.now() > deadline)
            throw new Error(`${gateway.role} is not ready:\n${output().slice(-4000)}`);
          await delay(50);
        }
      }
    },
    process: (role) => {
      const found = processes.find((gateway) => gateway.role === role) ?? processes[0];
      if (found === undefined) throw new Error('No gateway process was started.');
      return found;
    },
    restart: async () => {
      for (const { child } of processes) child.kill('SIGTERM');
      await Promise.all(processes.splice(0).map(({ child }) => child.exited(RESTART_MS)));
      await startAll();
    },
    crash: async (role) => void (await again(role, 'SIGKILL')),
    replace: (role) => again(role, 'SIGTERM'),
    stop: async () => {
      await Promise.all(processes.map(({ child }) => child.stop()));
      await scratch.remove();
    },
  };
}
