import { createServer, type Server } from 'node:net';
import { Config, createLog, type GroupMember } from '@stoxgate/runtime';
import { afterEach, expect, test } from 'vitest';
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
import type { StartRole } from './roles.ts';

const config = (over: object = {}): Config =>
  Config.parse({
    xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's3cret' }] },
    sip: { listen_port: 0, listen_host: '127.0.0.1' },
    admin: { port: 0 },
    ...over,
  });

/** Services that only tell what happens to them. */
function fakes(fault?: string): { startRole: StartRole; done: string[] } {
  const done: string[] = [];
  const startRole: StartRole = async (role): Promise<GroupMember> => {
    done.push(`start ${role}`);
    return {
      name: role,
      ...(role === 'sip-edge' ? { ports: { 'sip.listen_port': 5699 } } : {}),
      readiness: () => ({ [role]: role === 'xmpp-edge' ? fault : undefined }),
      drain: async () => void done.push(`drain ${role}`),
      stop: async () => void done.push(`stop ${role}`),
    };
  };
  return { startRole, done };
}

let gateway: Gateway | undefined;
let holder: Server | undefined;
afterEach(async () => {
  await gateway?.stop();
  holder?.close();
  gateway = undefined;
  holder = undefined;
});

async function start(options: GatewayOptions, over: object = {}) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLog({ level: 'info', role: 'all', edgeId: 'x', destination: { write } });
  gateway = await startGateway(config(over), { log, ...options });
  return { gateway, messages: () => lines.map(({ msg }) => msg) };
}

test('gateway - the first line says what it serves and where, without secrets; then ready', async () => {
  const { gateway, messages } = await start(fakes());
  expect(messages()).toEqual([
    `serving example.org; SIP on 127.0.0.1:5699 by localhost:5600/udp; XMPP as sip.example.org at 127.0.0.1:5347; bus memory; store memory; admin ${gateway.adminUrl}`,
    'ready',
  ]);
  expect(gateway.sipPort).toBe(5699);
  expect(gateway.edgeId).toMatch(/^all-[A-Za-z0-9-]+-[0-9a-f]{8}$/);
});

test('gateway - /readyz names the part that is not ready, then that it drains', async () => {
  const { gateway } = await start(fakes('not connected: not-authorized'));
  const answer = await fetch(`${gateway.adminUrl}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    state: 'not ready',
    parts: {
      bus: 'ok',
      store: 'ok',
      'session-store': 'ok',
      translator: 'ok',
      'sip-edge': 'ok',
      'xmpp-edge': 'not connected: not-authorized',
    },
  });
  await gateway.drain(1000);
  expect(await (await fetch(`${gateway.adminUrl}/readyz`)).json()).toMatchObject({ state: 'draining' });
});

test('gateway - what runs is what the roles say; it drains and stops edges first', async () => {
  const { startRole, done } = fakes();
  const { gateway } = await start({ startRole, roles: ['translator', 'sip-edge'] });
  expect(gateway.edgeId).toMatch(/^translator\+sip-edge-/);
  await gateway.drain(1000);
  await gateway.stop();
  await gateway.stop();
  expect(done).toEqual([
    'start translator',
    'start sip-edge',
    'drain sip-edge',
    'drain translator',
    'stop sip-edge',
    'stop translator',
  ]);
  await expect(fetch(`${gateway.adminUrl}/livez`)).rejects.toThrow();
});

test('gateway - everything has a media edge only where media are relayed', async () => {
  const without = fakes();
  await start(without);
  expect(without.done).not.toContain('start media-edge');
  await gateway?.stop();
  const relayed = fakes();
  const media = { relay: 'auto', rtpengine: ['udp:127.0.0.1:22222'] };
  const { gateway: second } = await start(relayed, { media });
  expect(relayed.done).toContain('start media-edge');
  expect(second.edgeId).toMatch(/^all-/);
});

test('gateway - everything has an MSRP edge only where there are chats', async () => {
  const without = fakes();
  await start(without);
  expect(without.done).not.toContain('start msrp-edge');
  await gateway?.stop();
  const chatting = fakes();
  await start(chatting, { messages: { msrp: { enabled: true } } });
  expect(chatting.done).toContain('start msrp-edge');
});

test('gateway - everything has a BOSH edge only where there are phones', async () => {
  const without = fakes();
  await start(without);
  expect(without.done).not.toContain('start bosh-edge');
  await gateway?.stop();
  const shown = fakes();
  await start(shown, { phones: { bosh_url: 'https://xmpp.example.org/http-bind' } });
  expect(shown.done).toContain('start bosh-edge');
});

test('gateway - /metrics and /api/sessions are served', async () => {
  const { gateway } = await start(fakes());
  expect(await (await fetch(`${gateway.adminUrl}/metrics`)).text()).toContain('\nstoxgate_bus_backlog 0\n');
  const sessions = await fetch(`${gateway.adminUrl}/api/sessions?user=Juliet@example.org/balcony`);
  expect(await sessions.json()).toMatchObject({ sessions: [] });
});

async function holdPort(): Promise<number> {
  const server = createServer();
  holder = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

test('gateway - an admin port in use is named by its key, and nothing is left running', async () => {
  const port = await holdPort();
  const { startRole, done } = fakes();
  await expect(start({ startRole }, { admin: { port } })).rejects.toMatchObject({
    code: 'STOX_PORT_UNAVAILABLE',
    message: expect.stringContaining(`admin.port: port ${port} on 127.0.0.1 is in use already.`),
  });
  expect(done.filter((step) => step.startsWith('stop'))).toHaveLength(4);
});

test('gateway - a SIP port in use is named by its key', async () => {
  const inUse = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  const { startRole } = fakes();
  const failing: StartRole = (role, context) =>
    role === 'sip-edge' ? Promise.reject(inUse) : startRole(role, context);
  await expect(start({ startRole: failing })).rejects.toMatchObject({
    message: expect.stringMatching(/^sip\.listen_port: port 0 on 127\.0\.0\.1 is in use already\. Stop what/),
  });
});
