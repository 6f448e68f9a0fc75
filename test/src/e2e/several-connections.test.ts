/**
 * Two XMPP edges at ejabberd, which takes several connections of one component and shares out among them what is for it:
 * both bring in, what one sends is confirmed to it whichever gets the answer, and one may be killed.
 */
import {
  connectXmppUser,
  type Ejabberd,
  freePort,
  type GatewayProcesses,
  type JingleUser,
  jingleUser,
  ROLES,
  type SipPhone,
  startEjabberd,
  startGatewayProcesses,
  startNats,
  startRedis,
  startSipPhone,
} from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addressOfUser,
  answeredByPhone,
  answeredByUser,
  hungUpByPhone,
  hungUpByUser,
  sipAddressOf,
} from './call-up.ts';
import { COMPONENT, contactOf, SIP_DOMAIN, XMPP_DOMAIN } from './world.ts';

const NAMES = ['alice', 'ben', 'carol', 'dan', 'eve', 'finn'] as const;
const TEXTS = 15;

const stops: (() => Promise<unknown>)[] = [];
/** What reached the phone; by two connections in whatever order. */
const heardByPhone: string[] = [];
const users = new Map<string, JingleUser>();
let server: Ejabberd;
let first: GatewayProcesses;
let second: GatewayProcesses;
let phone: SipPhone;

beforeAll(async () => {
  server = await startEjabberd({
    host: XMPP_DOMAIN,
    accounts: Object.fromEntries(NAMES.map((name) => [name, name])),
    components: { [COMPONENT]: 's3cret' },
  });
  stops.push(server.stop);
  const [nats, redis] = [await startNats(), await startRedis()];
  stops.push(nats.stop, redis.stop);
  const [sipPort, proxyPort] = [await freePort(), await freePort()];
  const component = {
    domain: COMPONENT,
    sip_domain: SIP_DOMAIN,
    port: server.componentPort,
    secret: 's3cret',
  };
  const config = {
    xmpp: { domains: [XMPP_DOMAIN], components: [component] },
    sip: { listen_host: '127.0.0.1', listen_port: sipPort, proxy_host: '127.0.0.1', proxy_port: proxyPort },
    bus: nats.url,
    store: redis.url,
  };
  first = await startGatewayProcesses({ roles: ROLES, config });
  stops.push(first.stop);
  await first.ready(60_000);
  second = await startGatewayProcesses({ roles: ['xmpp-edge'], config });
  stops.push(second.stop);
  await second.ready(60_000);
  phone = await startSipPhone({
    port: proxyPort,
    target: { host: '127.0.0.1', port: sipPort },
    retransmitAfterMs: 500,
    timeoutMs: 30_000,
    onRequest: (request) => {
      if (request.request.method !== 'MESSAGE') return false;
      heardByPhone.push(request.request.body?.content ?? '');
      request.respond(200);
      return true;
    },
  });
  stops.push(() => phone.stop());
  for (const name of NAMES) {
    const user = await connectXmppUser({
      jid: `${name}@${XMPP_DOMAIN}`,
      password: name,
      host: '127.0.0.1',
      port: server.clientPort,
      resource: 'desk',
      timeoutMs: 20_000,
    });
    stops.push(user.close);
    await user.send(el('presence', { to: contactOf('bob') }));
    users.set(name, jingleUser(user));
  }
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const userOf = (name: string): JingleUser => {
  const user = users.get(name);
  if (user === undefined) throw new Error(`${name} is not logged in`);
  return user;
};

const texts = (name: string, from: number): string[] =>
  Array.from({ length: TEXTS }, (_, index) => `${name} ${from + index}`);

/** All users write at once, each without waiting. */
async function usersWrite(from: number): Promise<void> {
  await Promise.all(
    NAMES.flatMap((name) =>
      texts(name, from).map((id) =>
        userOf(name).user.send(el('message', { to: contactOf('bob'), type: 'chat', id }, el('body', {}, id))),
      ),
    ),
  );
}

/** The phone writes to each user, the next text when the last was taken; `midway` runs when half of them were. */
async function phoneWrites(from: number, midway = (): void => {}): Promise<void> {
  for (const [index, name] of NAMES.entries()) {
    if (index === NAMES.length / 2) midway();
    for (const text of texts(name, from)) {
      const sent = phone.message(addressOfUser(name), sipAddressOf('bob'), text);
      expect((await sent.waitFor('final')).status).toBe(202);
    }
  }
}

/** Bodies that `name` got, in order, with the ids of their stanzas. */
const heardBy = (name: string): { readonly text: string; readonly id: string | undefined }[] =>
  userOf(name).user.log.flatMap(({ sent, stanza }) => {
    const body = childOf(stanza, 'body');
    return sent || body === undefined ? [] : [{ text: textOf(body), id: stanza.attrs.id }];
  });

async function metricOf(edge: GatewayProcesses, name: string): Promise<number> {
  const text = await (await fetch(`${edge.process('xmpp-edge').adminUrl}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'gm'))];
  return values.reduce((total, [, value]) => total + Number(value), 0);
}

test('several connections - both bring in; what is sent keeps its order and is confirmed', async () => {
  await Promise.all([usersWrite(0), phoneWrites(0)]);
  const all = NAMES.flatMap((name) => texts(name, 0)).sort();
  await expect.poll(() => [...heardByPhone].sort()).toEqual(all);
  for (const name of NAMES) {
    await expect.poll(() => heardBy(name).map(({ text }) => text)).toEqual(texts(name, 0));
  }
  for (const edge of [first, second]) {
    expect(await metricOf(edge, 'stoxgate_xmpp_stanzas_received_total')).toBeGreaterThan(0);
    // What one connection sent is confirmed though the answer came by the other.
    await expect.poll(() => metricOf(edge, 'stoxgate_xmpp_spool')).toBe(0);
    expect(await metricOf(edge, 'stoxgate_xmpp_reconnects_total')).toBe(0);
  }
});

test('several connections - the edge that sends is killed: calls go on, no message is lost', async () => {
  const fromUser = await answeredByPhone(userOf('alice'), phone);
  const fromPhone = await answeredByUser(userOf('ben'), phone, { name: 'ben' });
  const others = await Promise.all(
    (['carol', 'dan'] as const).map((name) => answeredByPhone(userOf(name), phone)),
  );
  await phoneWrites(TEXTS, () => first.process('xmpp-edge').child.kill('SIGKILL'));
  for (const name of NAMES) {
    const all = [...texts(name, 0), ...texts(name, TEXTS)].sort();
    await expect.poll(() => [...new Set(heardBy(name).map(({ text }) => text))].sort()).toEqual(all);
    // One that came again is the same one.
    const ids = new Map(heardBy(name).map(({ text, id }) => [text, id]));
    expect(heardBy(name).filter(({ text, id }) => ids.get(text) !== id)).toEqual([]);
  }
  await usersWrite(TEXTS);
  const written = NAMES.flatMap((name) => [...texts(name, 0), ...texts(name, TEXTS)]).sort();
  await expect.poll(() => [...heardByPhone].sort()).toEqual(written);
  await hungUpByPhone(fromUser);
  await hungUpByUser(fromPhone);
  for (const call of others) await hungUpByUser(call);
});
