/**
 * Calls over TLS end to end: an XMPP client at a real Prosody, a SIP phone that is the gateway's proxy, certificates
 * checked both ways.
 */
import {
  certificateFile,
  LOCALHOST,
  PROXY,
  STRANGER,
  TEST_CA,
  type TestIdentity,
} from '@stoxgate/sip-stack/testing';
import {
  freePort,
  type JingleUser,
  jingleUser,
  type PhoneTls,
  reasonOf,
  type SipPhone,
  startGatewayProcesses,
  startSipPhone,
} from '@stoxgate/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { contactOf, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = `sip:bob@${SIP_DOMAIN}`;
const ALICE_SIP = `sip:alice@${XMPP_DOMAIN}`;
const FILES = {
  cert_file: certificateFile('test-localhost.cert'),
  key_file: certificateFile('test-localhost.key'),
  ca_file: certificateFile('test-ca.cert'),
};

let world: World;
let tlsPort: number;
let alice: JingleUser;
const phones: SipPhone[] = [];

beforeAll(async () => {
  tlsPort = await freePort();
  world = await startWorld('all', {
    accounts: ['alice'],
    sip: { proxy_host: 'localhost', proxy_transport: 'tls', tls: { port: tlsPort, ...FILES } },
  });
  alice = jingleUser(await world.login('alice', { contacts: [BOB] }));
});
afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.stop();
});
afterAll(() => world?.stop());

const withCa = (identity: TestIdentity): PhoneTls => ({ ...identity, ca: TEST_CA });

/** A phone where the gateway looks for its proxy. */
async function startProxy(tls: PhoneTls = withCa(LOCALHOST)): Promise<SipPhone> {
  const phone = await startSipPhone({
    port: world.proxyPort,
    target: { host: '127.0.0.1', port: tlsPort },
    user: 'bob',
    transport: 'tls',
    tls,
  });
  phones.push(phone);
  return phone;
}

test('sip over tls - XMPP to SIP: INVITE to BYE by verified TLS, with Contact and Via of TLS', async () => {
  const phone = await startProxy();
  const sid = await alice.initiate(BOB);
  const invite = await phone.nextRequest('INVITE');
  expect(invite.request.vias[0]).toContain(`SIP/2.0/TLS 127.0.0.1:${tlsPort}`);
  expect(invite.request.contacts[0]?.uri).toContain(`@127.0.0.1:${tlsPort};transport=tls`);
  invite.respond(180);
  await alice.nextJingle('session-info', sid);
  invite.respond(200, { sdp: true });
  await alice.nextJingle('session-accept', sid);
  await invite.nextRequest('ACK');
  expect((await invite.bye()).status).toBe(200);
  expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('success');
});

test('sip over tls - SIP to XMPP: a client with a certificate calls, and is hung up on', async () => {
  const phone = await startProxy();
  const call = phone.invite({ to: ALICE_SIP, from: BOB_SIP, sdp: true });
  const initiate = await alice.nextJingle('session-initiate', call.callId);
  await alice.accept(initiate);
  await call.waitFor(200);
  call.ack();
  await alice.terminate(initiate.attrs.from ?? '', call.callId, 'success');
  (await call.nextRequest('BYE')).respond(200);
});

test.each<[string, TestIdentity]>([
  ['another authority', STRANGER],
  ['another name than proxy_host', PROXY],
])(
  'sip over tls - a proxy with a certificate of %s gets nothing; the call fails',
  async (_what, identity) => {
    const phone = await startProxy(withCa(identity));
    const sid = await alice.initiate(BOB);
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('connectivity-error');
    expect(phone.log.filter(({ direction }) => direction === 'in')).toEqual([]);
  },
);

test('sip over tls - a client with a certificate of another authority gets nothing', async () => {
  const phone = await startProxy(withCa(STRANGER));
  const sent = phone.request('OPTIONS', { to: ALICE_SIP, from: BOB_SIP });
  await expect(sent.waitFor('final', 700)).rejects.toThrow(/no final/);
});

test('sip over tls - the gateway is who it says: a phone that looks for another name hangs up', async () => {
  const phone = await startProxy({ ...withCa(LOCALHOST), serverName: 'other.test' });
  const sent = phone.request('OPTIONS', { to: ALICE_SIP, from: BOB_SIP });
  await expect(sent.waitFor('final', 700)).rejects.toThrow(/altname|does not match/i);
});

test('sip over tls - a key that is not the certificate’s: a sentence, and exit code 2', async () => {
  const gateway = await startGatewayProcesses({
    roles: ['all'],
    config: {
      xmpp: { domains: [XMPP_DOMAIN], components: [{ domain: 'sip.x.test', secret: 's' }] },
      sip: { tls: { ...FILES, key_file: certificateFile('test-proxy.key') } },
    },
  });
  const { child } = gateway.process('all');
  expect(await child.exited(10_000)).toBe(2);
  expect(gateway.output()).toContain('the key is not that of the certificate in cert_file.');
  await gateway.stop();
});
