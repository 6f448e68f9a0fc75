/**
 * What `helm test` runs in its pod.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@stoxgate/testkit';
import { afterEach, expect, test } from 'vitest';
import { CHART, command, objectsOf } from './helm.ts';
import { ofKind, roleOf, rolesOf } from './kubernetes.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** An admin port of which /readyz answers `status`; its address. */
async function adminPort(status: number): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/readyz' ? status : 404).end('{"state":"what it says"}');
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const script = readFileSync(`${CHART}/files/readiness.mjs`, 'utf8');
const runScript = (targets: readonly string[]) =>
  command('env', [
    'WAIT_SECONDS=0',
    process.execPath,
    '--input-type=module',
    '--eval',
    script,
    '--',
    ...targets,
  ]);

test('helm test - every role is asked, on its admin port', async () => {
  for (const example of ['try-out', 'host-network']) {
    const objects = await objectsOf(example);
    const [pod] = ofKind(objects, 'Pod');
    const { command: line = [] } = (pod as unknown as { spec: { containers: { command?: string[] }[] } }).spec
      .containers[0]!;
    const services = ofKind(objects, 'Service').filter(
      ({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'stoxgate',
    );
    const expected = services.map(
      ({ metadata, spec }) => `${metadata.name}:${spec.ports.find(({ name }) => name === 'admin')?.port}`,
    );
    expect(line.slice(line.indexOf('--') + 1)).toEqual(expected);
    expect(expected).toHaveLength(rolesOf(objects).map(roleOf).length);
    expect(line[3]?.trim()).toBe(script.trim());
  }
});

test('helm test - all ready is 0, and says so', async () => {
  const { ok, output } = await runScript([await adminPort(200), await adminPort(200)]);
  expect(output).toMatch(/^127\.0\.0\.1: 1 ready\n127\.0\.0\.1: 1 ready\n$/);
  expect(ok).toBe(true);
});

test('helm test - one that is not ready, or not there, is a failure with what it says', async () => {
  const { ok, output } = await runScript([await adminPort(200), await adminPort(503)]);
  expect(output).toContain('not ready: {"state":"what it says"}');
  expect(ok).toBe(false);
  const gone = await runScript([`127.0.0.1:${await freePort()}`]);
  expect(gone.output).toContain('ECONNREFUSED');
  expect(gone.ok).toBe(false);
});
