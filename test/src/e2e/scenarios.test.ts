/**
 * What mod_jingle_sip and draft-ietf-stox-media promise of calls between an XMPP user and a phone, one test a promise, end
 * to end: XMPP clients at a real Prosody, a SIP phone at the gateway's proxy port.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  candidatesOf,
  contentsOf,
  type JingleUser,
  jingleOf,
  type PhoneSdpOptions,
  phoneSdp,
  reasonOf,
  type SipPhone,
} from '@stoxgate/testkit';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressOfUser,
  answeredByPhone,
  type CallUp,
  directionIn,
  hungUpByPhone,
  hungUpByUser,
  sipAddressOf,
} from './call-up.ts';
import { COMPONENT, contactOf, MODES, settle, startWorld, type World } from './world.ts';

const ROMEO = contactOf('romeo');
const ROMEO_SIP = sipAddressOf('romeo');
const ALICE_SIP = addressOfUser('alice');

/** The phone offers; gives the direction in the answer. */
async function reinvited({ call }: CallUp, options: PhoneSdpOptions): Promise<string | undefined> {
  const answer = await call.reinvite({ sdp: phoneSdp({ version: 2, ...options }) }).waitFor('final');
  expect([answer.status, answer.body?.contentType]).toEqual([200, 'application/sdp']);
  return directionIn(answer.body?.content);
}

describe.each(MODES)('scenarios, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;
  let carol: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'bob', 'carol'] });
    phone = await world.phone({ user: 'romeo' });
    alice = await world.caller('alice', { contacts: [ROMEO] });
    carol = await world.caller('carol');
  });
  afterAll(() => world?.stop());

  test('scenarios - 480 of the proxy: general-error with sip-error', async () => {
    const sid = await alice.initiate(ROMEO);
    (await phone.nextRequest('INVITE')).respond(480);
    const terminate = await alice.nextJingle('session-terminate', sid);
    expect(reasonOf(terminate)).toBe('general-error');
    const reason = childOf(jingleOf(terminate), 'reason') ?? el('none');
    expect(childOf(reason, 'sip-error')).toMatchObject({
      attrs: { code: '480' },
      children: ['Temporarily Unavailable'],
    });
  });

  test.each([
    ['+15551234', ';user=phone'],
    ['*901', ''],
  ])('scenarios - a call to the number %s, whose media moves: transport-info', async (number, kind) => {
    const up = await answeredByPhone(alice, phone, { contact: contactOf(number) });
    expect(up.call.request.requestUri).toBe(`${sipAddressOf(number)}${kind}`);
    for (const _change of ['to another port', 'not at all']) {
      expect(await reinvited(up, { port: 49_200 })).toBe('sendrecv');
      const info = await alice.nextJingle('transport-info', up.sid);
      expect(candidatesOf(info)).toMatchObject([[{ attrs: { ip: '127.0.0.1', port: '49200' } }]]);
    }
    await hungUpByPhone(up);
  });

  test('scenarios - two devices: accepted on the one, the other hears cancel', async () => {
    const tablet = await world.caller('alice', { resource: 'tablet', contacts: [ROMEO], mediaPort: 45_200 });
    const call = phone.invite({ to: ALICE_SIP, from: ROMEO_SIP, sdp: true });
    const initiate = await alice.nextJingle('session-initiate', call.callId);
    await tablet.nextJingle('session-initiate', call.callId);
    await alice.accept(initiate);
    expect((await call.waitFor(200)).contacts[0]?.uri).toMatch(/gr=desk/);
    call.ack();
    expect(reasonOf(await tablet.nextJingle('session-terminate', call.callId))).toBe('cancel');
    await hungUpByPhone({ user: alice, sid: call.callId, contact: ROMEO, call });
    await tablet.user.close();
  });

  test.each([
    ['the caller', ROMEO],
    ['the gateway', COMPONENT],
  ])(
    'scenarios - two devices: the second asks %s for the pending call, takes it, and the first hears cancel',
    async (_whom, address) => {
      const call = phone.invite({ to: ALICE_SIP, from: ROMEO_SIP, sdp: true });
      const { callId: sid } = call;
      const first = await alice.nextJingle('session-initiate', sid);
      const tablet = await world.caller('alice', { resource: 'tablet', mediaPort: 45_200 });
      const ask = (user: JingleUser): Promise<XmlElement> => {
        const asked = el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate', sid });
        return user.user.iq(el('iq', { type: 'get', to: address }, asked));
      };
      expect((await ask(tablet)).attrs.type).toBe('result');
      const second = await tablet.nextJingle('session-initiate', sid);
      expect(second.attrs.from).toBe(first.attrs.from);
      expect(second.attrs.from?.split('/')[0]).toBe(ROMEO);
      expect(contentsOf(second)).toEqual(contentsOf(first));
      const nothing = { condition: 'item-not-found', text: 'no session-initiate for this SID' };
      expect(readStanzaError(await ask(carol))).toMatchObject(nothing);

      await tablet.accept(second);
      expect((await call.waitFor(200)).contacts[0]?.uri).toMatch(/gr=tablet/);
      call.ack();
      expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('cancel');
      expect(readStanzaError(await ask(alice))).toMatchObject(nothing);
      await hungUpByPhone({ user: tablet, sid, contact: ROMEO, call });
      await tablet.user.close();
    },
  );

  test('scenarios - a call to a user who is offline: 480, and nothing to XMPP', async () => {
    const before = await world.login('bob', { contacts: [ROMEO] });
    await before.close();
    await settle(alice.user);
    const call = phone.invite({ to: addressOfUser('bob'), from: ROMEO_SIP, sdp: true });
    await call.waitFor(480, 10_000);
    expect(call.responses.map(({ status }) => status)).not.toContain(180);
    const bob = await world.login('bob', { contacts: [ROMEO] });
    expect([...before.log, ...bob.log].filter(({ stanza }) => childOf(stanza, 'jingle'))).toEqual([]);
    await bob.close();
  });

  test('scenarios - a third user cannot accept or end a call: item-not-found', async () => {
    const call = phone.invite({ to: ALICE_SIP, from: ROMEO_SIP, sdp: true });
    const initiate = await alice.nextJingle('session-initiate', call.callId);
    const from = initiate.attrs.from ?? '';
    const jingle = (action: string) => el('jingle', { xmlns: NS.JINGLE, action, sid: call.callId });
    for (const action of ['session-accept', 'session-terminate']) {
      const error = await carol.user.iq(el('iq', { type: 'set', to: from }, jingle(action)));
      expect(readStanzaError(error)).toMatchObject({ condition: 'item-not-found', type: 'cancel' });
    }
    await alice.accept(initiate);
    await call.waitFor(200);
    call.ack();
    await expect(carol.terminate(from, call.callId, 'success')).rejects.toThrow(/item-not-found/);
    await hungUpByUser({ user: alice, sid: call.callId, contact: from, call });
  });

  test('scenarios - basic voice chat: raw-udp, 180, 200, ACK, BYE of the callee, success', async () => {
    const up = await answeredByPhone(alice, phone, { contact: ROMEO });
    const { call, accept } = up;
    expect(call.request).toMatchObject({
      callId: up.sid,
      requestUri: ROMEO_SIP,
      from: { uri: ALICE_SIP },
      to: { uri: ROMEO_SIP, params: {} },
      contacts: [{ uri: expect.stringMatching(/gr=desk/) }],
    });
    expect(call.request.body?.content).toMatch(
      /c=IN IP4 127\.0\.0\.1\r\n(.*\r\n)*m=audio 45000 RTP\/AVP 8 0\r\n/,
    );
    expect(candidatesOf(accept)).toMatchObject([[{ attrs: { ip: '127.0.0.1', port: '49170' } }]]);
    expect(accept.attrs.from).toContain(ROMEO);
    await hungUpByPhone(up);
  });

  test('scenarios - hold by session-info and by content-modify, by both at once, and taken up again', async () => {
    const up = await answeredByPhone(alice, phone, { contact: ROMEO });
    const { sid, call } = up;
    /** The phone answers the offer that Alice's change brought. */
    const offered = async (version: number): Promise<string | undefined> => {
      const offer = await call.nextRequest('INVITE');
      const given = directionIn(offer.request.body?.content);
      const direction = given === 'sendonly' ? 'recvonly' : given === 'recvonly' ? 'sendonly' : given;
      offer.respond(200, { sdp: phoneSdp({ version, direction: direction as 'sendrecv' }) });
      await call.nextRequest('ACK');
      return given;
    };
    const say = (word: string): Promise<void> =>
      alice.request(ROMEO, 'session-info', sid, el(word, { xmlns: NS.JINGLE_RTP_INFO }));
    const modify = (senders: string): Promise<void> =>
      alice.request(
        ROMEO,
        'content-modify',
        sid,
        el('content', { creator: 'initiator', name: 'audio', senders }),
      );
    const phoneHolds = async (version: number, direction: 'sendonly' | 'sendrecv') => {
      const answered = await reinvited(up, { version, direction });
      return [answered, contentsOf(await alice.nextJingle('content-modify', sid))[0]?.attrs.senders];
    };

    await say('hold');
    expect(await offered(2)).toBe('sendonly');
    expect(await phoneHolds(3, 'sendonly')).toEqual(['inactive', 'none']);
    await say('unhold');
    expect(await offered(4)).toBe('recvonly');
    expect(await phoneHolds(5, 'sendrecv')).toEqual(['sendrecv', 'both']);
    await modify('initiator');
    expect(await offered(6)).toBe('sendonly');
    await modify('both');
    expect(await offered(7)).toBe('sendrecv');
    await hungUpByPhone(up);
  });

  test('scenarios - a reliable 183 with SDP, then a bare 200: the answer is the one stored for that tag', async () => {
    const sid = await alice.initiate(ROMEO);
    const call = await phone.nextRequest('INVITE');
    for (const [toTag, port] of [
      ['one', 49_300],
      ['two', 49_310],
    ] as const) {
      const headers = { require: ['100rel'], rseq: ['1'] };
      call.respond(183, { toTag, headers, sdp: phoneSdp({ port }) });
      const prack = await call.nextRequest('PRACK');
      expect(prack.request.to.params.tag).toBe(toTag);
      prack.respond(200);
    }
    call.respond(200, { toTag: 'one' });
    const accept = await alice.nextJingle('session-accept', sid);
    expect(candidatesOf(accept)).toMatchObject([[{ attrs: { port: '49300' } }]]);
    await call.nextRequest('ACK');
    await hungUpByUser({ user: alice, sid, contact: ROMEO, call });
  });

  test('scenarios - two branches of a fork answer: one session-accept, the other is acknowledged and ended', async () => {
    const sid = await alice.initiate(ROMEO);
    const call = await phone.nextRequest('INVITE');
    call.respond(180, { toTag: 'one' });
    call.respond(180, { toTag: 'two' });
    call.respond(200, { toTag: 'one', sdp: true });
    call.respond(200, { toTag: 'two', sdp: true });
    await alice.nextJingle('session-accept', sid);
    const acknowledged = [await call.nextRequest('ACK'), await call.nextRequest('ACK')];
    expect(acknowledged.map(({ request }) => request.to.params.tag).sort()).toEqual(['one', 'two']);
    const loser = await call.nextRequest('BYE');
    expect(loser.request.to.params.tag).toBe('two');
    loser.respond(200);
    await alice.terminate(ROMEO, sid, 'success');
    const winner = await call.nextRequest('BYE');
    expect(winner.request.to.params.tag).toBe('one');
    winner.respond(200);
    const heard = alice.user.log.filter(({ sent, stanza }) => !sent && jingleOf(stanza).attrs.sid === sid);
    expect(heard.map(({ stanza }) => jingleOf(stanza).attrs.action)).toEqual([
      'session-info',
      'session-accept',
    ]);
  });
});

describe.each(MODES)('scenarios in the profile mongoose, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'], config: { calls: { offer_delta: 'mongoose' } } });
    phone = await world.phone({ user: 'romeo' });
    alice = await world.caller('alice', { contacts: [ROMEO] });
  });
  afterAll(() => world?.stop());

  test.each([
    ['+15551234', ';user=phone'],
    ['*901', ''],
  ])('scenarios - a call to the number %s, that changes in any way: transport-info', async (number, kind) => {
    const up = await answeredByPhone(alice, phone, { contact: contactOf(number) });
    expect(up.call.request.requestUri).toBe(`${sipAddressOf(number)}${kind}`);
    for (const change of [{ port: 49_200 }, { port: 49_200, direction: 'sendonly' }] as const) {
      expect(await reinvited(up, change)).toBeDefined();
      const info = await alice.nextJingle('transport-info', up.sid);
      expect(candidatesOf(info)).toMatchObject([[{ attrs: { port: '49200' } }]]);
    }
    await hungUpByPhone(up);
  });
});
