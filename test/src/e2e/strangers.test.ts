/**
 * Who may use the gateway: SIP from the peers list only, whatever the method; XMPP users of served domains only.
 */
import { startSipPhone } from '@stoxgate/testkit';
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
    const phone = await startSipPhone({ target: { host: '127.0.0.1', port: world.sipPort } });
    const addresses = { to: `sip:alice@${XMPP_DOMAIN}`, from: `sip:mallory@${SIP_DOMAIN}` };
    const sent = METHODS.map((method) => phone.request(method, addresses));
    return { phone, sent, world };
  }

  test('strangers - drop: silence for every method, counted', async () => {
    const { phone, sent, world } = await ask('drop');
    await expect(sent[0]!.waitFor('final', 700)).rejects.toThrow();
    expect(sent.flatMap(({ responses }) => responses)).toEqual([]);
    await phone.stop();
    const metrics = await (await fetch(`${world.gateway.process('all').adminUrl}/metrics`)).text();
    const counted = /^stoxgate_sip_dropped_total\{[^}]*reason="stranger"[^}]*\} (\d+)/m.exec(metrics)?.[1];
    expect(Number(counted), metrics).toBe(METHODS.length);
  });

  test('strangers - 403: said to every method', async () => {
    const { phone, sent } = await ask('403');
    for (const request of sent) expect((await request.waitFor('final')).status).toBe(403);
    await phone.stop();
  });
});
