/**
 * A thousand phones in one BOSH edge: each with a request that the server holds, renewed whenever it is answered. Prosody
 * forgets to answer some when so many come at once; they are sent again, in the same sessions. With
 * STOXGATE_TEST_PHONES_SERVER=ejabberd the same goes against ejabberd.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  connectXmppUser,
  freePort,
  type GatewayProcesses,
  rolesOf,
  scratchDirectory,
  startEjabberd,
  startGatewayProcesses,
  startNats,
  startProsody,
  startRedis,
} from '@stoxgate/testkit';
import { afterEach, expect, test, vi } from 'vitest';

const PHONES = 1000;
const WAIT_SECONDS = 10;
const ALONGSIDE = 6;
const startServer = process.env.STOXGATE_TEST_PHONES_SERVER === 'ejabberd' ? startEjabberd : startProsody;
const LONG = { timeout: 150_000, interval: 200 };
const NAMES = Array.from({ length: PHONES }, (_, at) => `phone${at}`);

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const opened = <Item extends { stop(): Promise<void> }>(item: Item): Item => {
  stops.push(() => item.stop());
  return item;
};

async function startLoad(mode: 'all' | 'roles') {
  const scratch = await scratchDirectory('phones-load');
  stops.push(scratch.remove);
  const server = opened(
    await startServer({
      host: 'xmpp.test',
      accounts: Object.fromEntries(NAMES.map((name) => [name, name])),
      components: { 'sip.xmpp.test': 's' },
    }),
  );
  const file = join(scratch.path, 'accounts.csv');
  await writeFile(file, NAMES.map((name) => `${name}@sip.test,${name}@xmpp.test,${name}\n`).join(''));
  const backend =
    mode === 'all' ? {} : { bus: opened(await startNats()).url, store: opened(await startRedis()).url };
  const component = { domain: 'sip.xmpp.test', port: server.componentPort, secret: 's' };
  const config = {
    xmpp: { domains: ['xmpp.test'], components: [component] },
    sip: { listen_host: '127.0.0.1', listen_port: await freePort(), proxy_host: '127.0.0.1' },
    phones: { bosh_url: server.boshUrl, file, mechanisms: ['PLAIN'], wait: WAIT_SECONDS },
    ...backend,
  };
  const gateway = opened(
    await startGatewayProcesses({ config, roles: mode === 'all' ? ['all'] : rolesOf(config) }),
  );
  await gateway.ready(60_000);
  return { server, gateway };
}

async function tellAll(gateway: GatewayProcesses, state: string): Promise<void> {
  const { adminUrl } = gateway.process('translator');
  const left = [...NAMES];
  const tell = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const response = await fetch(`${adminUrl}/api/phones/${name}@sip.test/state`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ state }),
      });
      expect(response.status).toBe(202);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: ALONGSIDE }, tell));
}

/** What the BOSH edge counts, and what it costs. */
async function figuresOf(gateway: GatewayProcesses) {
  const { adminUrl, child } = gateway.process('bosh-edge');
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return {
    waiting: sum(/^stoxgate_bosh_waiting (\d+)$/gm),
    connections: sum(/^stoxgate_bosh_connections (\d+)$/gm),
    ok: sum(/^stoxgate_bosh_requests_total\{result="ok"[^}]*\} (\d+)$/gm),
    failed: [...text.matchAll(/^stoxgate_bosh_requests_total\{result="(?!ok")([^"]*)"[^}]*\} (\d+)$/gm)]
      .map(([, result, count]) => `${count} ${result}`)
      .join(', '),
    residentMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024,
    at: performance.now(),
  };
}

/** Whether another resource of the account sees its phone. */
async function isSeen({ clientPort }: { readonly clientPort: number }, name: string): Promise<void> {
  const jid = `${name}@xmpp.test`;
  const user = await connectXmppUser({ jid, password: name, host: '127.0.0.1', port: clientPort });
  try {
    await user.next(({ attrs }) => attrs.from === `${jid}/SIP-phone` && attrs.type === undefined, 20_000);
  } finally {
    await user.close();
  }
}

test.each([
  ['all', 2],
  ['roles', 1],
] as const)(
  'phones, %s - a thousand sessions are opened, kept alive (%d times) and ended in one process',
  async (mode, times) => {
    const { server, gateway } = await startLoad(mode);
    const beganAt = performance.now();
    await tellAll(gateway, 'online');
    await vi.waitFor(async () => {
      const { waiting, ok } = await figuresOf(gateway);
      expect(waiting).toBe(PHONES);
      // Creation, login, restart, resource, presence: each was answered.
      expect(ok).toBeGreaterThanOrEqual(5 * PHONES);
    }, LONG);
    const first = await figuresOf(gateway);
    const openedIn = (first.at - beganAt) / 1000;
    await vi.waitFor(async () => {
      expect((await figuresOf(gateway)).ok).toBeGreaterThanOrEqual(first.ok + times * PHONES);
    }, LONG);
    const last = await figuresOf(gateway);
    expect(last.residentMb).toBeLessThan(1024);
    for (const name of ['phone0', 'phone499', 'phone999']) await isSeen(server, name);
    const rate = (last.ok - first.ok) / ((last.at - first.at) / 1000);
    console.info(
      `${PHONES} phones, ${mode}: opened in ${openedIn.toFixed(0)} s; with wait ${WAIT_SECONDS} s ` +
        `${rate.toFixed(0)} requests/s, sent again: ${last.failed || 'none'}, ` +
        `${last.connections} connections, ${last.residentMb.toFixed(0)} MiB`,
    );
    await tellAll(gateway, 'offline');
    await vi.waitFor(async () => expect((await figuresOf(gateway)).waiting).toBe(0), LONG);
  },
  360_000,
);
