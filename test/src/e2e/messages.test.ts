/**
 * Page-mode messages end to end, over UDP and TCP, and across a restart of the XMPP server.
 */
import type { SipPhone, XmppUser } from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser, sipAddressOf } from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = sipAddressOf('bob');
const ALICE_SIP = addressOfUser('alice');

describe.each(MODES)('messages, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: XmppUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'carol'] });
    phone = await world.phone();
    alice = await world.login('alice');
  });
  afterAll(() => world?.stop());

  const isMessage = ({ name }: { name: string }): boolean => name === 'message';
  const say = (id: string, text: string): Promise<void> =>
    alice.send(el('message', { to: BOB, type: 'chat', id }, el('body', {}, text)));

  test('messages - XMPP to SIP: text byte for byte, From with the resource, no Contact', async () => {
    await say('m1', 'Grüße – “Привет” & <b>😀</b>');
    const message = await phone.nextRequest('MESSAGE');
    expect(message.request.body?.content).toBe('Grüße – “Привет” & <b>😀</b>');
    expect(message.request.from.uri).toBe(`${ALICE_SIP};gr=desk`);
    expect(message.request.requestUri).toBe(BOB_SIP);
    expect(message.request.contacts).toEqual([]);
    message.respond(200);
  });

  test('messages - XMPP to SIP: a refusal comes back as the error of that stanza', async () => {
    await say('m2', 'hello');
    (await phone.nextRequest('MESSAGE')).respond(404);
    const error = await alice.next(isMessage);
    expect(error.attrs).toMatchObject({ type: 'error', id: 'm2', from: BOB });
    const detail = childOf(error, 'error');
    expect(detail && childOf(detail, 'item-not-found')).toBeDefined();
  });

  test('messages - SIP to XMPP: 202, and the stanza once although the request comes twice', async () => {
    const sent = phone.message(ALICE_SIP, BOB_SIP, 'Tschüß & bis <später>');
    sent.repeat(20);
    expect((await sent.waitFor('final')).status).toBe(202);
    const stanza = await alice.next(isMessage);
    const body = childOf(stanza, 'body');
    expect(body && textOf(body)).toBe('Tschüß & bis <später>');
    expect(stanza.attrs.from).toBe(BOB);
    await expect(alice.next(isMessage, 500)).rejects.toThrow();
  });

  test('messages - SIP over TCP', async () => {
    const tcp = await world.phone({ transport: 'tcp', port: 0 });
    expect((await tcp.message(ALICE_SIP, BOB_SIP, 'by TCP').waitFor('final')).status).toBe(202);
    const body = childOf(await alice.next(isMessage), 'body');
    expect(body && textOf(body)).toBe('by TCP');
  });

  test('messages - sent while the XMPP server is away, they arrive once it is back', async () => {
    const restarted = world.prosody.restart();
    const texts = Array.from({ length: 20 }, (_, index) => `while away ${index}`);
    for (const text of texts) {
      expect((await phone.message(addressOfUser('carol'), BOB_SIP, text).waitFor('final')).status).toBe(202);
    }
    await restarted;
    const back = await world.login('carol');
    const received: string[] = [];
    while (received.length < texts.length) {
      const body = childOf(await back.next(isMessage, 45_000), 'body');
      if (body !== undefined) received.push(textOf(body));
    }
    expect([...received].sort()).toEqual([...texts].sort());
    await expect(back.next(isMessage, 500)).rejects.toThrow();
  });
});
