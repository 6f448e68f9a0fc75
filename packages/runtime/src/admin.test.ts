import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type AdminListener, type AdminSources, adminApp, startAdmin } from './admin.ts';
import type { Readiness } from './readiness.ts';

const sources = (over: Partial<AdminSources> = {}): AdminSources => ({
  readiness: () => ({ state: 'ready', parts: { bus: 'ok' } }),
  lagMs: () => 3.4,
  metricsText: async () => 'stoxgate_bus_backlog 0\n',
  sessionsOf: async (user) => [`pair:${user} sip:romeo@example.net`],
  ...over,
});

let listener: AdminListener | undefined;
afterEach(async () => {
  await listener?.stop();
  listener = undefined;
});

test.each([
  ['ready', 200],
  ['not ready', 503],
  ['draining', 503],
  ['overloaded', 429],
] as const)('admin - /readyz of a process that is %s answers %d with its parts', async (state, status) => {
  const readiness: Readiness = { state, parts: { bus: 'NATS is away' } };
  const response = await adminApp(sources({ readiness: () => readiness })).request('/readyz');
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual(readiness);
});

test('admin - /livez answers 200 until the event loop is stuck', async () => {
  expect((await adminApp(sources()).request('/livez')).status).toBe(200);
  const stuck = await adminApp(sources({ lagMs: () => 31_000 })).request('/livez');
  expect(stuck.status).toBe(503);
  expect(await stuck.json()).toEqual({ state: 'stuck', lagMs: 31_000 });
});

test('admin - /metrics is Prometheus text', async () => {
  const response = await adminApp(sources()).request('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toBe('stoxgate_bus_backlog 0\n');
});

test('admin - /api/sessions gives the sessions of a user, and says what it needs', async () => {
  const app = adminApp(sources());
  const response = await app.request('/api/sessions?user=juliet@example.org');
  expect(await response.json()).toEqual({
    user: 'juliet@example.org',
    sessions: ['pair:juliet@example.org sip:romeo@example.net'],
  });
  expect((await app.request('/api/sessions')).status).toBe(400);
  expect((await app.request('/nothing')).status).toBe(404);
});

test('admin - a store that fails is 503', async () => {
  const sessionsOf = () => Promise.reject(new Error('Redis is away'));
  const response = await adminApp(sources({ sessionsOf })).request('/api/sessions?user=a');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ error: 'Redis is away' });
});

test('admin - port 0 takes a free port and tells it', async () => {
  listener = await startAdmin('127.0.0.1', 0, sources());
  expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  expect((await fetch(`${listener.url}/livez`)).status).toBe(200);
});

test('admin - a port in use is named with its key', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as { port: number };
  await expect(startAdmin('127.0.0.1', port, sources())).rejects.toMatchObject({
    code: 'STOX_PORT_UNAVAILABLE',
    message: `admin.port: port ${port} on 127.0.0.1 is in use already. Stop what holds the port, or set another one. [STOX_PORT_UNAVAILABLE]`,
  });
  holder.close();
});
