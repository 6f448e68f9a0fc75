/** docs/guides/media-relay.md. That both ends hear each other through rtpengine is for the tests with sound. */
import {
  contentsOf,
  type JingleUser,
  type Prosody,
  phoneSdp,
  type SipPhone,
  startSipPhone,
} from '@stoxgate/testkit';
import { childOf, childrenOf, el } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addContact, caller, callsPhone, type Ends, PATIENCE_MS } from './both-ways.ts';
import { startExampleOrg } from './example-org.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = 'romeo@sip.example.org';
const RELAY = '127.0.0.20';
let prosody: Prosody | undefined;
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  guide = await openGuide('media-relay', {
    ports: [5060, 5600, 8080, 22222, [5347, prosody.componentPort]],
    addresses: { '192.0.2.20': RELAY },
    paths: ['/etc/rtpengine'],
    instead: {
      'systemctl restart rtpengine-daemon':
        'rtpengine --config-file=/etc/rtpengine/rtpengine.conf --foreground --log-stderr --pidfile=rtpengine.pid',
    },
  });
  await guide.follow('Media through rtpengine', 'Files', 'Start', 'Check');
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

test('media relay guide - a phone is offered plain RTP at the relay', async () => {
  const { body } = await callsPhone(ends);
  expect(body?.content).toContain(`c=IN IP4 ${RELAY}`);
  expect(body?.content).toMatch(/^m=audio 3\d{4} RTP\/AVP /m);
});

test('media relay guide - a client is offered ICE and DTLS-SRTP at the relay', async () => {
  const call = phone?.invite({ to: ends.userUri, from: ends.phoneUri, sdp: phoneSdp() });
  const initiate = await ends.user.nextJingle('session-initiate', undefined, PATIENCE_MS);
  const [content = el('none')] = contentsOf(initiate);
  const transport = childOf(content, 'transport') ?? el('none');
  expect(transport.attrs.xmlns).toBe('urn:xmpp:jingle:transports:ice-udp:1');
  expect(childOf(transport, 'fingerprint')?.attrs.xmlns).toBe('urn:xmpp:jingle:apps:dtls:0');
  expect(childrenOf(transport, 'candidate').map(({ attrs }) => attrs.ip)).toContain(RELAY);
  await call?.cancel();
  await call?.waitFor(487);
});

test('media relay guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
