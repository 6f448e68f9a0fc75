/**
 * SIP presence as XMPP users see it: from a scripted notifier, and from Kamailio as presence server.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  type Kamailio,
  type PhoneRequest,
  type SipPhone,
  startKamailio,
  startSipp,
  type XmppUser,
} from '@stoxgate/testkit';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { afterEach, describe, expect, test } from 'vitest';
import { notifierScenario } from './sipp-presence.ts';
import { contactOf, MODES, SIP_DOMAIN, settle, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const ROMEO = `sip:romeo@${SIP_DOMAIN}`;
const CONTACT = contactOf('romeo');
const PATIENCE_MS = 20_000;
const CONFIG = { presence: { mode: 'sip' } };

const tuple = (basic: string, inner = '', id = 'ID-orchard'): string =>
  `<tuple id='${id}'><status><basic>${basic}</basic></status>${inner}</tuple>`;
const pidf = (...tuples: string[]) => ({
  contentType: 'application/pidf+xml',
  content: `<?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='${ROMEO}'>${tuples.join('')}</presence>`,
  encoding: 'utf8' as const,
});

/** Presence of the contact; with a type, of the bare JID or of any of its resources. */
const from =
  (resource: string, type?: string, status?: string) =>
  (stanza: XmlElement): boolean => {
    const said = childOf(stanza, 'status');
    return (
      stanza.name === 'presence' &&
      stanza.attrs.from === (resource === '' ? CONTACT : `${CONTACT}/${resource}`) &&
      stanza.attrs.type === type &&
      (status === undefined || (said !== undefined && textOf(said) === status))
    );
  };

/** The next SUBSCRIBE at a phone, taken for an hour. */
async function taken(phone: SipPhone): Promise<PhoneRequest> {
  const subscribe = await phone.nextRequest('SUBSCRIBE', PATIENCE_MS);
  subscribe.respond(200, { headers: { expires: subscribe.request.headers.expires ?? [] } });
  return subscribe;
}

/** Tells in the dialog of a SUBSCRIBE; resolves once that is answered, with the status. */
async function tell({ dialog }: PhoneRequest, state: string, ...tuples: string[]): Promise<number> {
  if (dialog === undefined) throw new Error('there is no dialog');
  const sent = dialog.send('NOTIFY', {
    headers: { event: ['presence'], 'subscription-state': [state] },
    ...(tuples.length > 0 && { body: pidf(...tuples) }),
  });
  return (await sent.waitFor('final', PATIENCE_MS)).status;
}

describe.each(MODES)('presence from SIP, %s', (mode) => {
  let world: World | undefined;
  let kamailio: Kamailio | undefined;
  afterEach(async () => {
    await kamailio?.stop();
    await world?.stop();
    [world, kamailio] = [undefined, undefined];
  });

  async function begin(): Promise<{ alice: XmppUser; world: World }> {
    const begun = await startWorld(mode, { accounts: ['alice'], config: CONFIG });
    world = begun;
    const alice = await begun.login('alice');
    // Only who has asked for the roster is told how subscriptions go (RFC 6121 §2.1.6).
    await alice.iq(el('iq', { type: 'get' }, el('query', { xmlns: 'jabber:iq:roster' })));
    return { alice, world: begun };
  }

  test('presence - a contact decides, shows itself on two devices, takes them back, and lets no more', async () => {
    const { alice, world } = await begin();
    const phone = await world.phone();
    await alice.send(el('presence', { type: 'subscribe', to: CONTACT }));
    const subscription = await taken(phone);
    expect(subscription.request).toMatchObject({
      requestUri: ROMEO,
      headers: { event: ['presence'], accept: ['application/pidf+xml'], expires: ['3600'] },
    });
    expect(await tell(subscription, 'pending;expires=3600')).toBe(200);
    expect(await tell(subscription, 'active;expires=3600', tuple('open', '<note>Here</note>'))).toBe(200);
    await alice.next(from('', 'subscribed'), PATIENCE_MS);
    const shown = await alice.next(from('orchard', undefined, 'Here'), PATIENCE_MS);
    expect(childOf(shown, 'c', NS.CAPS)).toBeDefined();
    await tell(subscription, 'active;expires=3600', tuple('open'), tuple('open', '', 'bs35r9'));
    await alice.next(from('sip/bs35r9'), PATIENCE_MS);
    await tell(subscription, 'active;expires=3600', tuple('closed'));
    await alice.next(from('sip/bs35r9', 'unavailable'), PATIENCE_MS);
    await alice.next(from('orchard', 'unavailable'), PATIENCE_MS);
    expect(await tell(subscription, 'terminated;reason=rejected')).toBe(200);
    await alice.next(from('', 'unsubscribed'), PATIENCE_MS);
    expect(await tell(subscription, 'active;expires=3600', tuple('open'))).toBe(481);
  });

  test('presence - the subscription lives as long as the user is there', async () => {
    const { alice, world } = await begin();
    const phone = await world.phone();
    await alice.send(el('presence', { type: 'subscribe', to: CONTACT }));
    const first = await taken(phone);
    await tell(first, 'active;expires=3600', tuple('open'));
    await alice.next(from('', 'subscribe'), PATIENCE_MS);
    await alice.send(el('presence', { type: 'subscribed', to: CONTACT }));
    await alice.next(from('orchard'), PATIENCE_MS);
    await alice.close();
    const last = await taken(phone);
    expect(last.request).toMatchObject({ callId: first.request.callId, headers: { expires: ['0'] } });
    expect(await tell(first, 'terminated;reason=timeout')).toBe(200);
    const again = await world.login('alice', { resource: 'other' });
    const second = await taken(phone);
    expect(second.request.callId).not.toBe(first.request.callId);
    await tell(second, 'active;expires=3600', tuple('open', '<note>Still here</note>'));
    await again.next(from('orchard', undefined, 'Still here'), PATIENCE_MS);
  });

  test('presence - a SIP side without presence: its contacts can be called all the same', async () => {
    const { alice, world } = await begin();
    const phone = await world.phone();
    await alice.send(el('presence', { type: 'subscribe', to: CONTACT }));
    (await phone.nextRequest('SUBSCRIBE', PATIENCE_MS)).respond(489, {
      headers: { 'allow-events': ['dialog'] },
    });
    await alice.next(from('', 'subscribed'), PATIENCE_MS);
    expect(childOf(await alice.next(from('sip'), PATIENCE_MS), 'c', NS.CAPS)).toBeDefined();
  });

  test('presence - SIPp is fifty contacts at once, and all of them until the user leaves', async () => {
    const { alice, world } = await begin();
    const contacts = Array.from({ length: 50 }, (_, index) => contactOf(`c${index}`));
    const notifiers = await startSipp({
      scenario: { xml: notifierScenario() },
      port: world.proxyPort,
      calls: contacts.length,
      timeoutSeconds: 120,
    });
    for (const to of contacts) await alice.send(el('presence', { type: 'subscribe', to }));
    for (const contact of contacts) {
      await alice.next(
        ({ attrs }) => attrs.from === `${contact}/sip/t` && attrs.type === undefined,
        PATIENCE_MS,
      );
      await alice.next(({ attrs }) => attrs.from === contact && attrs.type === 'subscribe', PATIENCE_MS);
      await alice.send(el('presence', { type: 'subscribed', to: contact }));
    }
    await settle(alice);
    await alice.close();
    expect(await notifiers.result()).toMatchObject({ successful: contacts.length, failed: 0, errors: '' });
  });

  test('presence - Kamailio tells what phones publish, also to a gateway that was away', async () => {
    const { alice, world } = await begin();
    kamailio = await startKamailio({
      domain: SIP_DOMAIN,
      routes: { [XMPP_DOMAIN]: world.sipPort },
      port: world.proxyPort,
    });
    const phone = await world.phone({ port: 0, target: kamailio });
    let etag: string | undefined;
    const publish = async (...tuples: string[]): Promise<void> => {
      const sent = phone.request('PUBLISH', {
        to: ROMEO,
        from: ROMEO,
        headers: {
          event: ['presence'],
          expires: ['3600'],
          ...(etag !== undefined && { 'sip-if-match': [etag] }),
        },
        body: pidf(...tuples),
      });
      const answer = await sent.waitFor('2xx', PATIENCE_MS);
      etag = answer.headers['sip-etag']?.[0];
    };
    await publish(tuple('open', '<note>At my desk</note>'));
    await alice.send(el('presence', { type: 'subscribe', to: CONTACT }));
    await alice.next(from('', 'subscribed'), PATIENCE_MS);
    await alice.next(from('orchard', undefined, 'At my desk'), PATIENCE_MS);
    await alice.next(from('', 'subscribe'), PATIENCE_MS);
    await alice.send(el('presence', { type: 'subscribed', to: CONTACT }));
    if (mode === 'roles') {
      await world.gateway.restart();
      await world.gateway.ready();
      await alice.next(from('orchard', undefined, 'At my desk'), PATIENCE_MS);
    }
    await publish(tuple('open', '<note>Having lunch</note>'));
    await alice.next(from('orchard', undefined, 'Having lunch'), PATIENCE_MS);
    await publish(tuple('closed'));
    await alice.next(from('orchard', 'unavailable'), PATIENCE_MS);
    await publish(tuple('open', '<note>Back</note>'));
    await alice.next(from('orchard', undefined, 'Back'), PATIENCE_MS);
    await alice.send(el('presence', { type: 'unsubscribe', to: CONTACT }));
    await alice.next(from('orchard', 'unavailable'), PATIENCE_MS);
  });
});
