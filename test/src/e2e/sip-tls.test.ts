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
  type PhoneTls,
  reasonOf,
  type SipPhone,
  startGatewayProcesses,
} from '@stoxgate/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  addressOfUser,
  answeredByPhone,
  answeredByUser,
  hungUpByPhone,
  hungUpByUser,
  sipAddressOf,
} from './call-up.ts';
import { contactOf, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = sipAddressOf('bob');
const ALICE_SIP = addressOfUser('alice');
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
  alice = await world.caller('alice', { contacts: [BOB] });
});
afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.stop();
});
afterAll(() => world?.stop());

const withCa = (identity: TestIdentity): PhoneTls => ({ ...identity, ca: TEST_CA });

/** A phone where the gateway looks for its proxy. */
async function startProxy(tls: PhoneTls = withCa(LOCALHOST)): Promise<SipPhone> {
  const target = { host: '127.0.0.1', port: tlsPort };
  const phone = await world.phone({ target, user: 'bob', transport: 'tls', tls });
  phones.push(phone);
  return phone;
}

test('sip over tls - XMPP to SIP: INVITE to BYE by verified TLS, with Contact and Via of TLS', async () => {
  const phone = await startProxy();
  const up = await answeredByPhone(alice, phone);
  expect(up.call.request.vias[0]).toContain(`SIP/2.0/TLS 127.0.0.1:${tlsPort}`);
  expect(up.call.request.contacts[0]?.uri).toContain(`@127.0.0.1:${tlsPort};transport=tls`);
  await hungUpByPhone(up);
});

test('sip over tls - SIP to XMPP: a client with a certificate calls, and is hung up on', async () => {
  await hungUpByUser(await answeredByUser(alice, await startProxy()));
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
