/**
 * SIP users as contacts that clients can call: presence with capabilities, before and after the gateway or the XMPP server
 * was away.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { XmppUser } from '@stoxgate/testkit';
import { capsVer, childOf, type DiscoInfo, el, NS, readDiscoInfo } from '@stoxgate/wire-xmpp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { COMPONENT, contactOf, MODES, settle, startWorld, type World } from './world.ts';

const NUMBER = contactOf('+15551234');
const FULL = `${NUMBER}/sip`;
const PATIENCE_MS = 20_000;

const isShownAs =
  (fullJid: string) =>
  ({ name, attrs }: XmlElement): boolean =>
    name === 'presence' && attrs.type === undefined && attrs.from === fullJid;
const isShown = isShownAs(FULL);

const ROSTER = 'jabber:iq:roster';
const isInRoster =
  (subscription: string) =>
  (stanza: XmlElement): boolean => {
    const query = childOf(stanza, 'query', ROSTER);
    const item = query && childOf(query, 'item');
    return item?.attrs.jid === NUMBER && item.attrs.subscription === subscription;
  };

/** Adds the number as a client does, and lets it see presence when it asks back. */
async function add(user: XmppUser): Promise<XmlElement> {
  await user.iq(el('iq', { type: 'get' }, el('query', { xmlns: ROSTER })));
  await user.send(el('presence', { type: 'subscribe', to: NUMBER }));
  const presence = await user.next(isShown, PATIENCE_MS);
  await user.next(isInRoster('both'), PATIENCE_MS);
  await settle(user);
  return presence;
}

/** What the capabilities of a presence stand for, checked against their hash. */
async function infoOf(user: XmppUser, presence: XmlElement, to: string): Promise<DiscoInfo> {
  const { node = '', ver = '' } = childOf(presence, 'c', NS.CAPS)?.attrs ?? {};
  const query = el('query', { xmlns: NS.DISCO_INFO, node: `${node}#${ver}` });
  const answer = await user.iq(el('iq', { type: 'get', to }, query));
  const info = readDiscoInfo(childOf(answer, 'query', NS.DISCO_INFO) ?? el('query'));
  expect(capsVer(info)).toBe(ver);
  return info;
}

const typesOf = ({ identities }: DiscoInfo): readonly string[] =>
  identities.map(({ category, type }) => `${category}/${type}`);

describe.each(MODES)('contacts, %s', (mode) => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  test('contacts - a number that is added lets, shows itself with capabilities that are true, and answers probes', async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    const alice = await world.login('alice');
    const presence = await add(alice);
    for (const to of [FULL, NUMBER]) {
      const info = await infoOf(alice, presence, to);
      expect(typesOf(info)).toEqual(['client/phone']);
      expect(info.features).toEqual(
        expect.arrayContaining([NS.JINGLE, NS.JINGLE_RTP_AUDIO, NS.JINGLE_ICE_UDP, NS.JINGLE_MESSAGE]),
      );
    }
    await alice.close();
    const again = await world.login('alice', { resource: 'other' });
    expect(childOf(await again.next(isShown), 'c', NS.CAPS)).toEqual(childOf(presence, 'c', NS.CAPS));
  });

  test('contacts - the component can be added too: a dialler learns that it calls numbers, and their contacts', async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    const alice = await world.login('alice');
    await alice.send(el('presence', { type: 'subscribe', to: COMPONENT }));
    const presence = await alice.next(isShownAs(`${COMPONENT}/sip`), PATIENCE_MS);
    const info = await infoOf(alice, presence, COMPONENT);
    expect(typesOf(info)).toEqual(['gateway/sip', 'gateway/pstn']);
    const typed = el('query', { xmlns: NS.GATEWAY }, el('prompt', {}, '+1 555 1234'));
    const answer = await alice.iq(el('iq', { type: 'set', to: COMPONENT }, typed));
    expect(childOf(childOf(answer, 'query', NS.GATEWAY) ?? answer, 'jid')?.children).toEqual([NUMBER]);
  });

  test('contacts - when the XMPP server was away they are shown again', async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    await add(await world.login('alice'));
    await world.prosody.restart();
    const alice = await world.login('alice', { resource: 'again' });
    await alice.next(isShown, PATIENCE_MS);
    const { gateway } = world;
    await vi.waitFor(() => expect(gateway.output()).toContain('contacts announced'), PATIENCE_MS);
  });

  test('contacts - when the gateway was away they are shown again', async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    const alice = await world.login('alice');
    const before = childOf(await add(alice), 'c', NS.CAPS);
    const seen = alice.log.length;
    await world.gateway.restart();
    await world.gateway.ready();
    // A store of one process ends with it: there her server has to ask.
    const user = mode === 'roles' ? alice : await world.login('alice', { resource: 'again' });
    const since = user === alice ? seen : 0;
    const shown = await vi.waitFor(() => {
      const found = user.log.slice(since).find(({ stanza }) => isShown(stanza));
      if (found === undefined) throw new Error(`not shown again:\n${world?.gateway.output().slice(-3000)}`);
      return found.stanza;
    }, PATIENCE_MS);
    expect(childOf(shown, 'c', NS.CAPS)).toEqual(before);
  });
});
