/**
 * The program as an operator starts it: by npx, in the repository.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, freePort, startChild } from '@stoxgate/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const TOP = fileURLToPath(new URL('../../../', import.meta.url));

describe('command line', () => {
  let directory = '';
  let file = '';
  const children: Child[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stoxgate-npx-'));
    file = join(directory, 'stoxgate.yaml');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** An XMPP server that is away keeps the gateway waiting, not from running. */
  async function configure(sipPort: number, adminPort: number): Promise<void> {
    const component = { domain: 'sip.example.org', secret: 's', port: await freePort() };
    const config = {
      xmpp: { domains: ['example.org'], components: [component] },
      sip: { listen_host: '127.0.0.1', listen_port: sipPort },
      admin: { port: adminPort },
    };
    await writeFile(file, JSON.stringify(config));
  }

  function npx(): Child {
    const child = startChild({ command: 'npx', args: ['stoxgate', '--config', file], cwd: TOP });
    children.push(child);
    return child;
  }

  async function printed(child: Child, text: string): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!child.output().includes(text)) {
      if (Date.now() > deadline) throw new Error(`Never printed ${text}:\n${child.output()}`);
      await delay(50);
    }
  }

  test('command line - SIGTERM to npx drains the gateway: exit code 0, and nothing is left', async () => {
    const adminPort = await freePort();
    await configure(0, adminPort);
    const child = npx();
    await printed(child, 'serving example.org');
    const ready = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      parts: { sip: 'ok', 'component sip.example.org': expect.stringContaining('ECONNREFUSED') },
    });
    child.kill('SIGTERM');
    expect(await child.exited(10_000)).toBe(0);
    expect(child.output()).toContain('"msg":"stopped"');
    await expect(fetch(`http://127.0.0.1:${adminPort}/livez`)).rejects.toThrow();
  });

  test('command line - a second gateway on the same SIP port: exit code 1 and which key to change', async () => {
    const sipPort = await freePort();
    await configure(sipPort, 0);
    await printed(npx(), 'serving example.org');
    const second = npx();
    expect(await second.exited(20_000)).toBe(1);
    expect(second.output()).toContain(`sip.listen_port: port ${sipPort} on 127.0.0.1 is in use already.`);
  });
});
