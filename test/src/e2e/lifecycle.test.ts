/**
 * The program from outside: exit codes, first messages, drain, and an end that leaves nothing behind.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jingleUser, reasonOf, startSipPhone, startStoxgate } from '@stoxgate/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { contactOf, startWorld, type World } from './world.ts';

describe('lifecycle', () => {
  let world: World | undefined;
  const directories: string[] = [];
  afterEach(async () => {
    await world?.stop();
    world = undefined;
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  async function configFile(text: string): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'stoxgate-test-'));
    directories.push(directory);
    const file = join(directory, 'stoxgate.yaml');
    await writeFile(file, text);
    return file;
  }

  test('lifecycle - without a configuration: exit code 2 and how to begin', async () => {
    const child = startStoxgate(['--config', '/nonexistent/stoxgate.yaml']);
    expect(await child.exited(10_000)).toBe(2);
    expect(child.output()).toContain('config.example.yaml');
  });

  test('lifecycle - an unknown key: exit code 2 with file, line and the nearest name', async () => {
    const file = await configFile('xmpp:\n  domains: [example.org]\n  componets: []\n');
    const child = startStoxgate(['--config', file, '--check-config']);
    expect(await child.exited(10_000)).toBe(2);
    expect(child.output()).toMatch(/stoxgate\.yaml:3.*componets.*components/s);
  });

  test('lifecycle - NATS away at start: exit code 1 and what to do', async () => {
    const file = await configFile(
      'xmpp:\n  domains: [example.org]\n  components: [{ domain: sip.example.org, secret: s }]\n' +
        'bus: nats://127.0.0.1:9\nstore: redis://127.0.0.1:9\n',
    );
    const child = startStoxgate(['translator', '--config', file]);
    expect(await child.exited(40_000)).toBe(1);
    expect(child.output()).toMatch(/STOX_(BUS|STORE)_UNAVAILABLE/);
  });

  test('lifecycle - SIGTERM drains: unready, no new call, exit code 0', async () => {
    world = await startWorld('all', { accounts: ['alice'], config: { drain_timeout: 5 } });
    await world.login('alice', { contacts: [contactOf('bob')] });
    const { child, adminUrl } = world.gateway.process('all');
    child.kill('SIGTERM');
    expect(await child.exited(10_000)).toBe(0);
    await expect(fetch(`${adminUrl}/livez`)).rejects.toThrow();
  });

  test('lifecycle - SIGTERM waits for a call that is up, and refuses new ones meanwhile', async () => {
    world = await startWorld('all', { accounts: ['alice'], config: { drain_timeout: 20 } });
    const phone = await startSipPhone({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
    });
    try {
      const alice = jingleUser(await world.login('alice', { contacts: [contactOf('bob')] }));
      const sid = await alice.initiate(contactOf('bob'));
      const invite = await phone.nextRequest('INVITE', 5000);
      invite.respond(200, { sdp: true });
      await alice.nextJingle('session-accept', sid);
      const { child, adminUrl } = world.gateway.process('all');
      child.kill('SIGTERM');
      await delay(500);
      expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503);
      await alice.terminate(contactOf('bob'), sid, 'success');
      const bye = await phone.nextRequest('BYE', 5000);
      bye.respond(200);
      expect(await child.exited(10_000)).toBe(0);
    } finally {
      await phone.stop();
    }
  });

  test('lifecycle - a call that outlasts the drain ends for both sides before the process does', async () => {
    world = await startWorld('all', { accounts: ['alice'], config: { drain_timeout: 6 } });
    const phone = await world.phone();
    const alice = jingleUser(await world.login('alice', { contacts: [contactOf('bob')] }));
    const sid = await alice.initiate(contactOf('bob'));
    const invite = await phone.nextRequest('INVITE', 5000);
    invite.respond(200, { sdp: true });
    await alice.nextJingle('session-accept', sid);
    await invite.nextRequest('ACK');
    const { child } = world.gateway.process('all');
    child.kill('SIGTERM');
    const bye = await phone.nextRequest('BYE', 15_000);
    expect(bye.request.headers.reason?.[0]).toContain('cause=503');
    bye.respond(200);
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('gone');
    expect(await child.exited(20_000)).toBe(0);
  });
});
