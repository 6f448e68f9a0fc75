/**
 * Chats of XMPP users with SIP users over MSRP, end to end: clients at a real Prosody, SIP users with an MSRP endpoint of
 * their own behind a forking proxy.
 */
import { randomBytes } from 'node:crypto';
import type { ChatPhone, PhoneChat, XmppUser } from '@stoxgate/testkit';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addressOfUser } from './call-up.ts';
import { type ChatWorld, isErrorOf, isText, isWord, say, startChatWorld, tell } from './chat-world.ts';
import { contactOf, MODES, settle } from './world.ts';

const ALICE_SIP = addressOfUser('alice');
const RECEIPT = el('request', { xmlns: NS.RECEIPTS });
const QUIET_MS = 300;

/** A name that no other test has: each chat is between two who never spoke before. */
let names = 0;
const newName = (): string => `bob${++names}`;

describe.each(MODES)('chats, %s', (mode) => {
  let world: ChatWorld;
  let desk: XmppUser;
  let mobile: XmppUser;
  let name: string;
  let contact: string;

  beforeAll(async () => {
    world = await startChatWorld(mode, { failure_report: 'yes' }, { accounts: ['alice'] });
    desk = await world.login('alice', { resource: 'desk', contacts: [contactOf('known')] });
    mobile = await world.login('alice', { resource: 'mobile', contacts: [contactOf('known')] });
  });
  afterAll(() => world?.stop());
  beforeEach(() => {
    name = newName();
    contact = contactOf(name);
  });

  /** A chat that Alice's desk began; `Romeo?` was said in it. */
  async function begun(phone: ChatPhone): Promise<PhoneChat> {
    await say(desk, contact, 'begun', 'Romeo?');
    const chat = await phone.next();
    expect((await chat.hear()).text).toBe('Romeo?');
    return chat;
  }

  test('chats - from XMPP: who takes chats is asked, what is said before goes in order, gone ends it', async () => {
    const phone = await world.chatter(name, { gr: 'orchard', answer: () => ({ delayMs: 200 }) });
    const texts = ['Romeo, Romeo!', 'Wherefore art thou – “Romeo”?', '😀 <b>&'];
    for (const text of texts) await say(desk, contact, text, text);
    const chat = await phone.next();
    for (const text of texts) expect((await chat.hear()).text).toBe(text);
    expect(phone.heard).toEqual(['OPTIONS 200', 'INVITE 200']);
    expect(chat.invite.from.uri).toBe(`${ALICE_SIP};gr=desk`);
    expect(await chat.say('Neither, fair saint')).toBe(200);
    const heard = await desk.next(isText('Neither, fair saint'));
    expect(heard.attrs).toMatchObject({ type: 'chat', from: `${contact}/orchard`, to: desk.fullJid });
    await tell(desk, contact, 'gone');
    await chat.ended();
    await expect(mobile.next(isText('Neither, fair saint'), QUIET_MS)).rejects.toThrow();
  });

  test('chats - from SIP: any device may answer, the first that does is bound; BYE is gone', async () => {
    const phone = await world.chatter(name, { gr: 'orchard' });
    const chat = await phone.invite(ALICE_SIP);
    await chat.say('Anybody there?');
    for (const device of [desk, mobile]) {
      const { attrs } = await device.next(isText('Anybody there?'));
      expect(attrs).toMatchObject({ type: 'chat', from: `${contact}/orchard` });
    }
    await say(mobile, `${contact}/orchard`, 'yes', 'Me');
    expect((await chat.hear()).text).toBe('Me');
    await chat.say('For you alone');
    await mobile.next(isText('For you alone'));
    await expect(desk.next(isText('For you alone'), QUIET_MS)).rejects.toThrow();
    await chat.bye();
    await mobile.next(isWord('gone'));
    expect(phone.heard).toEqual([]);
  });

  test('chats - from SIP to one device: 480 where it is not, 488 where there is one already', async () => {
    const phone = await world.chatter(name, { gr: 'orchard' });
    await expect(phone.invite(`${ALICE_SIP};gr=nowhere`)).rejects.toThrow('480');
    const chat = await phone.invite(`${ALICE_SIP};gr=desk`);
    await chat.say('To the desk');
    await desk.next(isText('To the desk'));
    await expect(mobile.next(isText('To the desk'), QUIET_MS)).rejects.toThrow();
    await expect(phone.invite(`${ALICE_SIP};gr=desk`)).rejects.toThrow('488');
    const other = await phone.invite(`${ALICE_SIP};gr=mobile`);
    await other.say('To the mobile');
    await mobile.next(isText('To the mobile'));
    await chat.bye();
    await other.bye();
  });

  test('chats - two devices of hers, each with a session of its own', async () => {
    const phone = await world.chatter(name, { gr: 'orchard' });
    const first = await begun(phone);
    await say(mobile, contact, 'm', 'And I');
    const second = await phone.next();
    expect((await second.hear()).text).toBe('And I');
    await first.say('Desk');
    await second.say('Mobile');
    await desk.next(isText('Desk'));
    await mobile.next(isText('Mobile'));
    expect(second.invite.from.uri).toBe(`${ALICE_SIP};gr=mobile`);
    await Promise.all([first.bye(), second.bye()]);
  });

  test.each([
    ['who connects to us', { setup: 'active' }],
    ['whom we connect to', { setup: 'passive' }],
    ['who says nothing of it', { setup: 'none' }],
  ] as const)('chats - the other end is one %s', async (_what, answer) => {
    const phone = await world.chatter(name, { answer: () => answer });
    const chat = await begun(phone);
    await chat.say('Here');
    expect((await desk.next(isText('Here'))).attrs.from).toBe(`${contact}/sip`);
    await chat.bye();
  });

  test('chats - receipts are reports, both ways', async () => {
    const phone = await world.chatter(name);
    const chat = await begun(phone);
    await say(desk, contact, 'r1', 'Got it?', RECEIPT);
    const message = await chat.hear();
    expect(message.wantsReport).toBe(true);
    chat.msrp.report(message);
    const receipt = await desk.next(isWord('received'));
    expect(childOf(receipt, 'received')?.attrs.id).toBe('r1');
    await chat.say('And you?', { wantsReport: true, messageId: 'and.you' });
    const asked = await desk.next(isText('And you?'));
    expect(childOf(asked, 'request')).toBeDefined();
    const received = el('received', { xmlns: NS.RECEIPTS, id: asked.attrs.id });
    await desk.send(el('message', { to: asked.attrs.from, type: 'chat', id: 'r2' }, received));
    expect(await chat.msrp.next('REPORT')).toMatchObject({ messageId: 'and.you', status: { code: 200 } });
    await chat.bye();
  });

  test('chats - who is typing, both ways', async () => {
    const phone = await world.chatter(name, {
      answer: () => ({ acceptTypes: 'text/plain application/im-iscomposing+xml' }),
    });
    const chat = await begun(phone);
    await chat.compose();
    await desk.next(isWord('composing'));
    await chat.compose('idle');
    await desk.next(isWord('active'));
    await tell(desk, contact, 'composing');
    const { contentType, text } = await chat.msrp.message();
    expect(contentType).toContain('application/im-iscomposing+xml');
    expect(text).toContain('<state>active</state>');
    await chat.bye();
  });

  test('chats - long texts, in chunks, byte by byte; longer than the other end takes: an error', async () => {
    const phone = await world.chatter(name, { answer: () => ({ maxSize: 40_000 }) });
    const chat = await begun(phone);
    const long = randomBytes(15_000).toString('hex');
    await say(desk, contact, 'long', long);
    expect((await chat.hear()).text).toBe(long);
    await chat.say(long);
    await desk.next(isText(long));
    await say(desk, contact, 'longer', 'x'.repeat(50_000));
    expect(readStanzaError(await desk.next(isErrorOf('longer'))).condition).toBe('policy-violation');
    expect(await chat.say('x'.repeat(70_000))).toBe(413);
    await chat.bye();
  });

  test('chats - who takes none is spoken to by MESSAGE', async () => {
    const phone = await world.chatter(name, { takesChats: false });
    await say(desk, contact, 'a', 'One');
    await say(desk, contact, 'b', 'Two');
    for (const text of ['One', 'Two']) {
      const message = await phone.sip.nextRequest('MESSAGE');
      expect(message.request.body?.content).toBe(text);
      message.respond(200);
    }
    expect(phone.heard).toEqual(['OPTIONS 200']);
  });

  test('chats - who says that it takes them, and does not, too', async () => {
    const phone = await world.chatter(name, { answer: () => ({ status: 488 }) });
    await say(desk, contact, 'a', 'One');
    await say(desk, contact, 'b', 'Two');
    for (const text of ['One', 'Two']) {
      const message = await phone.sip.nextRequest('MESSAGE');
      expect(message.request.body?.content).toBe(text);
      message.respond(200);
    }
    expect(phone.heard).toEqual(['OPTIONS 200', 'INVITE 488']);
  });

  test('chats - nobody is there: each text is an error', async () => {
    await world.chatter(name, { answer: () => ({ status: 480, delayMs: 200 }) });
    for (const id of ['a', 'b']) await say(desk, contact, id, id);
    for (const id of ['a', 'b']) {
      expect(readStanzaError(await desk.next(isErrorOf(id))).condition).toBe('recipient-unavailable');
    }
  });

  test('chats - several devices of his answer: one is bound, the other is told that it is over', async () => {
    const phones = [await world.chatter(name, { gr: 'one' }), await world.chatter(name, { gr: 'other' })];
    await say(desk, contact, 'a', 'Which of you?');
    const bound = await Promise.any(phones.map((phone) => phone.next()));
    expect((await bound.hear()).text).toBe('Which of you?');
    const chats = phones.flatMap(({ answered }) => answered);
    expect(chats.length).toBe(2);
    const left = chats.find((chat) => chat !== bound);
    await left?.ended();
    await bound.say('I');
    await desk.next(isText('I'));
    await bound.bye();
    await desk.next(isWord('gone'));
  });

  test('chats - both begin at once: that of the SIP user is kept, and gets what waited', async () => {
    const phone = await world.chatter(name, { gr: 'orchard', answer: () => ({ delayMs: 60_000 }) });
    await say(desk, contact, 'a', 'Romeo?');
    await phone.ringing();
    const chat = await phone.invite(ALICE_SIP);
    expect((await chat.hear()).text).toBe('Romeo?');
    await expect.poll(() => phone.heard, { timeout: 10_000 }).toEqual(['OPTIONS 200', 'CANCEL 200']);
    await chat.say('My dear?');
    expect((await desk.next(isText('My dear?'))).attrs.to).toBe(desk.fullJid);
    expect((await chat.bye()).status).toBe(200);
  });

  test('chats - a connection that is lost ends the chat; what is said then is a new one', async () => {
    const phone = await world.chatter(name);
    const chat = await begun(phone);
    chat.msrp.hangUp();
    await chat.ended();
    await desk.next(isWord('gone'));
    const again = await begun(phone);
    expect(again.callId).not.toBe(chat.callId);
    await again.bye();
  });

  test('chats - the other end says that it knows of no session: once again, in another', async () => {
    const phone = await world.chatter(name);
    const chat = await begun(phone);
    chat.msrp.answer = () => 481;
    await say(desk, contact, 'b', 'Still there?');
    await chat.ended();
    const again = await phone.next();
    expect((await again.hear()).text).toBe('Still there?');
    await again.bye();
  });

  test('chats - in the dialog: the same offer is accepted, other media and transfers are not', async () => {
    const phone = await world.chatter(name);
    const chat = await phone.invite(ALICE_SIP);
    const statusOf = async (method: string, options = {}) =>
      (await chat.send(method, options).waitFor('final')).status;
    const offer =
      phone.sip.log.find(({ message }) => message?.body !== undefined)?.message?.body?.content ?? '';
    expect(await statusOf('INVITE', { sdp: offer })).toBe(200);
    expect(await statusOf('INVITE', { sdp: `${offer}m=audio 4000 RTP/AVP 0\r\n` })).toBe(488);
    expect(await statusOf('REFER', { headers: { 'refer-to': ['<sip:x@sip.test>'] } })).toBe(403);
    expect(await chat.say('Still here')).toBe(200);
    await desk.next(isText('Still here'));
    expect((await chat.bye()).status).toBe(200);
  });

  test('chats - a device that goes away leaves the chat to the other', async () => {
    const phone = await world.chatter(name);
    const tablet = await world.login('alice', { resource: 'tablet', contacts: [contactOf('known')] });
    await say(tablet, contact, 't', 'From the tablet');
    const chat = await phone.next();
    await chat.hear();
    await tablet.close();
    await settle(desk);
    const isHeard = async (): Promise<boolean> => {
      await chat.say('Where are you?');
      return desk.next(isText('Where are you?'), QUIET_MS).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(isHeard, { timeout: 30_000 }).toBe(true);
    await say(desk, contact, 'd', 'Here');
    expect((await chat.hear()).text).toBe('Here');
    await chat.bye();
  });
});
