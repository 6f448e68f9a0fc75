/**
 * From SIP to the contacts of a phone's owner: what a phone publishes, and what Kamailio as presence server tells of its calls,
 * is seen at a real Prosody by somebody who is subscribed.
 */
import { type Kamailio, type SipPhone, startKamailio, startSipp, type XmppUser } from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notifierScenario } from './sipp-presence.ts';
import { MODES, SIP_DOMAIN, settle, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const ROMEO = `sip:romeo@${SIP_DOMAIN}`;
const ALICE = `alice@${XMPP_DOMAIN}`;
const RESOURCE = `${ALICE}/SIP-phone`;
const PATIENCE_MS = 20_000;
const [ONLINE, IN_CALL, OFFLINE] = ['online', 'dnd: On the phone', 'offline'];

const pidf = {
  contentType: 'application/pidf+xml',
  content: `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@${SIP_DOMAIN}'><tuple id='t'><status><basic>open</basic></status></tuple></presence>`,
  encoding: 'utf8' as const,
};
const dialogInfo = (state: string, id = 'd') => ({
  contentType: 'application/dialog-info+xml',
  content: `<?xml version='1.0'?><dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='0' state='full' entity='${ROMEO}'><dialog id='${id}' call-id='${id}' direction='initiator'><state>${state}</state></dialog></dialog-info>`,
  encoding: 'utf8' as const,
});

/** Of a phone of alice's. */
const accountOf = (uri: string) => ({
  type: 'phone.account.imported',
  uri,
  username: ALICE,
  secret: { form: 'open', text: Buffer.from('alice').toString('base64') },
});

/** A publication of romeo's, which goes on with each call; without a body it ends. */
function publisher(phone: SipPhone, event: string): (body?: typeof pidf) => Promise<void> {
  let etag: string | undefined;
  return async (body) => {
    const headers = {
      event: [event],
      expires: [body === undefined ? '0' : '600'],
      ...(etag !== undefined && { 'sip-if-match': [etag] }),
    };
    const sent = phone.request('PUBLISH', { to: ROMEO, from: ROMEO, headers, ...(body && { body }) });
    etag = (await sent.waitFor('2xx', PATIENCE_MS)).headers['sip-etag']?.[0];
  };
}

const seenOf = (presence: XmppUser['log'][number]['stanza']): string => {
  if (presence.attrs.type === 'unavailable') return 'offline';
  const [show, status] = [childOf(presence, 'show'), childOf(presence, 'status')];
  return show === undefined ? 'online' : `${textOf(show)}: ${status === undefined ? '' : textOf(status)}`;
};

describe.each(MODES)('calls of a phone, %s', (mode) => {
  let world: World;
  let bob: XmppUser;
  let kamailio: Kamailio;
  beforeAll(async () => {
    world = await startWorld(mode, {
      accounts: ['alice', 'bob'],
      phones: { watch_dialogs: true },
      config: { presence: { min_expires: 1 } },
    });
    kamailio = await startKamailio({
      domain: SIP_DOMAIN,
      routes: { [XMPP_DOMAIN]: world.sipPort },
      port: world.proxyPort,
    });
    const alice = await world.login('alice');
    bob = await world.login('bob');
    await bob.send(el('presence', { type: 'subscribe', to: ALICE }));
    await alice.next(({ attrs }) => attrs.type === 'subscribe', PATIENCE_MS);
    await alice.send(el('presence', { type: 'subscribed', to: `bob@${XMPP_DOMAIN}` }));
    await bob.next(({ attrs }) => attrs.from === `${ALICE}/desk` && attrs.type === undefined, PATIENCE_MS);
    await settle(alice);
  });
  afterAll(async () => {
    await kamailio?.stop();
    await world?.stop();
  });

  const admin = async (method: string, path: string, body?: object): Promise<void> => {
    const { adminUrl } = world.gateway.process('translator');
    const response = await fetch(`${adminUrl}/api/phones${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    expect(response.status).toBe(202);
    await response.arrayBuffer();
  };
  /** How many events of a kind the translator has committed. */
  const applied = async (event: string): Promise<number> => {
    const { adminUrl } = world.gateway.process('translator');
    const text = await (await fetch(`${adminUrl}/metrics`)).text();
    const line = new RegExp(
      `^stoxgate_steps_total\\{event="${event}",outcome="applied"[^}]*\\} (\\d+)$`,
      'm',
    );
    return Number(line.exec(text)?.[1] ?? 0);
  };
  const sees = async (): Promise<string> =>
    seenOf(await bob.next(({ name, attrs }) => name === 'presence' && attrs.from === RESOURCE, PATIENCE_MS));

  test('phone calls - what a phone publishes is what contacts of its owner see', async () => {
    await admin('POST', '', { accounts: [accountOf(ROMEO)] });
    await using phone = await world.phone({ port: 0 });
    const [presence, dialogs] = [publisher(phone, 'presence'), publisher(phone, 'dialog')];
    await presence(pidf);
    expect(await sees()).toBe(ONLINE);
    await dialogs(dialogInfo('early'));
    await dialogs(dialogInfo('confirmed'));
    expect(await sees()).toBe(IN_CALL);
    await dialogs(dialogInfo('terminated'));
    expect(await sees()).toBe(ONLINE);
    await presence();
    expect(await sees()).toBe(OFFLINE);
  });

  test('phone calls - what Kamailio tells of calls is what they see, over the death of the gateway too', async () => {
    await admin('POST', `/${encodeURIComponent(ROMEO)}/state`, { state: 'online' });
    expect(await sees()).toBe(ONLINE);
    await using phone = await world.phone({ port: 0, target: kamailio });
    const first = publisher(phone, 'dialog');
    await first(dialogInfo('early'));
    await first(dialogInfo('confirmed'));
    expect(await sees()).toBe(IN_CALL);
    const second = publisher(phone, 'dialog');
    await second(dialogInfo('confirmed', 'second'));
    await first(dialogInfo('terminated'));
    await second(dialogInfo('terminated', 'second'));
    expect(await sees()).toBe(ONLINE);
    const third = publisher(phone, 'dialog');
    await third(dialogInfo('confirmed', 'third'));
    expect(await sees()).toBe(IN_CALL);
    if (mode === 'roles') {
      await world.gateway.crash('translator');
      await world.gateway.crash('sip-edge');
      await world.gateway.ready();
    }
    await third(dialogInfo('terminated', 'third'));
    expect(await sees()).toBe(ONLINE);
  });

  test('phone calls - a phone whose account is removed is offline, and its calls are not asked for any more', async () => {
    const before = await applied('dialog.request.received');
    await admin('DELETE', `/${encodeURIComponent(ROMEO)}`);
    expect(await sees()).toBe(OFFLINE);
    // The last NOTIFY of Kamailio.
    await expect
      .poll(() => applied('dialog.request.received'), { timeout: PATIENCE_MS })
      .toBeGreaterThan(before);
    expect(await applied('phone.dialogs.unwatched')).toBe(1);
  });

  test('phone calls - SIPp tells of fifty phones at once, and of all of them until their accounts are removed', async () => {
    await kamailio.stop();
    const phones = Array.from({ length: 50 }, (_, at) => `sip:p${at}@${SIP_DOMAIN}`);
    const notifiers = await startSipp({
      scenario: { xml: notifierScenario('dialog') },
      port: world.proxyPort,
      calls: phones.length,
      timeoutSeconds: 120,
    });
    const before = await applied('dialog.request.received');
    await admin('POST', '', { accounts: phones.map(accountOf) });
    await expect
      .poll(() => applied('dialog.request.received'), { timeout: 60_000 })
      .toBe(before + phones.length);
    for (const phone of phones) await admin('DELETE', `/${encodeURIComponent(phone)}`);
    expect(await notifiers.result()).toMatchObject({ successful: phones.length, failed: 0, errors: '' });
  });
});
