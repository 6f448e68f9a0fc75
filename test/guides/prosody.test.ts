/** docs/guides/prosody.md. */
import { type JingleUser, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { childOf, childrenOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addContact, caller, callsPhone, callsUser, type Ends, messagesBothWays } from './both-ways.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = 'romeo@sip.example.org';
const CONFIG = '/etc/prosody/prosody.cfg.lua';
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;

showOnFailure(() => guide.output());
beforeAll(async () => {
  guide = await openGuide('prosody', {
    ports: [5222, 5280, 5347, 5600, 5060, 8080],
    paths: ['/etc/prosody', '/var/lib/prosody', '/run/prosody'],
    instead: {
      'systemctl restart prosody': `prosody -F --config ${CONFIG}`,
      'prosodyctl register': `prosodyctl --config ${CONFIG} register`,
    },
    first: { [CONFIG]: 'run_as_root = true\n' },
  });
  await guide.follow('Prosody', 'Files', 'Start');
  const target = { host: '127.0.0.1', port: guide.port(5600) };
  phone = await startSipPhone({ port: guide.port(5060), target, user: 'romeo' });
  alice = await caller('alice@example.org', 'wonderland', guide.port(5222));
  ends = {
    user: alice,
    contact: CONTACT,
    userUri: 'sip:alice@example.org',
    phone,
    phoneUri: 'sip:romeo@example.net',
  };
});
afterAll(async () => {
  await alice?.user.close();
  await phone?.stop();
  await guide?.stop();
});

test('prosody guide - a component that clients find, a contact, calls and messages both ways', async () => {
  await guide.follow('Check');
  const items = await ends.user.user.iq(
    el(
      'iq',
      { type: 'get', to: 'example.org' },
      el('query', { xmlns: 'http://jabber.org/protocol/disco#items' }),
    ),
  );
  const query = childOf(items, 'query');
  expect(query && childrenOf(query, 'item').map(({ attrs }) => attrs.jid)).toEqual(['sip.example.org']);
  await addContact(ends.user, CONTACT);
  await callsPhone(ends);
  await callsUser(ends);
  await messagesBothWays(ends);
});

test('prosody guide - clients are told of the TURN server, by their server and by the gateway', async () => {
  for (const to of ['example.org', 'sip.example.org']) {
    const services = el('services', { xmlns: 'urn:xmpp:extdisco:2' });
    const answer = childOf(await ends.user.user.iq(el('iq', { type: 'get', to }, services)), 'services');
    const turns = childrenOf(answer ?? el('none'), 'service').filter(({ attrs }) => attrs.type === 'turn');
    expect(turns[0]?.attrs).toMatchObject({ host: 'turn.example.org', password: expect.any(String) });
  }
});

test('prosody guide - a phone is shown as its owner', async () => {
  const shown = await ends.user.user.next(
    (stanza) => stanza.attrs.from === 'alice@example.org/SIP-phone' && childOf(stanza, 'show') !== undefined,
    20_000,
  );
  expect(textOf(childOf(shown, 'show') ?? el('none'))).toBe('dnd');
});

test('prosody guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
