/**
 * Kamailio as presence server of one SIP domain, and as the proxy on the way to the gateway, which stays in the dialogs
 * that it opens. All its state is in memory.
 */
import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSipPhone } from '../sip-phone.ts';
import { type Child, startChild } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface KamailioOptions {
  /** Whose presence server it is; also where phones are that register. */
  readonly domain: string;
  /** Domain → port on loopback where requests to it go: the gateway's. */
  readonly routes: Readonly<Record<string, number>>;
  /** What users of the domain need to register, call and write; absent: nothing. */
  readonly password?: string;
  /** Of users, whom it then watches itself on behalf of a phone that subscribes to one (RFC 4662). */
  readonly lists?: readonly ListOfUsers[];
  /** Port on loopback where it publishes the calls that go through it (RFC 4235): the gateway's. */
  readonly publishesCallsTo?: number;
  readonly port?: number;
}

export interface ListOfUsers {
  /** SIP URI. */
  readonly uri: string;
  /** Whose it is, `user@domain`. */
  readonly owner: string;
  /** SIP URIs. */
  readonly members: readonly string[];
}

export interface Kamailio {
  readonly child: Child;
  readonly host: '127.0.0.1';
  /** UDP. */
  readonly port: number;
  output(): string;
  stop(): Promise<void>;
}

/** Tables that its modules want to find, even when they keep nothing in them. */
const TABLES = '/usr/share/kamailio/dbtext/kamailio';

const START_MS = 15_000;

const MODULES = [
  ...['db_text', 'tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'xlog', 'usrloc', 'registrar'],
  ...['presence', 'presence_xml', 'presence_dialoginfo'],
];

/** The number that Kamailio's modules give to documents of list services in their table. */
const RLS_SERVICES = 8;

/** Its lists, as the table of XCAP documents has them. */
function rowOf({ uri, owner, members }: ListOfUsers, id: number): string {
  const [user = '', domain = ''] = owner.split('@');
  const entries = members.map((member) => `<rl:entry uri="${member}"/>`).join('');
  const document =
    '<rls-services xmlns="urn:ietf:params:xml:ns:rls-services" xmlns:rl="urn:ietf:params:xml:ns:resource-lists">' +
    `<service uri="${uri}"><list>${entries}</list><packages><package>presence</package></packages></service></rls-services>`;
  const path = `/xcap-root/rls-services/users/sip:${owner}/index`;
  return [id, user, domain, document, RLS_SERVICES, 'etag', 0, path, 0]
    .map((value) => String(value).replaceAll(':', '\\:'))
    .join(':');
}

const authentication = (domain: string, password: string): string => `
  if (is_method("REGISTER") && !pv_www_authenticate("${domain}", "${password}", "0")) {
    www_challenge("${domain}", "1");
    exit;
  }
  if (is_method("INVITE|MESSAGE") && $fd == "${domain}") {
    if (!pv_proxy_authenticate("${domain}", "${password}", "0")) { proxy_challenge("${domain}", "1"); exit; }
    consume_credentials();
  }
`;

const LIST_MODULES = ['pua', 'rls'];
const CALL_MODULES = ['dialog', 'pua', 'pua_dialoginfo'];

const callConfig = (directory: string, to: number): string => `
modparam("pua", "db_url", "text://${join(directory, 'tables')}")
modparam("pua", "outbound_proxy", "sip:127.0.0.1:${to}")
modparam("dialog", "db_mode", 0)
modparam("pua_dialoginfo", "override_lifetime", 300)
`;

const listConfig = (directory: string, port: number, { routes }: KamailioOptions): string => `
modparam("pua|rls", "db_url", "text://${join(directory, 'tables')}")
modparam("pua|rls", "outbound_proxy", "sip:127.0.0.1:${Object.values(routes)[0]}")
modparam("rls", "server_address", "sip:rls@127.0.0.1:${port}")
modparam("rls", "integrated_xcap_server", 1)
modparam("rls", "db_mode", 0)
modparam("rls", "to_presence_code", 5)
modparam("rls", "waitn_time", 1)
`;

function configOf(directory: string, port: number, options: KamailioOptions): string {
  const { domain, routes, password, lists = [], publishesCallsTo } = options;
  const modules = new Set([
    ...MODULES,
    ...(lists.length === 0 ? [] : LIST_MODULES),
    ...(publishesCallsTo === undefined ? [] : CALL_MODULES),
    ...(password === undefined ? [] : ['auth']),
  ]);
  const subscribe =
    lists.length === 0
      ? 'handle_subscribe();'
      : '$var(code) = rls_handle_subscribe(); if ($var(code) == 5) handle_subscribe();';
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
listen=udp:127.0.0.1:${port}
alias="${domain}"
auto_aliases=no
${[...modules].map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("usrloc", "db_mode", 0)
modparam("presence|presence_xml", "db_url", "text://${join(directory, 'tables')}")
modparam("presence", "server_address", "sip:127.0.0.1:${port}")
modparam("presence", "subs_db_mode", 0)
modparam("presence", "publ_cache", 2)
modparam("presence", "clean_period", 1)
modparam("presence", "min_expires", 1)
modparam("presence_xml", "force_active", 1)
${lists.length === 0 ? '' : listConfig(directory, port, options)}
${publishesCallsTo === undefined ? '' : callConfig(directory, publishesCallsTo)}
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (has_totag()) {
    if (is_method("SUBSCRIBE") && uri == myself) { ${subscribe} exit; }
${lists.length === 0 ? '' : '    if (is_method("NOTIFY") && uri == myself) { rls_handle_notify(); exit; }'}
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    if (uri != myself) { t_relay(); exit; }
    sl_send_reply("481", "Call/Transaction Does Not Exist");
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
${password === undefined ? '' : authentication(domain, password)}
  if (is_method("INVITE|SUBSCRIBE")) record_route();
${publishesCallsTo === undefined ? '' : '  if (is_method("INVITE")) dlg_manage();'}
${Object.entries(routes)
  .map(([name, to]) => `  if ($rd == "${name}") { $du = "sip:127.0.0.1:${to}"; t_relay(); exit; }`)
  .join('\n')}
  if (is_method("REGISTER")) { save("location"); exit; }
  if (is_method("PUBLISH")) { t_newtran(); handle_publish(); exit; }
  if (is_method("SUBSCRIBE")) { t_newtran(); ${subscribe} exit; }
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
`;
}

/** Whatever it says to OPTIONS, it serves. */
async function serves(port: number): Promise<void> {
  const phone = await startSipPhone({ target: { host: '127.0.0.1', port }, retransmitAfterMs: 100 });
  try {
    await phone
      .request('OPTIONS', { to: 'sip:127.0.0.1', from: 'sip:test@127.0.0.1' })
      .waitFor('final', START_MS);
  } finally {
    await phone.stop();
  }
}

/** Starts it on 127.0.0.1 and waits until it serves. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const scratch = await scratchDirectory('kamailio');
  const port = options.port ?? (await freePort());
  const config = join(scratch.path, 'kamailio.cfg');
  await cp(TABLES, join(scratch.path, 'tables'), { recursive: true });
  const rows = (options.lists ?? []).map((list, at) => `${rowOf(list, at + 1)}\n`);
  await appendFile(join(scratch.path, 'tables', 'xcap'), rows.join(''));
  await writeFile(config, configOf(scratch.path, port, options));
  const child = startChild({
    command: 'kamailio',
    args: ['-f', config, '-DD', '-E', '-m', '64', '-M', '8', '-Y', scratch.path, '-w', scratch.path],
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    await scratch.remove();
  };
  try {
    await serves(port);
  } catch (cause) {
    const output = child.output();
    await stop();
    throw new Error(`kamailio does not serve:\n${output.slice(-3000)}`, { cause });
  }
  return { child, host: '127.0.0.1', port, output: () => child.output(), stop };
}
