/** docs/guides/trunk.md. The provider is Kamailio, which wants a password for whatever is from its domain. */
import {
  type JingleUser,
  type Kamailio,
  type Prosody,
  type SipPhone,
  startKamailio,
  startSipPhone,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addContact,
  caller,
  callsPhone,
  callsUser,
  type Ends,
  messagesBothWays,
  PATIENCE_MS,
} from './both-ways.ts';
import { register } from './digest-phone.ts';
import { startExampleOrg } from './example-org.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const TRUNK = 'trunk.example.net';
const PASSWORD = 'open sesame';
const NUMBER = `sip:+4930123456@${TRUNK}`;
const TELEPHONE = '+4930222333';
let prosody: Prosody | undefined;
let provider: Kamailio | undefined;
let guide: Guide;
let alice: JingleUser | undefined;
let telephone: SipPhone | undefined;
let ends: Ends;

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  provider = await startKamailio({ domain: TRUNK, routes: {}, password: PASSWORD });
  guide = await openGuide('trunk', {
    ports: [5600, 8080, [5060, provider.port], [5347, prosody.componentPort]],
    addresses: { '192.0.2.20': '127.0.0.1' },
    // Its name is in no DNS.
    instead: { 'proxy_host: trunk.example.net': 'proxy_host: 127.0.0.1' },
  });
  await guide.follow('A SIP trunk', 'Configuration', 'Start', 'Check');
  telephone = await startSipPhone({ target: provider, user: TELEPHONE, timeoutMs: PATIENCE_MS });
  const account = { username: TELEPHONE, password: PASSWORD, domain: TRUNK };
  const authorization = await register(telephone, account);
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  ends = {
    user: alice,
    contact: `${TELEPHONE}@sip.example.org`,
    userUri: NUMBER,
    phone: telephone,
    phoneUri: `sip:${TELEPHONE}@${TRUNK}`,
    authorization: (method, uri) => ({
      'proxy-authorization': authorization(method, uri).authorization ?? [],
    }),
  };
});
afterAll(async () => {
  await alice?.user.close();
  await telephone?.stop();
  await guide?.stop();
  await provider?.stop();
  await prosody?.stop();
});

test.each(['030222333', '0049-30-222333', '222333'])(
  'trunk guide - %s is a telephone, which shows the number of who calls',
  async (dialled) => {
    const { from } = await callsPhone({ ...ends, contact: `${dialled}@sip.example.org` });
    expect(from.uri.split(';')[0]).toBe(NUMBER);
  },
);

test('trunk guide - the telephone calls the number, messages go both ways, and what costs too much is refused', async () => {
  await addContact(ends.user, ends.contact);
  await callsUser(ends);
  await messagesBothWays(ends);
  await expect(ends.user.initiate('0900-1234@sip.example.org')).rejects.toThrow(/forbidden/);
});

test('trunk guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
