/** docs/guides/scaling.md. */
import { type JingleUser, type Prosody, phoneSdp, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addContact,
  caller,
  callsPhone,
  callsUser,
  type Ends,
  hungUpByPhone,
  messagesBothWays,
  PATIENCE_MS,
} from './both-ways.ts';
import { startExampleOrg } from './example-org.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = 'romeo@sip.example.org';
let prosody: Prosody | undefined;
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  guide = await openGuide('scaling', {
    ports: [4222, 6379, 5600, 5060, [5347, prosody.componentPort]],
    paths: ['/etc', '/var/lib/nats', '/var/lib/redis'],
    instead: {
      'systemctl restart nats-server': 'nats-server -c /etc/nats-server.conf',
      'systemctl restart redis-server': 'redis-server /etc/redis/redis.conf',
    },
  });
  await guide.follow('From one process to many', 'NATS and Redis', 'Configuration', 'Processes', 'Check');
  const target = { host: '127.0.0.1', port: guide.port(5600) };
  phone = await startSipPhone({ port: guide.port(5060), target, user: 'romeo', timeoutMs: PATIENCE_MS });
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  const [userUri, phoneUri] = ['sip:alice@example.org', 'sip:romeo@example.net'];
  ends = { user: alice, contact: CONTACT, userUri, phone, phoneUri };
  await addContact(alice, CONTACT);
});
afterAll(async () => {
  await alice?.user.close();
  await phone?.stop();
  await guide?.stop();
  await prosody?.stop();
});

test('scaling guide - a process for each role: calls and messages both ways', async () => {
  await callsPhone(ends);
  await callsUser(ends);
  await messagesBothWays(ends);
});

test('scaling guide - a translator is killed in a call, and the call ends on both sides', async () => {
  const { user } = ends;
  const sid = await user.initiate(CONTACT);
  const call = await ends.phone.nextRequest('INVITE');
  call.respond(200, { sdp: phoneSdp() });
  await user.nextJingle('session-accept', sid, PATIENCE_MS);
  guide.server('translator-1').kill('SIGKILL');
  await call.nextRequest('ACK');
  await hungUpByPhone(user, call);
});

test('scaling guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
