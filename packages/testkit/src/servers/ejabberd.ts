/**
 * ejabberd with BOSH and WebSocket, as a lone Erlang node: no names, no epmd, nothing beside its two ports.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, findBinary, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { until } from './until.ts';

export interface EjabberdHost {
  readonly host: string;
  /** Local name → password. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Modules beside the usual, with their options. `mod_stoxgate`, which is ours, is compiled for it. */
  readonly modules?: Readonly<Record<string, unknown>>;
}

export interface EjabberdOptions extends EjabberdHost {
  /** Served beside the first. */
  readonly others?: readonly EjabberdHost[];
  /** Component domain → secret. */
  readonly components?: Readonly<Record<string, string>>;
  /** Seconds after which a BOSH session without a request is over; 30 when absent. */
  readonly boshInactivity?: number;
}

export interface Ejabberd {
  readonly host: string;
  readonly clientPort: number;
  readonly componentPort: number;
  /** Where browsers connect (RFC 7395). */
  readonly webSocketUrl: string;
  /** Where BOSH clients connect (XEP-0124). */
  readonly boshUrl: string;
  /** Ends the process at once and starts it again on the same ports and data. */
  restart(): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

/** Ours. */
const MODULE = fileURLToPath(new URL('../../../../deploy/ejabberd/mod_stoxgate.erl', import.meta.url));

/** Where its libraries are, as the script that starts it in earnest says. */
export function ejabberdLibraries(): string {
  const script = findBinary('ejabberdctl');
  if (script === undefined) throw new Error('ejabberd is not installed; npm test installs it.');
  const [, path] = /^ERL_LIBS='?([^'\n]+)'?$/m.exec(readFileSync(script, 'utf8')) ?? [];
  if (path === undefined) throw new Error(`${script} does not say where the libraries of ejabberd are.`);
  return path;
}

interface Ports {
  readonly client: number;
  readonly component: number;
  readonly http: number;
}

const hostsOf = (options: EjabberdOptions): readonly EjabberdHost[] => [options, ...(options.others ?? [])];

const configOf = (options: EjabberdOptions, { client, component, http }: Ports): unknown => ({
  hosts: hostsOf(options).map(({ host }) => host),
  loglevel: 'info',
  auth_method: ['internal'],
  auth_password_format: 'scram',
  listen: [
    { port: client, ip: '127.0.0.1', module: 'ejabberd_c2s', access: 'c2s' },
    {
      port: component,
      ip: '127.0.0.1',
      module: 'ejabberd_service',
      access: 'all',
      hosts: Object.fromEntries(
        Object.entries(options.components ?? {}).map(([domain, password]) => [domain, { password }]),
      ),
    },
    {
      port: http,
      ip: '127.0.0.1',
      module: 'ejabberd_http',
      request_handlers: { '/http-bind': 'mod_bosh', '/xmpp-websocket': 'ejabberd_http_ws' },
    },
  ],
  acl: { local: { user_regexp: '' } },
  access_rules: { c2s: { allow: 'all' } },
  modules: {
    mod_bosh: { max_inactivity: options.boshInactivity ?? 30 },
    mod_disco: {},
    mod_ping: {},
    mod_roster: {},
  },
  append_host_config: Object.fromEntries(
    hostsOf(options).map(({ host, modules = {} }) => [host, { modules }]),
  ),
});

/** Erlang for a binary. */
const binary = (text: string): string => `<<${[...Buffer.from(text, 'utf8')].join(',')}>>`;

/** Compiles our module into a directory. */
async function compileModule(directory: string, libraries: string): Promise<void> {
  const env = { ERL_LIBS: libraries };
  const compiler = startChild({ command: 'erlc', args: ['-o', directory, MODULE], env });
  const code = await compiler.exited(60_000);
  if (code !== 0) throw new Error(`${MODULE} does not compile:\n${compiler.output()}`);
}

/** Starts it with the given accounts, on loopback, without TLS. */
export async function startEjabberd(options: EjabberdOptions): Promise<Ejabberd> {
  const libraries = ejabberdLibraries();
  const scratch = await scratchDirectory('ejabberd');
  const ports = { client: await freePort(), component: await freePort(), http: await freePort() };
  const config = join(scratch.path, 'ejabberd.yml');
  const database = join(scratch.path, 'mnesia');
  await mkdir(database);
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configOf(options, ports)));
  const registrations = hostsOf(options).flatMap(({ host, accounts }) =>
    Object.entries(accounts).map(
      ([name, password]) =>
        `ejabberd_auth:try_register(${binary(name)},${binary(host)},${binary(password)}).\n`,
    ),
  );
  const isOursUsed = hostsOf(options).some(({ modules }) => modules?.mod_stoxgate !== undefined);
  if (isOursUsed) await compileModule(scratch.path, libraries);
  const env = {
    ERL_LIBS: libraries,
    ERL_CRASH_DUMP: join(scratch.path, 'crash.dump'),
    EJABBERD_CONFIG_PATH: config,
    EJABBERD_LOG_PATH: join(scratch.path, 'ejabberd.log'),
  };
  const accounts = join(scratch.path, 'accounts.erl');
  await writeFile(accounts, registrations.join(''));
  const evaluated = `ok = file:eval(${JSON.stringify(accounts)}), io:format("accounts are there~n").`;
  const start = async (): Promise<Child> => {
    const args = [
      '-noinput',
      '-pa',
      scratch.path,
      '-mnesia',
      'dir',
      JSON.stringify(database),
      '-s',
      'ejabberd',
      '-eval',
      evaluated,
    ];
    const child = startChild({ command: 'erl', args, env, cwd: scratch.path });
    for (const port of Object.values(ports)) await waitForPort(child, port, 30_000);
    await until(
      'ejabberd has no accounts',
      async () => child.output().includes('accounts are there'),
      60_000,
    );
    return child;
  };
  let child = await start();
  return {
    host: options.host,
    clientPort: ports.client,
    componentPort: ports.component,
    webSocketUrl: `ws://127.0.0.1:${ports.http}/xmpp-websocket`,
    boshUrl: `http://127.0.0.1:${ports.http}/http-bind`,
    output: () => child.output(),
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
