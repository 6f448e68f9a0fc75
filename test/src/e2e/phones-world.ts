/**
 * A gateway that shows phones in the account of alice, at a real XMPP server, seen by bob who is subscribed to her. Between
 * gateway and BOSH is a proxy that sees each request and can stop time at one.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BoshProxy,
  connectXmppUser,
  freePort,
  type GatewayProcesses,
  rolesOf,
  type ScratchDirectory,
  scratchDirectory,
  startBoshProxy,
  startEjabberd,
  startGatewayProcesses,
  startNats,
  startProsody,
  startRedis,
  startStoxgate,
  type XmppUser,
} from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { expect } from 'vitest';

const HOST = 'xmpp.test';
const COMPONENT = 'sip.xmpp.test';
const SECRET = 's3cret';
export const PHONE = '1001@sip.test';
const ALICE = 'alice@xmpp.test';
export const RESOURCE = `${ALICE}/SIP-phone`;
const PATIENCE_MS = 60_000;

/** all: one process on memory; all-shared: one on NATS and Redis; roles: each role its own there. */
export type PhonesMode = 'all' | 'all-shared' | 'roles';
/** How phones log in. */
export type PhonesTransport = 'BOSH' | 'TCP' | 'WebSocket';
export const SERVERS = { Prosody: startProsody, ejabberd: startEjabberd } as const;
export type ServerName = keyof typeof SERVERS;

export interface PhonesWorld {
  readonly gateway: GatewayProcesses;
  readonly proxy: BoshProxy;
  /** Tells a state by the admin listener. */
  tell(state: string, phone?: string): Promise<void>;
  /** Reports of phones that the translator has committed. */
  reported(): Promise<number>;
  /** Runs `stoxgate` with arguments; resolves to what it printed, and rejects when it does not end with 0. */
  run(...args: string[]): Promise<string>;
  /** Writes an account file, and gives its name. */
  accountFile(text: string): Promise<string>;
  /** Logs bob in, anew if he was. */
  watch(): Promise<void>;
  /** What bob sees of the phone next: `online`, `offline`, or show and text. */
  sees(): Promise<string>;
  /** The same, without what it is told again. */
  seesOtherThan(before: string): Promise<string>;
  /** Kills the server and starts it again on the same data. */
  restartServer(): Promise<void>;
  stop(): Promise<void>;
}

const seenOf = (presence: XmppUser['log'][number]['stanza']): string => {
  if (presence.attrs.type !== undefined) {
    return presence.attrs.type === 'unavailable' ? 'offline' : presence.attrs.type;
  }
  const show = childOf(presence, 'show');
  const priority = childOf(presence, 'priority');
  expect(priority === undefined ? undefined : textOf(priority)).toBe('-1');
  if (show === undefined) return 'online';
  const status = childOf(presence, 'status');
  return `${textOf(show)}: ${status === undefined ? '' : textOf(status)}`;
};

async function startAll(
  mode: PhonesMode,
  serverName: ServerName,
  transport: PhonesTransport,
  stops: (() => Promise<void>)[],
): Promise<PhonesWorld> {
  const opened = <Item extends { stop(): Promise<void> }>(item: Item): Item => {
    stops.push(() => item.stop());
    return item;
  };
  const scratch: ScratchDirectory = await scratchDirectory('phones');
  stops.push(scratch.remove);
  const server = opened(
    await SERVERS[serverName]({
      host: HOST,
      accounts: { alice: 'pass,word', bob: 'bob' },
      components: { [COMPONENT]: SECRET },
    }),
  );
  const proxy = opened(await startBoshProxy(server.boshUrl));
  const logins = {
    BOSH: { bosh_url: proxy.url },
    TCP: { transport: 'client', client_url: `xmpp://127.0.0.1:${server.clientPort}` },
    WebSocket: { transport: 'client', client_url: server.webSocketUrl },
  };
  const backend =
    mode === 'all' ? {} : { bus: opened(await startNats()).url, store: opened(await startRedis()).url };
  const [sipPort, proxyPort] = [await freePort(), await freePort()];
  const config = {
    xmpp: {
      domains: [HOST],
      components: [{ domain: COMPONENT, port: server.componentPort, secret: SECRET }],
    },
    sip: {
      listen_host: '127.0.0.1',
      listen_port: sipPort,
      proxy_host: '127.0.0.1',
      proxy_port: proxyPort,
    },
    phones: { ...logins[transport], key: Buffer.alloc(32, 1).toString('base64') },
    log: { level: 'info' },
    ...backend,
  };
  const gateway = opened(
    await startGatewayProcesses({ roles: mode === 'roles' ? rolesOf(config) : ['all'], config }),
  );
  await gateway.ready();
  const login = (name: string, password: string): Promise<XmppUser> =>
    connectXmppUser({
      jid: `${name}@${HOST}`,
      password,
      host: '127.0.0.1',
      port: server.clientPort,
      resource: 'desk',
    });
  let bob: XmppUser | undefined;
  stops.push(async () => bob?.close().catch(() => undefined));
  const next = (test: (stanza: XmppUser['log'][number]['stanza']) => boolean) => {
    if (bob === undefined) throw new Error('bob is not logged in');
    return bob.next(test, PATIENCE_MS);
  };
  const sees = async (): Promise<string> =>
    seenOf(await next(({ name, attrs }) => name === 'presence' && attrs.from === RESOURCE));
  const alice = await login('alice', 'pass,word');
  bob = await login('bob', 'bob');
  await bob.send(el('presence', { type: 'subscribe', to: ALICE }));
  const isOfDesk = ({ name, attrs }: XmppUser['log'][number]['stanza']): boolean =>
    name === 'presence' && attrs.from === `${ALICE}/desk`;
  await next((stanza) => isOfDesk(stanza) && stanza.attrs.type === undefined);
  await alice.close();
  await next((stanza) => isOfDesk(stanza) && stanza.attrs.type === 'unavailable');
  const post = async (path: string, body: object): Promise<void> => {
    const { adminUrl } = gateway.process('translator');
    const response = await fetch(`${adminUrl}/api/phones/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  };
  let files = 0;
  return {
    gateway,
    proxy,
    tell: (state, phone = PHONE) => post(`${encodeURIComponent(phone)}/state`, { state }),
    reported: async () => {
      const { adminUrl } = gateway.process('translator');
      const text = await (await fetch(`${adminUrl}/metrics`)).text();
      const [, count] =
        /^stoxgate_steps_total\{event="phone\.state\.reported",outcome="applied"[^}]*\} (\d+)$/m.exec(text) ??
        [];
      return Number(count ?? 0);
    },
    run: async (...args) => {
      const { adminUrl } = gateway.process('translator');
      const file = join(scratch.path, 'client.yaml');
      const admin = { host: '127.0.0.1', port: Number(new URL(adminUrl).port) };
      await writeFile(file, JSON.stringify({ ...config, admin }));
      const child = startStoxgate([...args, '--config', file]);
      const code = await child.exited(60_000);
      if (code !== 0) throw new Error(`${args.join(' ')} ends with ${code}: ${child.output()}`);
      return child.output();
    },
    accountFile: async (text) => {
      files++;
      const file = join(scratch.path, `accounts-${files}.csv`);
      await writeFile(file, text);
      return file;
    },
    watch: async () => {
      await bob?.close().catch(() => undefined);
      bob = await login('bob', 'bob');
    },
    sees,
    seesOtherThan: async (before) => {
      for (;;) {
        const seen = await sees();
        if (seen !== before) return seen;
      }
    },
    restartServer: () => server.restart(),
    stop: async () => undefined,
  };
}

/** On failure nothing is left running. */
export async function startPhonesWorld(
  mode: PhonesMode,
  server: ServerName,
  transport: PhonesTransport = 'BOSH',
): Promise<PhonesWorld> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end().catch(() => undefined);
  };
  try {
    return { ...(await startAll(mode, server, transport, stops)), stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
