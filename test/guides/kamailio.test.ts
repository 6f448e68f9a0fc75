/** docs/guides/kamailio.md. */
import {
  type JingleUser,
  type Prosody,
  phoneSdp,
  type SipPhone,
  startNats,
  startRedis,
  startSipPhone,
  type TestServer,
} from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
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
const ROMEO = 'sip:romeo@example.net';
const ALICE = 'sip:alice@example.org';
const CONFIG = '/etc/kamailio/kamailio.cfg';
let prosody: Prosody | undefined;
let shared: TestServer[] = [];
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  const [nats, redis] = await Promise.all([startNats(), startRedis()]);
  shared = [nats, redis];
  guide = await openGuide('kamailio', {
    ports: [5060, 5600, [5347, prosody.componentPort], [4222, nats.port], [6379, redis.port]],
    addresses: {
      '192.0.2.10': '127.0.0.10',
      '192.0.2.21': '127.0.0.21',
      '192.0.2.22': '127.0.0.22',
      '192.0.2.30': '127.0.0.1',
    },
    paths: ['/etc/kamailio', '/run/kamailio', '/var/lib/kamailio'],
    instead: {
      'systemctl restart kamailio': `kamailio -f ${CONFIG} -DD -E -m 64 -M 8 -Y /run/kamailio -w /run/kamailio`,
    },
  });
  await guide.follow('Kamailio', 'The SIP server', 'The gateway');
  const target = { host: '127.0.0.10', port: guide.port(5060) };
  phone = await startSipPhone({ target, user: 'romeo', timeoutMs: PATIENCE_MS, retransmitAfterMs: 500 });
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  ends = { user: alice, contact: CONTACT, userUri: ALICE, phone, phoneUri: ROMEO };
});
afterAll(async () => {
  await alice?.user.close();
  await phone?.stop();
  await guide?.stop();
  for (const server of shared) await server.stop();
  await prosody?.stop();
});

test('kamailio guide - probed edges, a phone that registers is available, calls and messages both ways', async () => {
  await guide.follow('Check');
  await alice?.user.send(el('presence', { type: 'subscribe', to: CONTACT }));
  const registration = {
    to: ROMEO,
    from: ROMEO,
    requestUri: 'sip:example.net',
    headers: { expires: ['600'] },
  };
  await phone?.request('REGISTER', registration).waitFor('2xx', PATIENCE_MS);
  await alice?.user.next(
    ({ name, attrs }) =>
      name === 'presence' && attrs.type === undefined && attrs.from?.startsWith(CONTACT) === true,
    PATIENCE_MS,
  );
  await callsPhone(ends);
  await callsUser(ends);
  await messagesBothWays(ends);
});

test('kamailio guide - an edge is killed in a call: it goes on, and new ones come by the other', async () => {
  const { user } = ends;
  const call = ends.phone.invite({ to: ALICE, from: ROMEO, sdp: phoneSdp() });
  const initiate = await user.nextJingle('session-initiate', undefined, PATIENCE_MS);
  await user.accept(initiate);
  await call.waitFor(200, PATIENCE_MS);
  call.ack();
  const busy = await user.user.next(
    (stanza) => stanza.attrs.from?.startsWith(CONTACT) === true && childOf(stanza, 'show') !== undefined,
    PATIENCE_MS,
  );
  expect(textOf(childOf(busy, 'status') ?? el('none'))).toBe('On the phone');
  guide.server('edge-1').kill('SIGKILL');
  await hungUpByPhone(user, call);
  await callsUser(ends);
  await guide.follow('One edge is gone');
});

test('kamailio guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
