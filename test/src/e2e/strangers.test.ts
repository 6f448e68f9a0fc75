/**
 * Who may use the gateway: SIP from the peers list only, whatever the method; XMPP users of served domains only.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const METHODS = ['INVITE', 'MESSAGE', 'OPTIONS', 'REGISTER', 'SUBSCRIBE', 'BYE', 'FOO'];

describe('strangers', () => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  async function ask(strangers: 'drop' | '403') {
    world = await startWorld('all', { accounts: ['alice'], sip: { peers: ['192.0.2.1'], strangers } });
    const phone = await world.phone({ port: 0 });
    const addresses = { to: `sip:alice@${XMPP_DOMAIN}`, from: `sip:mallory@${SIP_DOMAIN}` };
    const sent = METHODS.map((method) => phone.request(method, addresses));
    return { sent, world };
  }

  test('strangers - drop: silence for every method, counted', async () => {
    const { sent, world } = await ask('drop');
    await expect(sent[0]!.waitFor('final', 700)).rejects.toThrow();
    expect(sent.flatMap(({ responses }) => responses)).toEqual([]);
    const metrics = await (
      await fetch(`${world.gateway.process('all').adminUrl}/metrics`, { signal: AbortSignal.timeout(5000) })
    ).text();
    const counted = /^stoxgate_sip_dropped_total\{[^}]*reason="stranger"[^}]*\} (\d+)/m.exec(metrics)?.[1];
    expect(Number(counted), metrics).toBe(METHODS.length);
  });

  test('strangers - 403: said to every method', async () => {
    const { sent } = await ask('403');
    for (const request of sent) expect((await request.waitFor('final')).status).toBe(403);
  });
});
