/**
 * Offers in a call that is up, end to end: hold and unhold from each side, re-INVITEs of the phone with and without SDP.
 */
import {
  candidatesOf,
  contentsOf,
  type JingleUser,
  type PhoneSdpOptions,
  phoneSdp,
  type SipPhone,
} from '@stoxgate/testkit';
import { el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answeredByPhone,
  answeredByUser,
  type CallUp,
  directionIn,
  hungUpByPhone,
  hungUpByUser,
} from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

type Direction = NonNullable<PhoneSdpOptions['direction']>;

describe.each(MODES)('hold, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    phone = await world.phone({ user: 'bob' });
    alice = await world.caller('alice', { contacts: [contactOf('bob')] });
  });
  afterAll(() => world?.stop());

  /** alice's client says `word` (hold, unhold); the phone takes the offer that comes of it. */
  async function saidByAlice(
    { sid, call, contact }: CallUp,
    word: string,
    direction: Direction,
  ): Promise<string | undefined> {
    await alice.request(contact, 'session-info', sid, el(word, { xmlns: NS.JINGLE_RTP_INFO }));
    const offer = await call.nextRequest('INVITE');
    offer.respond(200, { sdp: phoneSdp({ direction, version: 2 }) });
    await call.nextRequest('ACK');
    return directionIn(offer.request.body?.content);
  }

  /** The phone offers, in the ACK when `sdp` is none; gives the direction in the answer. */
  async function offeredByPhone(
    { call }: CallUp,
    sdp: string | undefined,
    inAck?: string,
  ): Promise<string | undefined> {
    const offer = call.reinvite(sdp === undefined ? {} : { sdp }, inAck === undefined ? {} : { sdp: inAck });
    const answer = await offer.waitFor('final');
    expect(answer.status).toBe(200);
    return directionIn(answer.body?.content);
  }

  async function nextSenders({ sid }: CallUp): Promise<string | undefined> {
    return contentsOf(await alice.nextJingle('content-modify', sid))[0]?.attrs.senders;
  }

  test('hold - a caller on XMPP holds and takes up again', async () => {
    const call = await answeredByPhone(alice, phone);
    expect(await saidByAlice(call, 'hold', 'recvonly')).toBe('sendonly');
    expect(await saidByAlice(call, 'unhold', 'sendrecv')).toBe('sendrecv');
    await hungUpByPhone(call);
  });

  test('hold - the phone that is called holds, both hold, both take up again', async () => {
    const call = await answeredByPhone(alice, phone);
    expect(await offeredByPhone(call, phoneSdp({ direction: 'sendonly', version: 2 }))).toBe('recvonly');
    expect(await nextSenders(call)).toBe('responder');
    expect(await saidByAlice(call, 'hold', 'inactive')).toBe('inactive');
    expect(await offeredByPhone(call, phoneSdp({ direction: 'sendrecv', version: 3 }))).toBe('sendonly');
    expect(await nextSenders(call)).toBe('initiator');
    expect(await saidByAlice(call, 'unhold', 'sendrecv')).toBe('sendrecv');
    await hungUpByPhone(call);
  });

  test('hold - a call from the phone: held by either side', async () => {
    const call = await answeredByUser(alice, phone);
    expect(await offeredByPhone(call, phoneSdp({ direction: 'sendonly', version: 2 }))).toBe('recvonly');
    expect(await nextSenders(call)).toBe('initiator');
    expect(await offeredByPhone(call, phoneSdp({ direction: 'sendrecv', version: 3 }))).toBe('sendrecv');
    expect(await nextSenders(call)).toBe('both');
    expect(await saidByAlice(call, 'hold', 'recvonly')).toBe('sendonly');
    expect(await saidByAlice(call, 'unhold', 'sendrecv')).toBe('sendrecv');
    await hungUpByPhone(call);
  });

  test('hold - a re-INVITE that moves the media, and one without SDP', async () => {
    const call = await answeredByPhone(alice, phone);
    expect(await offeredByPhone(call, phoneSdp({ direction: 'sendrecv', version: 2, port: 49_200 }))).toBe(
      'sendrecv',
    );
    const moved = await alice.nextJingle('transport-info', call.sid);
    expect(candidatesOf(moved)).toMatchObject([[{ attrs: { port: '49200' } }]]);
    expect(
      await offeredByPhone(call, undefined, phoneSdp({ direction: 'sendonly', version: 3, port: 49_200 })),
    ).toBe('sendrecv');
    expect(await nextSenders(call)).toBe('responder');
    await hungUpByUser(call);
  });
});
