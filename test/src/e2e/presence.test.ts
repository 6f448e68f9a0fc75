/**
 * Presence between a real Prosody and SIP: a phone and Kamailio watch XMPP users.
 */
import { type Kamailio, type Notification, type PhoneSubscription, startKamailio } from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import { afterEach, describe, expect, test } from 'vitest';
import { contactOf, MODES, SIP_DOMAIN, settle, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const ALICE = `sip:alice@${XMPP_DOMAIN}`;
const ROMEO = `sip:romeo@${SIP_DOMAIN}`;
const PATIENCE_MS = 20_000;
const CONFIG = { presence: { mode: 'sip', notify_interval: 1, min_expires: 1 } };

/** Notifications until one passes. */
async function notifiedOf(
  subscription: PhoneSubscription,
  test: (notification: Notification) => boolean,
): Promise<Notification> {
  const seen: string[] = [];
  for (;;) {
    const one = await subscription.notified(PATIENCE_MS).catch((cause: unknown) => {
      throw new Error(`none that is wanted among ${JSON.stringify(seen)}`, { cause });
    });
    if (test(one)) return one;
    seen.push(`${one.state} ${one.params.reason ?? ''} ${one.body}`);
  }
}

const says =
  (...parts: readonly string[]) =>
  ({ body }: Notification): boolean =>
    parts.every((part) => body.includes(part));
const isState = (state: string, reason?: string) => (one: Notification) =>
  one.state === state && one.params.reason === reason;

describe.each(MODES)('presence to SIP, %s', (mode) => {
  let world: World | undefined;
  let kamailio: Kamailio | undefined;
  afterEach(async () => {
    await kamailio?.stop();
    await world?.stop();
    [world, kamailio] = [undefined, undefined];
  });

  test('presence - a phone asks to watch, is let, sees what the user shows on two devices, and leaves', async () => {
    world = await startWorld(mode, { accounts: ['alice'], config: CONFIG });
    const alice = await world.login('alice');
    const phone = await world.phone();
    const subscription = phone.subscribe(ALICE, ROMEO, { expires: 600 });
    const answer = await subscription.subscribe.waitFor('2xx', PATIENCE_MS);
    expect(answer.headers.expires).toEqual(['600']);
    expect(await subscription.notified(PATIENCE_MS)).toMatchObject({ state: 'pending', body: '' });
    const asked = await alice.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
    expect(asked.attrs.from).toBe(contactOf('romeo'));
    await alice.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
    await notifiedOf(subscription, isState('active'));
    await alice.send(el('presence', {}, el('show', {}, 'away'), el('status', {}, 'Soon')));
    const away = await notifiedOf(subscription, says('away', 'Soon'));
    expect(away.body).toContain('entity="pres:alice@xmpp.test"');
    const other = await world.login('alice', { resource: 'phone' });
    await notifiedOf(subscription, says('id="ID-desk"', 'id="ID-phone"'));
    await other.close();
    await notifiedOf(subscription, says('id="ID-phone"', 'closed'));
    await alice.send(el('presence', {}, el('show', {}, 'dnd')));
    const alone = await notifiedOf(subscription, says('dnd'));
    expect(alone.body).not.toContain('ID-phone');
    await subscription.refresh(0).waitFor('2xx', PATIENCE_MS);
    const last = await notifiedOf(subscription, isState('terminated', 'timeout'));
    expect(last.body).toContain('<basic>closed</basic>');
    await alice.next(
      ({ attrs }) => attrs.type === 'unavailable' && attrs.from === contactOf('romeo'),
      PATIENCE_MS,
    );
    expect((await subscription.refresh(600).waitFor('final', PATIENCE_MS)).status).toBe(481);
  });

  test('presence - who was let is active at once the next time; who is let no more hears so', async () => {
    world = await startWorld(mode, { accounts: ['alice'], config: CONFIG });
    const alice = await world.login('alice');
    const phone = await world.phone();
    const first = phone.subscribe(ALICE, ROMEO, { expires: 600 });
    await alice.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
    await alice.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
    await notifiedOf(first, says('ID-desk', 'open'));
    const fetch = phone.subscribe(ALICE, ROMEO, { expires: 0 });
    const fetched = await fetch.notified(PATIENCE_MS);
    expect(fetched).toMatchObject({ state: 'terminated', params: { reason: 'timeout' } });
    expect(fetched.body).toContain('ID-desk');
    await first.refresh(0).waitFor('2xx', PATIENCE_MS);
    await notifiedOf(first, isState('terminated', 'timeout'));
    const second = phone.subscribe(ALICE, ROMEO, { expires: 2 });
    expect(await second.notified(PATIENCE_MS)).toMatchObject({ state: 'active' });
    await notifiedOf(second, says('ID-desk', 'open'));
    // Nobody refreshes it.
    await notifiedOf(second, isState('terminated', 'timeout'));
    const third = phone.subscribe(ALICE, ROMEO, { expires: 600 });
    await notifiedOf(third, says('ID-desk', 'open'));
    await alice.send(el('presence', { type: 'unsubscribed', to: contactOf('romeo') }));
    await notifiedOf(third, isState('terminated', 'rejected'));
  });

  // On memory it would take its watchers with it.
  test.runIf(mode === 'roles')(
    'presence - the gateway ends in the middle: the next one tells its watchers what is new',
    async () => {
      world = await startWorld(mode, { accounts: ['alice'], config: CONFIG });
      const alice = await world.login('alice');
      const phone = await world.phone();
      const subscription = phone.subscribe(ALICE, ROMEO, { expires: 600 });
      await alice.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
      await alice.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
      const before = await notifiedOf(subscription, says('ID-desk', 'open'));
      const restarted = world.gateway.restart();
      await alice.send(el('presence', {}, el('show', {}, 'xa')));
      await restarted;
      await world.gateway.ready();
      const after = await notifiedOf(subscription, says('xa'));
      expect(after.request.cseq.number).toBeGreaterThan(before.request.cseq.number);
      await subscription.refresh(600).waitFor('2xx', PATIENCE_MS);
      await notifiedOf(subscription, says('xa'));
    },
  );

  test('presence - another event, another format and a domain that nobody serves are refused', async () => {
    world = await startWorld(mode, { accounts: ['alice'], config: CONFIG });
    const phone = await world.phone();
    const statusOf = async (...[from, options]: [string, object]): Promise<number> =>
      (await phone.subscribe(ALICE, from, options).subscribe.waitFor('final', PATIENCE_MS)).status;
    expect(await statusOf(ROMEO, { event: 'presence.winfo' })).toBe(489);
    expect(await statusOf(ROMEO, { headers: { accept: ['application/xpidf+xml'] } })).toBe(406);
    expect(await statusOf('sip:eve@evil.example', {})).toBe(403);
  });

  test('presence - Kamailio between them stays in the dialog, both ways', async () => {
    world = await startWorld(mode, { accounts: ['alice'], config: CONFIG });
    kamailio = await startKamailio({
      domain: SIP_DOMAIN,
      routes: { [XMPP_DOMAIN]: world.sipPort },
      port: world.proxyPort,
    });
    const alice = await world.login('alice');
    const phone = await world.phone({ port: 0, target: kamailio });
    const subscription = phone.subscribe(ALICE, ROMEO, { expires: 600 });
    await alice.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
    await alice.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
    const told = await notifiedOf(subscription, says('ID-desk', 'open'));
    expect(told.request.vias).toHaveLength(2);
    await subscription.refresh(300).waitFor('2xx', PATIENCE_MS);
    await notifiedOf(subscription, (one) => one.params.expires === '300');
    await settle(alice);
    await subscription.refresh(0).waitFor('2xx', PATIENCE_MS);
    await notifiedOf(subscription, isState('terminated', 'timeout'));
  });
});
