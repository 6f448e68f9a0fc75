/**
 * What goes with messages end to end: two clients of one user, receipts, typing, long texts, HTML, and SIPp as a peer that
 * is not ours.
 */
import { Buffer } from 'node:buffer';
import type { XmlElement } from '@stoxgate/contracts';
import { freePort, type SipPhone, startSipp, type XmppUser } from '@stoxgate/testkit';
import { serializeRequest } from '@stoxgate/wire-sip';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser, sipAddressOf } from './call-up.ts';
import { messageScenario, messageTakerScenario } from './sipp-scenarios.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = sipAddressOf('bob');
const ALICE_SIP = addressOfUser('alice');
const CPIM = 'message/cpim';
const IMDN = 'message/imdn+xml';
const TYPING = 'application/im-iscomposing+xml';

const isMessage = ({ name }: XmlElement): boolean => name === 'message';
const bodyOf = (stanza: XmlElement): string | undefined => {
  const body = childOf(stanza, 'body');
  return body && textOf(body);
};
const typing = (state: string): string =>
  `<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>${state}</state></isComposing>`;
const notification = (messageId: string, kind: string, status: string): string =>
  `<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>${messageId}</message-id>` +
  `<${kind}-notification><status><${status}/></status></${kind}-notification></imdn>`;

describe.each(MODES)('messages with all that goes with them, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let desk: XmppUser;
  let garden: XmppUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    phone = await world.phone();
    desk = await world.login('alice', { resource: 'desk' });
    garden = await world.login('alice', { resource: 'garden' });
  });
  afterAll(() => world?.stop());

  const say = (user: XmppUser, id: string, ...children: XmlElement[]): Promise<void> =>
    user.send(el('message', { to: BOB, type: 'chat', id }, ...children));
  const tell = async (type: string, content: string, to = `${ALICE_SIP};gr=desk`): Promise<void> => {
    const sent = phone.request('MESSAGE', {
      to,
      from: BOB_SIP,
      body: { contentType: type, content, encoding: 'utf8' },
    });
    expect((await sent.waitFor('final')).status).toBe(202);
  };

  test('rich messages - a receipt and a marker reach the client that asked, by the id of its message', async () => {
    const text = el('body', {}, 'Romeo?');
    const asked = [el('request', { xmlns: NS.RECEIPTS }), el('markable', { xmlns: NS.CHAT_MARKERS })];
    await say(garden, 'other', el('body', {}, 'first'));
    (await phone.nextRequest('MESSAGE')).respond(202);
    await say(desk, 'asked', text, ...asked);
    const message = await phone.nextRequest('MESSAGE');
    message.respond(202);
    expect(message.request.body?.contentType).toBe(CPIM);
    const [, messageId = ''] = /^imdn\.Message-ID: (\S+)/m.exec(message.request.body?.content ?? '') ?? [];
    await tell(IMDN, notification(messageId, 'delivery', 'delivered'));
    const receipt = await desk.next(isMessage);
    expect(childOf(receipt, 'received', NS.RECEIPTS)?.attrs.id).toBe('asked');
    await tell(IMDN, notification(messageId, 'display', 'displayed'));
    const marker = await desk.next(isMessage);
    expect(childOf(marker, 'displayed', NS.CHAT_MARKERS)?.attrs.id).toBe('asked');
    await expect(garden.next(isMessage, 300)).rejects.toThrow();
  });

  test('rich messages - a SIP sender who asks hears once, whichever client reads', async () => {
    const wrapped =
      `From: <${BOB_SIP}>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 34jk324j\r\n` +
      'imdn.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: text/plain\r\n\r\nJuliet?';
    await tell(CPIM, wrapped, ALICE_SIP);
    const copies = await Promise.all([desk.next(isMessage), garden.next(isMessage)]);
    expect(copies.map(bodyOf)).toEqual(['Juliet?', 'Juliet?']);
    const { id = '' } = copies[0].attrs;
    expect(childOf(copies[0], 'request', NS.RECEIPTS)).toBeDefined();
    for (const client of [desk, garden]) {
      await say(client, `r-${client.fullJid}`, el('received', { xmlns: NS.RECEIPTS, id }));
    }
    const delivered = await phone.nextRequest('MESSAGE');
    delivered.respond(200);
    expect(delivered.request.body?.content).toContain('<message-id>34jk324j</message-id>');
    expect(delivered.request.body?.content).toContain('<delivered/>');
    await say(garden, 'read', el('displayed', { xmlns: NS.CHAT_MARKERS, id }));
    const displayed = await phone.nextRequest('MESSAGE');
    displayed.respond(200);
    expect(displayed.request.from.uri).toBe(`${ALICE_SIP};gr=garden`);
    expect(displayed.request.body?.content).toContain('<displayed/>');
  });

  test('rich messages - one that nobody is there for: its SIP sender hears, when it asked', async () => {
    const wrapped =
      `From: <${BOB_SIP}>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: lost1\r\n` +
      'imdn.Disposition-Notification: negative-delivery\r\n\r\nContent-Type: text/plain\r\n\r\nAnybody?';
    await tell('text/plain', 'Nobody asks', addressOfUser('nobody'));
    await tell(CPIM, wrapped, addressOfUser('nobody'));
    const failed = await phone.nextRequest('MESSAGE');
    failed.respond(200);
    expect(failed.request.from.uri).toBe(addressOfUser('nobody'));
    expect(failed.request.body?.content).toContain('<message-id>lost1</message-id>');
    expect(failed.request.body?.content).toContain('<failed/>');
    await expect(phone.nextRequest('MESSAGE', 200)).rejects.toThrow();
  });

  test('rich messages - typing, both ways', async () => {
    await tell(TYPING, typing('active'));
    const composing = await desk.next(isMessage);
    expect(childOf(composing, 'composing', NS.CHAT_STATES)).toBeDefined();
    expect(bodyOf(composing)).toBeUndefined();
    await tell(TYPING, typing('idle'));
    expect(childOf(await desk.next(isMessage), 'active', NS.CHAT_STATES)).toBeDefined();
    await say(desk, 'c1', el('composing', { xmlns: NS.CHAT_STATES }));
    const active = await phone.nextRequest('MESSAGE');
    active.respond(200);
    expect(active.request.body).toMatchObject({ contentType: TYPING });
    expect(active.request.body?.content).toContain('<state>active</state>');
    await say(desk, 'c2', el('paused', { xmlns: NS.CHAT_STATES }));
    const idle = await phone.nextRequest('MESSAGE');
    idle.respond(200);
    expect(idle.request.body?.content).toContain('<state>idle</state>');
  });

  test('rich messages - a long text comes whole and in order, no datagram over 1300 bytes', async () => {
    const text = Array.from({ length: 400 }, (_, index) => `Wort${index} – größer 😀`).join(' ');
    await say(desk, 'long', el('body', {}, text));
    let heard = '';
    let parts = 0;
    while (heard.length < text.length) {
      const part = await phone.nextRequest('MESSAGE');
      const { request } = part;
      const bytes = serializeRequest(
        { ...request, cseq: request.cseq.number, routes: [] },
        { via: request.vias[0] ?? '' },
      );
      expect(bytes.length).toBeLessThanOrEqual(1300);
      heard += request.body?.content ?? '';
      parts++;
      part.respond(200);
    }
    expect(heard).toBe(text);
    expect(parts).toBeGreaterThanOrEqual(Math.ceil(Buffer.byteLength(text) / 1300));
    await say(desk, 'fails', el('body', {}, text));
    (await phone.nextRequest('MESSAGE')).respond(200);
    (await phone.nextRequest('MESSAGE')).respond(480);
    const error = await desk.next(isMessage);
    expect(error.attrs).toMatchObject({ type: 'error', id: 'fails' });
    await expect(phone.nextRequest('MESSAGE', 300)).rejects.toThrow();
  });

  test('rich messages - HTML comes as XHTML-IM without what runs', async () => {
    await tell('text/html', '<p onclick="x()">Hi <b>you</b><script>x</script></p>');
    const stanza = await desk.next(isMessage);
    expect(bodyOf(stanza)).toBe('Hi you');
    const html = childOf(stanza, 'html', NS.XHTML_IM);
    expect(JSON.stringify(html)).toContain('strong');
    expect(JSON.stringify(html)).not.toMatch(/script|onclick/);
  });

  test('rich messages - encrypted ones: one error, nothing to SIP', async () => {
    const secret = [
      el('body', {}, 'I sent you an encrypted message'),
      el('encrypted', { xmlns: NS.OMEMO_LEGACY }, el('payload', {}, 'x')),
    ];
    await say(desk, 'secret1', ...secret);
    expect((await desk.next(isMessage)).attrs).toMatchObject({ type: 'error', id: 'secret1' });
    await say(desk, 'secret2', ...secret);
    await expect(desk.next(isMessage, 300)).rejects.toThrow();
    await expect(phone.nextRequest('MESSAGE', 100)).rejects.toThrow();
  });

  test('rich messages - SIPp sends a hundred, and takes a hundred', async () => {
    const sender = await startSipp({
      scenario: {
        xml: messageScenario('carl@sip.test', 'alice@xmpp.test', 'text/plain', 'Hi from [call_number]'),
      },
      target: `127.0.0.1:${world.sipPort}`,
      port: await freePort(),
      calls: 100,
      rate: 100,
      timeoutSeconds: 20,
    });
    expect(await sender.result()).toMatchObject({ successful: 100, failed: 0 });
    const texts: string[] = [];
    while (texts.length < 100) texts.push(bodyOf(await desk.next(isMessage)) ?? '');
    expect(new Set(texts).size).toBe(100);
    await phone.stop();
    const taker = await startSipp({
      scenario: { xml: messageTakerScenario() },
      port: world.proxyPort,
      calls: 100,
      timeoutSeconds: 30,
    });
    for (let index = 0; index < 100; index++)
      await say(desk, `sipp${index}`, el('body', {}, `to SIPp ${index}`));
    expect(await taker.result()).toMatchObject({ successful: 100, failed: 0 });
    await expect(desk.next(({ attrs }) => attrs.type === 'error', 200)).rejects.toThrow();
  });
});
