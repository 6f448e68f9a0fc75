/**
 * docs/guides/nat.md, in networks of its own: this process is outside, and two others hold the router's and the gateway's. All
 * of them are gone with their processes.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import {
  type Child,
  type JingleUser,
  type Prosody,
  type SipPhone,
  startChild,
  startProsody,
  startSipPhone,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  addContact,
  caller,
  callsPhone,
  callsUser,
  type Ends,
  messagesBothWays,
  PATIENCE_MS,
} from '../both-ways.ts';
import { type Guide, openGuide, PROGRAM } from '../guide.ts';
import { showOnFailure } from '../show-on-failure.ts';

const run = promisify(execFile);
const CONTACT = 'romeo@sip.example.org';
const [PUBLIC, PROXY, XMPP] = ['203.0.113.7', '203.0.113.10', '203.0.113.30'];

const ip = async (...args: readonly string[]): Promise<void> => void (await run('ip', args));

/** A network that is there as long as the process. */
async function openNetwork(): Promise<Child> {
  const holder = startChild({ command: 'unshare', args: ['-n', 'sh', '-c', 'echo there; exec sleep 600'] });
  await vi.waitFor(() => expect(holder.output()).toContain('there'), 10_000);
  return holder;
}

const within = ({ pid }: Child, command: string): string => `nsenter -t ${pid} -n ${command}`;

async function joinNetworks(router: Child, inside: Child): Promise<void> {
  const shell = async (network: Child, commands: string): Promise<void> =>
    void (await run('nsenter', ['-t', String(network.pid), '-n', 'sh', '-e', '-c', commands]));
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', 'world', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(router.pid));
  for (const address of [PROXY, XMPP]) await ip('address', 'add', `${address}/24`, 'dev', 'world');
  await ip('link', 'set', 'world', 'up');
  await shell(
    router,
    `ip link add eth1 type veth peer name eth0 netns ${inside.pid}
     ip address add ${PUBLIC}/24 dev eth0; ip address add 10.0.0.1/24 dev eth1
     ip link set lo up; ip link set eth0 up; ip link set eth1 up
     echo 1 > /proc/sys/net/ipv4/ip_forward`,
  );
  await shell(
    inside,
    `ip address add 10.0.0.5/24 dev eth0; ip link set lo up; ip link set eth0 up
     ip route add default via 10.0.0.1`,
  );
}

/** Prosody listens on the loopback alone. */
async function forward(host: string, port: number, to: number): Promise<Server> {
  const server = createServer((socket) => {
    const target = connect(to, '127.0.0.1');
    for (const end of [socket, target]) end.on('error', () => undefined);
    socket.pipe(target).pipe(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

let prosody: Prosody | undefined;
let tunnel: Server | undefined;
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;
const networks: Child[] = [];

showOnFailure(() => guide.output());
beforeAll(async () => {
  const [router, inside] = [await openNetwork(), await openNetwork()];
  networks.push(router, inside);
  await joinNetworks(router, inside);
  prosody = await startProsody({
    host: 'example.org',
    accounts: { alice: 'wonderland' },
    components: { 'sip.example.org': 'change-me' },
  });
  tunnel = await forward(XMPP, 5347, prosody.componentPort);
  guide = await openGuide('nat', {
    instead: {
      'iptables -t': within(router, 'iptables -t'),
      'npx stoxgate': within(inside, `node ${PROGRAM}`),
      'curl -s': within(inside, 'curl -s'),
    },
  });
  await guide.follow('The router', 'The gateway', 'Check', 'Media');
  phone = await startSipPhone({
    host: PROXY,
    port: 5060,
    target: { host: PUBLIC, port: 5600 },
    user: 'romeo',
    timeoutMs: PATIENCE_MS,
  });
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  const [userUri, phoneUri] = ['sip:alice@example.org', 'sip:romeo@example.net'];
  ends = { user: alice, contact: CONTACT, userUri, phone, phoneUri };
  await addContact(alice, CONTACT);
});
afterAll(async () => {
  await alice?.user.close();
  await phone?.stop();
  await guide?.stop();
  tunnel?.close();
  await prosody?.stop();
  for (const network of networks) await network.stop();
});

test('nat guide - calls and messages both ways, and nobody hears of the private address', async () => {
  await callsPhone(ends);
  await callsUser(ends);
  await messagesBothWays(ends);
  const came = (phone?.log ?? []).filter(({ direction }) => direction === 'in');
  expect(came.length).toBeGreaterThan(5);
  expect(JSON.stringify(came.map(({ message }) => message))).not.toContain('10.0.0.');
});

test('nat guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
