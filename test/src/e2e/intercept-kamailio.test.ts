/**
 * A call between two users of one domain with Kamailio as the proxy that controls it: it sends the INVITE back with its
 * Call-ID, so both sessions have one sid, and stays in the dialog.
 */
import { candidatesOf, freePort, jingleOf, type Kamailio, reasonOf, startKamailio } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const ALICE = `alice@${XMPP_DOMAIN}`;
const BOB = `bob@${XMPP_DOMAIN}`;
let world: World;
let kamailio: Kamailio;

beforeAll(async () => {
  const port = await freePort();
  world = await startWorld('all', {
    accounts: ['alice', 'bob'],
    intercept: {},
    sip: { proxy_port: port },
  });
  kamailio = await startKamailio({ domain: SIP_DOMAIN, routes: { [XMPP_DOMAIN]: world.sipPort }, port });
});
afterAll(async () => {
  await kamailio?.stop();
  await world?.stop();
});

test('intercept - by Kamailio: bob rings as called by the device of alice, and each hangs up once, or is gone', async () => {
  const alice = await world.caller('alice', { resource: 'phone' });
  const bob = await world.caller('bob', { resource: 'desk', mediaPort: 45_100 });
  for (const who of ['caller', 'callee']) {
    const sid = await alice.initiate(BOB);
    const initiate = await bob.nextJingle('session-initiate', sid);
    expect([initiate.attrs.from, jingleOf(initiate).attrs.initiator]).toEqual([
      `${ALICE}/phone`,
      `${ALICE}/phone`,
    ]);
    await alice.nextJingle('session-info', sid);
    await bob.accept(initiate);
    const accept = await alice.nextJingle('session-accept', sid);
    expect([accept.attrs.from, jingleOf(accept).attrs.responder]).toEqual([BOB, `${BOB}/desk`]);
    expect(candidatesOf(accept)[0]?.[0]?.attrs).toMatchObject({ port: '45100' });
    const [one, other] = who === 'caller' ? [alice, bob] : [bob, alice];
    await one.terminate(who === 'caller' ? BOB : `${ALICE}/phone`, sid, 'success');
    expect(reasonOf(await other.nextJingle('session-terminate', sid))).toBe('success');
  }
  // Who is not there any more has hung up: the server says so of whom it has shown.
  const sid = await alice.initiate(BOB);
  await bob.accept(await bob.nextJingle('session-initiate', sid));
  await alice.nextJingle('session-accept', sid);
  await alice.user.close();
  await bob.nextJingle('session-terminate', sid, 20_000);
  await bob.user.close();
});
