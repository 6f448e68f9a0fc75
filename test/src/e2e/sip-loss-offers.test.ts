/**
 * Calls that are up change at 10 % loss each way: holds of both sides, re-INVITEs of either, and each call completes.
 * RFC 3261 §14, §17.1; RFC 3264 §8.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  contentOf,
  type JingleUser,
  jingleUser,
  type PhoneCall,
  type PhoneRequest,
  phoneSdp,
  reasonOf,
  type SipPhone,
  startSipPhone,
} from '@stoxgate/testkit';
import { el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactOf, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const CALLS = 300;
const AT_A_TIME = 50;
const GLARE_MS = 2_100;
const WAIT_MS = 60_000;
const BOB = contactOf('bob');
const VIDEO = ['m=video 49180 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];
const FILM = contentOf({
  name: 'film',
  media: 'video',
  port: 45_002,
  payloads: [el('payload-type', { id: 96, name: 'VP8', clockrate: 90_000 })],
});

/** Several: what one user's calls have in common is handled one by one. */
const USERS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9'];

/** Runs `call` as often as there are calls; gives how often it came to its end. */
async function completed(
  users: readonly JingleUser[],
  call: (user: JingleUser) => Promise<void>,
): Promise<number> {
  let begun = 0;
  let done = 0;
  const worker = async (user: JingleUser): Promise<void> => {
    while (begun++ < CALLS) {
      await call(user);
      done++;
    }
  };
  const workers = users.flatMap((user) =>
    Array.from({ length: AT_A_TIME / users.length }, () => worker(user)),
  );
  await Promise.all(workers);
  return done;
}

describe('sip loss of offers', () => {
  let world: World;
  let phone: SipPhone;
  const users: JingleUser[] = [];

  beforeAll(async () => {
    world = await startWorld('all', { accounts: USERS });
    phone = await startSipPhone({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
      user: 'bob',
      keepLog: false,
      lossPercent: 10,
      retransmitAfterMs: 500,
      timeoutMs: WAIT_MS,
    });
    for (const name of USERS) users.push(jingleUser(await world.login(name, { contacts: [BOB] })));
  });
  afterAll(async () => {
    await phone?.stop();
    await world?.stop();
  });

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
    const dialog = 'responses' in call ? call.dialog() : call.dialog;
    const answer = await dialog?.reinvite({ sdp }).waitFor('final');
    if (answer?.status !== 491) expect(answer?.status).toBe(200);
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
        to: `sip:${user.user.fullJid.split('@')[0]}@${XMPP_DOMAIN}`,
        from: `sip:bob@${SIP_DOMAIN}`,
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
