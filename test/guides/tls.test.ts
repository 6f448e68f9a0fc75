/** docs/guides/tls.md. */
import { type JingleUser, type Prosody, type SipPhone, startSipPhone } from '@stoxgate/testkit';
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
import { startExampleOrg } from './example-org.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = 'romeo@sip.example.org';
const CONFIG = '/etc/kamailio/kamailio.cfg';
let prosody: Prosody | undefined;
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  guide = await openGuide('tls', {
    ports: [5060, 5061, 5348, 5349, 5600, 8080, [5347, prosody.componentPort]],
    addresses: { '192.0.2.10': '127.0.0.10', '192.0.2.20': '127.0.0.20', '192.0.2.30': '127.0.0.30' },
    paths: ['/etc/kamailio', '/etc/stunnel'],
    instead: {
      'systemctl restart kamailio': `kamailio -f ${CONFIG} -DD -E -m 64 -M 8 -Y . -w .`,
      'systemctl restart stunnel@xmpp': 'stunnel4 /etc/stunnel/xmpp.conf',
      'systemctl restart stunnel@gateway': 'stunnel4 /etc/stunnel/gateway.conf',
    },
  });
  await guide.follow('TLS on both sides', 'Certificates', 'Kamailio', 'Tunnel to the XMPP server');
  await guide.follow('The gateway', 'Check');
  const target = { host: '127.0.0.10', port: guide.port(5060) };
  phone = await startSipPhone({ target, user: 'romeo', timeoutMs: PATIENCE_MS });
  const romeo = 'sip:romeo@example.net';
  const registration = {
    to: romeo,
    from: romeo,
    requestUri: 'sip:example.net',
    headers: { expires: ['600'] },
  };
  await phone.request('REGISTER', registration).waitFor('2xx', PATIENCE_MS);
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  ends = { user: alice, contact: CONTACT, userUri: 'sip:alice@example.org', phone, phoneUri: romeo };
  await addContact(alice, CONTACT);
});
afterAll(async () => {
  await alice?.user.close();
  await phone?.stop();
  await guide?.stop();
  await prosody?.stop();
});

test('tls guide - calls and messages both ways, by TLS alone', async () => {
  const invite = await callsPhone(ends);
  expect(invite.vias.at(-1)).toMatch(/^SIP\/2.0\/TLS /);
  await callsUser(ends);
  await messagesBothWays(ends);
  expect(guide.server('tunnel-gateway').output()).toContain('Certificate accepted');
});

test('tls guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
