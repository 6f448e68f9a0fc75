/**
 * Calls that are up change at 10 % loss each way: holds of both sides, re-INVITEs of either, and each call completes.
 * RFC 3261 §14, §17.1; RFC 3264 §8.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  contentOf,
  type JingleUser,
  type PhoneCall,
  type PhoneRequest,
  phoneSdp,
  reasonOf,
  type SipPhone,
} from '@stoxgate/testkit';
import { el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser, sipAddressOf } from './call-up.ts';
import { CALLS, completed, LOSS_PERCENT, loginAll, USERS, WAIT_MS } from './many-calls.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const GLARE_MS = 2_100;
const BOB = contactOf('bob');
const VIDEO = ['m=video 49180 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];
const FILM = contentOf({
  name: 'film',
  media: 'video',
  port: 45_002,
  payloads: [el('payload-type', { id: 96, name: 'VP8', clockrate: 90_000 })],
});

describe.each(MODES)('sip loss of offers, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let users: JingleUser[];

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: USERS });
    phone = await world.phone({
      user: 'bob',
      keepLog: false,
      lossPercent: LOSS_PERCENT,
      retransmitAfterMs: 500,
      timeoutMs: WAIT_MS,
    });
    users = await loginAll(world, BOB);
  });
  afterAll(() => world?.stop());

  const heard = (user: JingleUser, action: string, sid: string) => user.nextJingle(action, sid, WAIT_MS);

  /** The ACK of that number: one of an earlier INVITE may come once more. */
  async function acknowledged(call: PhoneRequest, invite: PhoneRequest): Promise<void> {
    while ((await call.nextRequest('ACK')).request.cseq.number !== invite.request.cseq.number);
  }

  async function answeredCall(user: JingleUser) {
    const sid = await user.initiate(BOB);
    const call = await phone.nextRequest('INVITE', WAIT_MS, sid);
    call.respond(200, { sdp: phoneSdp() });
    await heard(user, 'session-accept', sid);
    await acknowledged(call, call);
    return { sid, call };
  }

  async function answered(call: PhoneRequest, sdp: string): Promise<void> {
    const offer = await call.nextRequest('INVITE');
    offer.respond(200, { sdp });
    await acknowledged(call, offer);
  }

  /** A 491 is no failure: the ACK that was lost comes again, and so does the INVITE (RFC 3261 §14.1). */
  async function reinvited(call: PhoneRequest | PhoneCall, sdp: string): Promise<void> {
    const answer = await call.reinvite({ sdp }).waitFor('final');
    if (answer.status !== 491) expect(answer.status).toBe(200);
    else {
      await delay(GLARE_MS);
      await reinvited(call, sdp);
    }
  }

  async function hungUp(user: JingleUser, call: PhoneRequest | PhoneCall, sid: string): Promise<void> {
    expect((await call.bye()).status).toBe(200);
    expect(reasonOf(await heard(user, 'session-terminate', sid))).toBe('success');
  }

  test.concurrent('sip loss of offers - both sides hold and take up again: every call completes', async () => {
    const say = (user: JingleUser, sid: string, word: string): Promise<void> =>
      user.request(BOB, 'session-info', sid, el(word, { xmlns: NS.JINGLE_RTP_INFO }));
    const calls = await completed(users, async (user) => {
      const { sid, call } = await answeredCall(user);
      await say(user, sid, 'hold');
      await answered(call, phoneSdp({ version: 2, direction: 'recvonly' }));
      await reinvited(call, phoneSdp({ version: 3, direction: 'sendonly' }));
      await heard(user, 'content-modify', sid);
      await say(user, sid, 'unhold');
      await answered(call, phoneSdp({ version: 4, direction: 'sendonly' }));
      await reinvited(call, phoneSdp({ version: 5 }));
      await heard(user, 'content-modify', sid);
      await hungUp(user, call, sid);
    });
    expect(calls).toBe(CALLS);
  });

  test.concurrent('sip loss of offers - a re-INVITE of the XMPP side adds video: every call completes', async () => {
    const calls = await completed(users, async (user) => {
      const { sid, call } = await answeredCall(user);
      await user.request(BOB, 'content-add', sid, FILM);
      await answered(call, phoneSdp({ version: 2, media: VIDEO }));
      await heard(user, 'content-accept', sid);
      await hungUp(user, call, sid);
    });
    expect(calls).toBe(CALLS);
  });

  test.concurrent('sip loss of offers - a re-INVITE of the SIP side moves the media: every call completes', async () => {
    const calls = await completed(users, async (user) => {
      const call = phone.invite({
        to: addressOfUser(user.user.fullJid.split('@')[0] ?? ''),
        from: sipAddressOf('bob'),
        sdp: phoneSdp(),
      });
      const answer = call.waitFor(200);
      const initiate = await Promise.race([heard(user, 'session-initiate', call.callId), answer]);
      if ('status' in initiate) throw new Error('answered before anybody was asked');
      await user.accept(initiate);
      await answer;
      call.ack();
      await reinvited(call, phoneSdp({ version: 2, port: 49_200 }));
      await heard(user, 'transport-info', call.callId);
      await hungUp(user, call, call.callId);
    });
    expect(calls).toBe(CALLS);
  });
});
