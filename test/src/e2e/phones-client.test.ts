/**
 * Phones that log in at Prosody over connections of their own.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCALHOST, TEST_CA } from '@stoxgate/sip-stack/testing';
import { freePort, scratchDirectory, startGatewayProcesses, startProsody } from '@stoxgate/testkit';
import { afterAll, expect, test, vi } from 'vitest';
import { testPhoneConnections } from './phones-client-suite.ts';

testPhoneConnections('Prosody', [
  ['all', 'WebSocket'],
  ['roles', 'TCP'],
]);

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

test('phones - STARTTLS, with a certificate of an authority that is configured', async () => {
  const scratch = await scratchDirectory('phones-tls');
  stops.push(scratch.remove);
  const written = async (name: string, text: string): Promise<string> => {
    const file = join(scratch.path, name);
    await writeFile(file, text);
    return file;
  };
  const prosody = await startProsody({
    host: 'localhost',
    accounts: { alice: 'alice' },
    components: { 'sip.localhost': 's' },
    tls: {
      key: await written('key.pem', LOCALHOST.key),
      certificate: await written('cert.pem', LOCALHOST.cert),
    },
  });
  stops.push(prosody.stop);
  const phones = {
    transport: 'client',
    client_url: `xmpp://127.0.0.1:${prosody.clientPort}`,
    ca_file: await written('ca.pem', TEST_CA),
    file: await written('accounts.csv', '1001@sip.test,alice@localhost,alice\n'),
  };
  const component = { domain: 'sip.localhost', port: prosody.componentPort, secret: 's' };
  const config = {
    xmpp: { domains: ['localhost'], components: [component] },
    sip: { listen_host: '127.0.0.1', listen_port: await freePort(), proxy_host: '127.0.0.1' },
    phones,
  };
  const gateway = await startGatewayProcesses({ roles: ['all'], config });
  stops.push(gateway.stop);
  await gateway.ready(60_000);
  const { adminUrl } = gateway.process('all');
  const response = await fetch(`${adminUrl}/api/phones/1001@sip.test/state`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"state":"online"}',
  });
  expect(response.status).toBe(202);
  await vi.waitFor(
    async () => {
      const text = await (await fetch(`${adminUrl}/metrics`)).text();
      expect(text).toMatch(/^stoxgate_phone_connections(\{[^}]*\})? 1$/m);
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(prosody.output()).toMatch(/Stream encrypted/);
});
