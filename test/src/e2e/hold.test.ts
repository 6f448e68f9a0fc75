/**
 * Offers in a call that is up, end to end: hold and unhold from each side, re-INVITEs of the phone with and without SDP.
 */
import { randomUUID } from 'node:crypto';
import {
  type JingleUser,
  jingleOf,
  jingleUser,
  type PhoneCall,
  type PhoneRequest,
  type SipPhone,
  startSipPhone,
} from '@stoxgate/testkit';
import { childOf, el } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const JINGLE = 'urn:xmpp:jingle:1';
const INFO = 'urn:xmpp:jingle:apps:rtp:info:1';

/** The phone's SDP: G.711, with a direction and an RTP port. */
const phoneSdp = (direction: string, version: number, port = 49_170): string =>
  [
    'v=0',
    `o=phone 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');

const directionIn = (sdp: string | undefined): string | undefined =>
  /^a=(sendrecv|sendonly|recvonly|inactive)\r$/m.exec(sdp ?? '')?.[1];

describe.each(MODES)('hold, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    phone = await startSipPhone({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
      user: 'bob',
    });
    alice = jingleUser(await world.login('alice', { contacts: [BOB] }));
  });
  afterAll(async () => {
    await phone?.stop();
    await world?.stop();
  });

  async function calledByAlice(): Promise<{ sid: string; call: PhoneRequest; contact: string }> {
    const sid = await alice.initiate(BOB);
    const call = await phone.nextRequest('INVITE');
    call.respond(200, { sdp: phoneSdp('sendrecv', 1) });
    await alice.nextJingle('session-accept', sid);
    await call.nextRequest('ACK');
    return { sid, call, contact: BOB };
  }

  async function calledByBob(): Promise<{ sid: string; call: PhoneCall; contact: string }> {
    const call = phone.invite({
      to: `sip:alice@${XMPP_DOMAIN}`,
      from: `sip:bob@${SIP_DOMAIN}`,
      sdp: phoneSdp('sendrecv', 1),
    });
    const initiate = await alice.nextJingle('session-initiate', call.callId);
    await alice.accept(initiate);
    await call.waitFor(200);
    call.ack();
    return { sid: call.callId, call, contact: initiate.attrs.from ?? '' };
  }

  /** alice's client says `word` (hold, unhold); the phone takes the offer that comes of it. */
  async function saidByAlice(
    { sid, call, contact }: { sid: string; call: PhoneCall | PhoneRequest; contact: string },
    word: string,
    answer: string,
  ): Promise<string | undefined> {
    const info = el('jingle', { xmlns: JINGLE, action: 'session-info', sid }, el(word, { xmlns: INFO }));
    const result = await alice.user.iq(el('iq', { type: 'set', to: contact, id: randomUUID() }, info));
    expect(result.attrs.type).toBe('result');
    const offer = await call.nextRequest('INVITE');
    offer.respond(200, { sdp: phoneSdp(answer, 2) });
    await call.nextRequest('ACK');
    return directionIn(offer.request.body?.content);
  }

  /** The phone offers; gives the direction in the answer. */
  async function offeredByPhone(
    call: PhoneCall | PhoneRequest,
    sdp: string | undefined,
    inAck?: string,
  ): Promise<string | undefined> {
    const offer = call.send('INVITE', sdp === undefined ? {} : { sdp });
    const answer = await offer.waitFor('final');
    expect(answer.status).toBe(200);
    const dialog = 'responses' in call ? call.dialog() : call.dialog;
    dialog?.ack(offer.request.cseq, inAck === undefined ? {} : { sdp: inAck });
    return directionIn(answer.body?.content);
  }

  async function nextSenders(sid: string): Promise<string | undefined> {
    return childOf(jingleOf(await alice.nextJingle('content-modify', sid)), 'content')?.attrs.senders;
  }

  async function hungUpByPhone(sid: string, call: PhoneCall | PhoneRequest): Promise<void> {
    expect((await call.bye()).status).toBe(200);
    await alice.nextJingle('session-terminate', sid);
  }

  test('hold - a caller on XMPP holds and takes up again', async () => {
    const call = await calledByAlice();
    expect(await saidByAlice(call, 'hold', 'recvonly')).toBe('sendonly');
    expect(await saidByAlice(call, 'unhold', 'sendrecv')).toBe('sendrecv');
    await hungUpByPhone(call.sid, call.call);
  });

  test('hold - the phone that is called holds, both hold, both take up again', async () => {
    const call = await calledByAlice();
    expect(await offeredByPhone(call.call, phoneSdp('sendonly', 2))).toBe('recvonly');
    expect(await nextSenders(call.sid)).toBe('responder');
    expect(await saidByAlice(call, 'hold', 'inactive')).toBe('inactive');
    expect(await offeredByPhone(call.call, phoneSdp('sendrecv', 3))).toBe('sendonly');
    expect(await nextSenders(call.sid)).toBe('initiator');
    expect(await saidByAlice(call, 'unhold', 'sendrecv')).toBe('sendrecv');
    await hungUpByPhone(call.sid, call.call);
  });

  test('hold - a call from the phone: held by either side', async () => {
    const call = await calledByBob();
    expect(await offeredByPhone(call.call, phoneSdp('sendonly', 2))).toBe('recvonly');
    expect(await nextSenders(call.sid)).toBe('initiator');
    expect(await offeredByPhone(call.call, phoneSdp('sendrecv', 3))).toBe('sendrecv');
    expect(await nextSenders(call.sid)).toBe('both');
    expect(await saidByAlice(call, 'hold', 'recvonly')).toBe('sendonly');
    expect(await saidByAlice(call, 'unhold', 'sendrecv')).toBe('sendrecv');
    await hungUpByPhone(call.sid, call.call);
  });

  test('hold - a re-INVITE that moves the media, and one without SDP', async () => {
    const call = await calledByAlice();
    expect(await offeredByPhone(call.call, phoneSdp('sendrecv', 2, 49_200))).toBe('sendrecv');
    const moved = childOf(jingleOf(await alice.nextJingle('transport-info', call.sid)), 'content');
    const transport = moved && childOf(moved, 'transport');
    expect(transport && childOf(transport, 'candidate')?.attrs.port).toBe('49200');
    expect(await offeredByPhone(call.call, undefined, phoneSdp('sendonly', 3, 49_200))).toBe('sendrecv');
    expect(await nextSenders(call.sid)).toBe('responder');
    await alice.terminate(BOB, call.sid, 'success');
    (await call.call.nextRequest('BYE')).respond(200);
  });
});
