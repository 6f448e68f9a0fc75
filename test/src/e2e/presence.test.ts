/**
 * Presence between a real Prosody and SIP: a phone and Kamailio watch XMPP users.
 */
import type { SipHeaders } from '@stoxgate/contracts';
import {
  freePort,
  type Kamailio,
  type Notification,
  type PhoneSubscription,
  type SipPhone,
  startKamailio,
  startSipp,
} from '@stoxgate/testkit';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { publisherScenario, watcherScenario } from './sipp-presence.ts';
import { contactOf, MODES, SIP_DOMAIN, settle, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const userOf = (name: string): string => `sip:${name}@${XMPP_DOMAIN}`;
const [ALICE, BOB, CAROL] = [userOf('alice'), userOf('bob'), userOf('carol')];
const ROMEO = `sip:romeo@${SIP_DOMAIN}`;
const MERCUTIO = `sip:mercutio@${SIP_DOMAIN}`;
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

const DIALOG_INFO = 'application/dialog-info+xml';
const pidfOf = (basic: string): string =>
  `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@${SIP_DOMAIN}'><tuple id='ID-desk'><status><basic>${basic}</basic></status></tuple></presence>`;
const dialogInfoOf = (state: string): string =>
  `<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='0' state='full' entity='${ROMEO}'><dialog id='d'><state>${state}</state></dialog></dialog-info>`;

/** Publishes, and returns the entity-tag. */
async function published(
  phone: SipPhone,
  contentType: string,
  content?: string,
  headers: SipHeaders = {},
): Promise<string> {
  const event = contentType === DIALOG_INFO ? 'dialog' : 'presence';
  const sent = phone.request('PUBLISH', {
    to: ROMEO,
    from: ROMEO,
    headers: { event: [event], expires: ['600'], ...headers },
    ...(content === undefined ? {} : { body: { contentType, content, encoding: 'utf8' } }),
  });
  const answer = await sent.waitFor('2xx', PATIENCE_MS);
  return answer.headers['sip-etag']?.[0] ?? '';
}

describe.each(MODES)('presence to SIP, %s', (mode) => {
  let world: World;
  let kamailio: Kamailio | undefined;
  beforeAll(async () => {
    world = await startWorld(mode, {
      accounts: ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'],
      config: CONFIG,
    });
  });
  afterAll(() => world?.stop());
  afterEach(async () => {
    await kamailio?.stop();
    kamailio = undefined;
  });

  test('presence - a phone asks to watch, is let, sees what the user shows on two devices, and leaves', async () => {
    const alice = await world.login('alice');
    await using phone = await world.phone();
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
    const bob = await world.login('bob');
    await using phone = await world.phone();
    const first = phone.subscribe(BOB, ROMEO, { expires: 600 });
    await bob.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
    await bob.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
    await notifiedOf(first, says('ID-desk', 'open'));
    const fetch = phone.subscribe(BOB, ROMEO, { expires: 0 });
    const fetched = await fetch.notified(PATIENCE_MS);
    expect(fetched).toMatchObject({ state: 'terminated', params: { reason: 'timeout' } });
    expect(fetched.body).toContain('ID-desk');
    await first.refresh(0).waitFor('2xx', PATIENCE_MS);
    await notifiedOf(first, isState('terminated', 'timeout'));
    const second = phone.subscribe(BOB, ROMEO, { expires: 2 });
    expect(await second.notified(PATIENCE_MS)).toMatchObject({ state: 'active' });
    await notifiedOf(second, says('ID-desk', 'open'));
    // Nobody refreshes it.
    await notifiedOf(second, isState('terminated', 'timeout'));
    const third = phone.subscribe(BOB, ROMEO, { expires: 600 });
    await notifiedOf(third, says('ID-desk', 'open'));
    await bob.send(el('presence', { type: 'unsubscribed', to: contactOf('romeo') }));
    await notifiedOf(third, isState('terminated', 'rejected'));
  });

  test('presence - another event, another format and a domain that nobody serves are refused', async () => {
    await using phone = await world.phone();
    const statusOf = async (...[from, options]: [string, object]): Promise<number> =>
      (await phone.subscribe(ALICE, from, options).subscribe.waitFor('final', PATIENCE_MS)).status;
    expect(await statusOf(ROMEO, { event: 'presence.winfo' })).toBe(489);
    expect(await statusOf(ROMEO, { headers: { accept: ['application/xpidf+xml'] } })).toBe(406);
    expect(await statusOf('sip:eve@evil.example', {})).toBe(403);
  });

  test('presence - Kamailio between them stays in the dialog, both ways', async () => {
    kamailio = await startKamailio({
      domain: SIP_DOMAIN,
      routes: { [XMPP_DOMAIN]: world.sipPort },
      port: world.proxyPort,
    });
    const carol = await world.login('carol');
    await using phone = await world.phone({ port: 0, target: kamailio });
    const subscription = phone.subscribe(CAROL, ROMEO, { expires: 600 });
    await carol.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
    await carol.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
    const told = await notifiedOf(subscription, says('ID-desk', 'open'));
    expect(told.request.vias).toHaveLength(2);
    await subscription.refresh(300).waitFor('2xx', PATIENCE_MS);
    await notifiedOf(subscription, (one) => one.params.expires === '300');
    await settle(carol);
    await subscription.refresh(0).waitFor('2xx', PATIENCE_MS);
    await notifiedOf(subscription, isState('terminated', 'timeout'));
  });

  test('presence - Kamailio itself watches a list of users, and tells a phone what it is told', async () => {
    const list = `sip:friends@${SIP_DOMAIN}`;
    kamailio = await startKamailio({
      domain: SIP_DOMAIN,
      routes: { [XMPP_DOMAIN]: world.sipPort },
      port: world.proxyPort,
      lists: [{ uri: list, owner: `romeo@${SIP_DOMAIN}`, members: [userOf('dave'), userOf('erin')] }],
    });
    const users = [await world.login('dave'), await world.login('erin')];
    await using phone = await world.phone({ port: 0, target: kamailio });
    const accept = ['application/pidf+xml, application/rlmi+xml, multipart/related'];
    const headers = { supported: ['eventlist'], accept };
    const subscription = phone.subscribe(list, ROMEO, { expires: 600, headers });
    for (const user of users) {
      await user.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
      await user.send(el('presence', { type: 'subscribed', to: contactOf('romeo') }));
    }
    await notifiedOf(subscription, says('pres:dave@xmpp.test', 'ID-desk', 'open'));
    await users[1]?.send(el('presence', {}, el('show', {}, 'dnd')));
    await notifiedOf(subscription, says('pres:erin@xmpp.test', 'dnd'));
  });

  test('presence - SIPp watches a hundred times at once', async () => {
    const watchers = await startSipp({
      scenario: { xml: watcherScenario(`w[call_number]@${SIP_DOMAIN}`, `frank@${XMPP_DOMAIN}`, 1_000) },
      target: `127.0.0.1:${world.sipPort}`,
      port: world.proxyPort,
      calls: 100,
      rate: 50,
      timeoutSeconds: 60,
    });
    expect(await watchers.result()).toMatchObject({ successful: 100, failed: 0 });
  });
});

describe.each(MODES)('presence that SIP publishes, %s', (mode) => {
  let world: World;
  let kamailio: Kamailio | undefined;
  beforeAll(async () => {
    world = await startWorld(mode, {
      accounts: ['alice', 'bob'],
      config: { presence: { ...CONFIG.presence, compositor: true } },
    });
  });
  afterAll(() => world?.stop());
  afterEach(async () => {
    await kamailio?.stop();
    kamailio = undefined;
  });

  test('presence - SIPp publishes a hundred times at once', async () => {
    const publishers = await startSipp({
      scenario: { xml: publisherScenario(`p[call_number]@${SIP_DOMAIN}`) },
      target: `127.0.0.1:${world.sipPort}`,
      port: await freePort(),
      calls: 100,
      rate: 50,
      timeoutSeconds: 60,
    });
    expect(await publishers.result()).toMatchObject({ successful: 100, failed: 0 });
  });

  test('presence - what a phone and its proxy publish is what an XMPP user sees', async () => {
    kamailio = await startKamailio({
      domain: 'proxy.test',
      routes: { [SIP_DOMAIN]: world.sipPort },
      port: world.proxyPort,
    });
    const alice = await world.login('alice');
    await using phone = await world.phone({ port: 0, target: kamailio });
    const romeo = contactOf('romeo');
    await alice.send(el('presence', { type: 'subscribe', to: romeo }));
    await alice.next(({ attrs }) => attrs.type === 'subscribe' && attrs.from === romeo, PATIENCE_MS);
    const first = await published(phone, 'application/pidf+xml', pidfOf('open'));
    const shown = await alice.next(
      ({ name, attrs }) => name === 'presence' && attrs.from === `${romeo}/desk` && attrs.type === undefined,
      PATIENCE_MS,
    );
    expect(childOf(shown, 'c', NS.CAPS)).toBeDefined();
    const call = await published(phone, DIALOG_INFO, dialogInfoOf('confirmed'));
    const busy = await alice.next((stanza) => childOf(stanza, 'show') !== undefined, PATIENCE_MS);
    expect(childOf(busy, 'show')?.children).toEqual(['dnd']);
    expect(childOf(busy, 'status')?.children).toEqual(['On the phone']);
    await published(phone, DIALOG_INFO, dialogInfoOf('terminated'), { 'sip-if-match': [call] });
    await alice.next(
      (stanza) => stanza.attrs.from === `${romeo}/desk` && childOf(stanza, 'show') === undefined,
      PATIENCE_MS,
    );
    await published(phone, 'application/pidf+xml', undefined, { 'sip-if-match': [first], expires: ['0'] });
    await alice.next(
      ({ attrs }) => attrs.type === 'unavailable' && attrs.from === `${romeo}/desk`,
      PATIENCE_MS,
    );
  });

  test('presence - what Kamailio publishes of calls is what an XMPP user sees', async () => {
    kamailio = await startKamailio({
      domain: SIP_DOMAIN,
      routes: {},
      port: world.proxyPort,
      publishesCallsTo: world.sipPort,
    });
    const bob = await world.login('bob');
    const mercutio = contactOf('mercutio');
    await bob.send(el('presence', { type: 'subscribe', to: mercutio }));
    await bob.next(({ attrs }) => attrs.type === 'subscribe' && attrs.from === mercutio, PATIENCE_MS);
    await using caller = await world.phone({ port: 0, target: kamailio });
    await using callee = await world.phone({ port: 0, target: kamailio });
    const TYBALT = `sip:tybalt@${SIP_DOMAIN}`;
    const registration = {
      to: TYBALT,
      from: TYBALT,
      requestUri: `sip:${SIP_DOMAIN}`,
      headers: { expires: ['600'] },
    };
    await callee.request('REGISTER', registration).waitFor('2xx', PATIENCE_MS);
    const call = caller.invite({ to: TYBALT, from: MERCUTIO, sdp: true });
    const incoming = await callee.nextRequest('INVITE', PATIENCE_MS);
    incoming.respond(200, { sdp: true });
    await call.waitFor('2xx', PATIENCE_MS);
    call.ack();
    const busy = await bob.next((stanza) => childOf(stanza, 'show') !== undefined, PATIENCE_MS);
    expect(childOf(busy, 'show')?.children).toEqual(['dnd']);
    expect(busy.attrs.from).toContain(`${mercutio}/`);
    const bye = call.bye();
    (await callee.nextRequest('BYE', PATIENCE_MS)).respond(200);
    await bye;
    await bob.next(
      ({ attrs }) => attrs.type === 'unavailable' && attrs.from === busy.attrs.from,
      PATIENCE_MS,
    );
  });
});

describe('presence to SIP over a restart', () => {
  let world: World | undefined;
  afterEach(() => world?.stop());

  test('presence - the gateway ends in the middle: the next one tells its watchers what is new', async () => {
    world = await startWorld('roles', { accounts: ['alice'], config: CONFIG });
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
  });
});
