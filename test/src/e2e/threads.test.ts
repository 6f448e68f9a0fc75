/**
 * One process with one thread, two and three: nobody outside sees a difference, but for a thread that dies.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startStoxgate } from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterEach, describe, expect, test } from 'vitest';
import { addressOfUser, sipAddressOf } from './call-up.ts';
import { COMPONENT, contactOf, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const RECEIVED: unknown = expect.stringMatching(/^stoxgate_sip_messages_received_total\{.*method="MESSAGE"/);

const seriesOf = (metrics: string): string[] =>
  metrics
    .split('\n')
    .filter((line) => /^stoxgate_/.test(line))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));

describe('threads', () => {
  let world: World | undefined;
  const directories: string[] = [];
  afterEach(async () => {
    await world?.stop();
    world = undefined;
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  test.each([1, 2, 3])('threads - %i: messages both ways, in order, one set of metrics', async (threads) => {
    world = await startWorld('all', { accounts: ['alice'], config: { threads } });
    const phone = await world.phone();
    const alice = await world.login('alice');
    for (const text of ['1', '2', '3']) {
      await alice.send(el('message', { to: contactOf('bob'), type: 'chat', id: text }, el('body', {}, text)));
      const message = await phone.nextRequest('MESSAGE');
      expect(message.request.body?.content).toBe(text);
      message.respond(200);
    }
    for (const text of ['4', '5', '6']) {
      const sent = phone.message(addressOfUser('alice'), sipAddressOf('bob'), text);
      expect((await sent.waitFor('final')).status).toBe(202);
      const body = childOf(await alice.next(({ name }) => name === 'message'), 'body');
      expect(body && textOf(body)).toBe(text);
    }
    const metricsUrl = `${world.gateway.process('all').adminUrl}/metrics`;
    const series = async (): Promise<string[]> => seriesOf(await (await fetch(metricsUrl)).text());
    await expect.poll(series, { timeout: 10_000 }).toContainEqual(RECEIVED);
    const seen = await series();
    expect(seen).toHaveLength(new Set(seen).size);
    expect(seen).toContain(`stoxgate_xmpp_connected{domain="${COMPONENT}"}`);
    expect(seen.join()).toContain('stoxgate_step_seconds_bucket{event="sip.request.received"');
  });

  test('threads - a thread that dies of a bug takes the process along, with what was wrong', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stoxgate-test-'));
    directories.push(directory);
    const bug = join(directory, 'bug.cjs');
    await writeFile(
      bug,
      `const { isMainThread } = require('node:worker_threads');
       if (!isMainThread) setTimeout(() => { throw new Error('planted'); }, 3000);`,
    );
    const file = join(directory, 'stoxgate.yaml');
    const config = {
      xmpp: {
        domains: [XMPP_DOMAIN],
        components: [{ domain: COMPONENT, secret: 's', port: await freePort() }],
      },
      sip: { listen_host: '127.0.0.1', listen_port: 0 },
      admin: { port: 0 },
      threads: 2,
    };
    await writeFile(file, JSON.stringify(config));
    const child = startStoxgate(['--config', file], { env: { NODE_OPTIONS: `--require=${bug}` } });
    expect(await child.exited(30_000)).toBe(1);
    expect(child.output()).toMatch(/planted.*STOX_INTERNAL/s);
  });

  test('threads - a port that is taken is told as ever', async () => {
    world = await startWorld('all', { accounts: [] });
    const directory = await mkdtemp(join(tmpdir(), 'stoxgate-test-'));
    directories.push(directory);
    const file = join(directory, 'stoxgate.yaml');
    const config = {
      xmpp: { domains: [XMPP_DOMAIN], components: [{ domain: COMPONENT, secret: 's' }] },
      sip: { listen_host: '127.0.0.1', listen_port: world.sipPort },
      admin: { port: 0 },
      threads: 2,
    };
    await writeFile(file, JSON.stringify(config));
    const child = startStoxgate(['--config', file]);
    expect(await child.exited(30_000)).toBe(1);
    expect(child.output()).toMatch(/sip\.listen_port.*STOX_PORT_UNAVAILABLE/s);
  });
});
