/**
 * What the guides to XMPP servers promise, each with the same gateway: a component that clients find, a contact, calls and
 * messages both ways, TURN servers told, a phone shown as its owner.
 */
import { type JingleUser, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { childOf, childrenOf, el, textOf } from '@stoxgate/wire-xmpp';
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
import { type Guide, type GuideOptions, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = 'romeo@sip.example.org';
const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

/** Tests `docs/guides/NAME.md`, whose page is headed `heading`. */
export function testXmppServerGuide(name: string, heading: string, options: GuideOptions): void {
  let guide: Guide;
  let alice: JingleUser | undefined;
  let phone: SipPhone | undefined;
  let ends: Ends;

  showOnFailure(() => guide.output());
  beforeAll(async () => {
    guide = await openGuide(name, { ports: [5222, 5280, 5347, 5600, 5060, 8080], ...options });
    await guide.follow(heading, 'Files', 'Start', 'Check');
    const target = { host: '127.0.0.1', port: guide.port(5600) };
    phone = await startSipPhone({ port: guide.port(5060), target, user: 'romeo', timeoutMs: PATIENCE_MS });
    alice = await caller('alice@example.org', 'wonderland', guide.port(5222));
    const [userUri, phoneUri] = ['sip:alice@example.org', 'sip:romeo@example.net'];
    ends = { user: alice, contact: CONTACT, userUri, phone, phoneUri };
  });
  afterAll(async () => {
    await alice?.user.close();
    await phone?.stop();
    await guide?.stop();
  });

  test(`${name} guide - a component that clients find, a contact, calls and messages both ways`, async () => {
    const query = el('query', { xmlns: DISCO_ITEMS });
    const items = await ends.user.user.iq(el('iq', { type: 'get', to: 'example.org' }, query), PATIENCE_MS);
    const listed = childrenOf(childOf(items, 'query') ?? el('none'), 'item').map(({ attrs }) => attrs.jid);
    expect(listed).toEqual(['sip.example.org']);
    await addContact(ends.user, CONTACT);
    await callsPhone(ends);
    await callsUser(ends);
    await messagesBothWays(ends);
  });

  test(`${name} guide - clients are told of the TURN server, by their server and by the gateway`, async () => {
    for (const to of ['example.org', 'sip.example.org']) {
      const services = el('services', { xmlns: 'urn:xmpp:extdisco:2' });
      const answer = await ends.user.user.iq(el('iq', { type: 'get', to }, services), PATIENCE_MS);
      const told = childrenOf(childOf(answer, 'services') ?? el('none'), 'service');
      expect(told.find(({ attrs }) => attrs.type === 'turn')?.attrs).toMatchObject({
        host: 'turn.example.org',
        password: expect.any(String),
      });
    }
  });

  test(`${name} guide - a phone is shown as its owner`, async () => {
    const isBusyPhone = (stanza: Ends['user']['user']['log'][number]['stanza']): boolean =>
      stanza.attrs.from === 'alice@example.org/SIP-phone' && childOf(stanza, 'show') !== undefined;
    const shown = await ends.user.user.next(isBusyPhone, PATIENCE_MS);
    expect(textOf(childOf(shown, 'show') ?? el('none'))).toBe('dnd');
  });

  test(`${name} guide - nothing of it is left out`, () => {
    expect(guide.notDone()).toEqual([]);
  });
}
