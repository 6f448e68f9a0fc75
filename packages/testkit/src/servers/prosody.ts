import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface ProsodyOptions {
  readonly host: string;
  /** Local name → password. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Component domain → secret. */
  readonly components: Readonly<Record<string, string>>;
  /** Seconds after which a BOSH session without a request is over; 60 when absent. */
  readonly boshInactivity?: number;
  /** Options of mod_stoxgate, which is loaded then: `component`, `when_away` … */
  readonly intercept?: Readonly<Record<string, string | boolean | number>>;
  /** Whether a client may send as much as it likes, and nothing written waits for an acknowledgement of TCP: for measurements. */
  readonly isUnlimited?: boolean;
  /** Files in PEM; with them it offers STARTTLS. */
  readonly tls?: { readonly key: string; readonly certificate: string };
}

export interface Prosody {
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
const MODULES = fileURLToPath(new URL('../../../../deploy/prosody', import.meta.url));

const quoted = (text: string): string => JSON.stringify(text);

interface Ports {
  readonly client: number;
  readonly component: number;
  readonly http: number;
}

const hostOptionsOf = ({ tls, intercept }: ProsodyOptions): string => {
  const modules = [...(tls === undefined ? [] : ['tls']), ...(intercept === undefined ? [] : ['stoxgate'])];
  return [
    `  modules_enabled = { ${modules.map(quoted).join(', ')} }`,
    ...Object.entries(intercept ?? {}).map(
      ([name, value]) => `  stoxgate_${name} = ${JSON.stringify(value)}`,
    ),
    ...(tls === undefined
      ? []
      : [`  ssl = { key = ${quoted(tls.key)}, certificate = ${quoted(tls.certificate)} }`]),
  ].join('\n');
};

const configOf = (directory: string, ports: Ports, options: ProsodyOptions): string => `
run_as_root = true
network_settings = { tcp_backlog = 2048, nagle = ${!options.isUnlimited} }
daemonize = false
pidfile = ${quoted(join(directory, 'prosody.pid'))}
data_path = ${quoted(join(directory, 'data'))}
plugin_paths = { ${quoted(MODULES)} }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.client} }
component_ports = { ${ports.component} }
component_interfaces = { "127.0.0.1" }
legacy_ssl_ports = { }
http_ports = { ${ports.http} }
http_interfaces = { "127.0.0.1" }
https_ports = { }
consider_websocket_secure = true
consider_bosh_secure = true
bosh_max_inactivity = ${options.boshInactivity ?? 60}
modules_enabled = { "roster", "saslauth", "disco", "private", "ping", "presence", "message", "iq", "c2s", "websocket", "bosh" }
modules_disabled = { "s2s" }
allow_registration = false
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
limits = { ${options.isUnlimited ? '' : 'c2s = { rate = "10mb/s" }'} }
log = { { levels = { min = "info" }, to = "console" } }
VirtualHost ${quoted(options.host)}
${hostOptionsOf(options)}
${Object.entries(options.components)
  .map(([domain, secret]) => `Component ${quoted(domain)}\n  component_secret = ${quoted(secret)}`)
  .join('\n')}
`;

/** A real Prosody with the given accounts and components, on loopback, without TLS. */
export async function startProsody(options: ProsodyOptions): Promise<Prosody> {
  const scratch = await scratchDirectory('prosody');
  const ports = { client: await freePort(), component: await freePort(), http: await freePort() };
  const config = join(scratch.path, 'prosody.cfg.lua');
  const accounts = join(
    scratch.path,
    'data',
    encodeURIComponent(options.host).replaceAll('.', '%2e'),
    'accounts',
  );
  await mkdir(accounts, { recursive: true });
  for (const [name, password] of Object.entries(options.accounts)) {
    await writeFile(join(accounts, `${name}.dat`), `return { ["password"] = ${quoted(password)}; };\n`);
  }
  await writeFile(config, configOf(scratch.path, ports, options));
  const start = async () => {
    const child = startChild({ command: 'prosody', args: ['--config', config, '-F'] });
    const hasComponents = Object.keys(options.components).length > 0;
    const listening = [ports.client, ports.http, ...(hasComponents ? [ports.component] : [])];
    for (const port of listening) await waitForPort(child, port);
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
