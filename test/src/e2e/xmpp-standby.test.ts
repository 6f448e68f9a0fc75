/**
 * Two XMPP edges at a server that allows one connection a component: one serves, the other takes over when it dies.
 */
import {
  connectXmppUser,
  freePort,
  ROLES,
  startGatewayProcesses,
  startNats,
  startProsody,
  startRedis,
  startSipPhone,
} from '@stoxgate/testkit';
import { childOf, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, expect, test } from 'vitest';
import { COMPONENT, SIP_DOMAIN, XMPP_DOMAIN } from './world.ts';

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

test('xmpp standby - the second edge is ready, and serves when the first is killed', async () => {
  const prosody = await startProsody({
    host: XMPP_DOMAIN,
    accounts: { alice: 'alice' },
    components: { [COMPONENT]: 's3cret' },
  });
  stops.push(prosody.stop);
  const [nats, redis] = [await startNats(), await startRedis()];
  stops.push(nats.stop, redis.stop);
  const [sipPort, proxyPort] = [await freePort(), await freePort()];
  const component = {
    domain: COMPONENT,
    sip_domain: SIP_DOMAIN,
    port: prosody.componentPort,
    secret: 's3cret',
  };
  const config = {
    xmpp: { domains: [XMPP_DOMAIN], components: [component] },
    sip: { listen_host: '127.0.0.1', listen_port: sipPort, proxy_host: '127.0.0.1', proxy_port: proxyPort },
    bus: nats.url,
    store: redis.url,
  };
  const gateway = await startGatewayProcesses({ roles: ROLES, config });
  stops.push(gateway.stop);
  await gateway.ready(60_000);
  const standby = await startGatewayProcesses({ roles: ['xmpp-edge'], config });
  stops.push(standby.stop);
  await standby.ready(60_000);
  expect(standby.output()).toContain('stands by');

  const alice = await connectXmppUser({
    jid: `alice@${XMPP_DOMAIN}`,
    password: 'alice',
    host: '127.0.0.1',
    port: prosody.clientPort,
    resource: 'desk',
  });
  stops.push(alice.close);
  const phone = await startSipPhone({
    port: proxyPort,
    target: { host: '127.0.0.1', port: sipPort },
    retransmitAfterMs: 500,
    timeoutMs: 30_000,
  });
  stops.push(() => phone.stop());
  const say = async (text: string): Promise<void> => {
    const sent = phone.message(`sip:alice@${XMPP_DOMAIN}`, `sip:bob@${SIP_DOMAIN}`, text);
    expect((await sent.waitFor('final')).status).toBe(202);
  };
  const hears = async (text: string): Promise<void> => {
    await alice.next((stanza) => {
      const body = childOf(stanza, 'body');
      return body !== undefined && textOf(body) === text;
    }, 30_000);
  };
  await say('before');
  await hears('before');
  gateway.process('xmpp-edge').child.kill('SIGKILL');
  await say('after');
  await hears('after');
});
