/**
 * From INVITE to answer end to end: early answers, forks, redirections, reliable ringing, delayed offers, session
 * timers, a party that goes away. RFC 3262, RFC 3261 §13, RFC 4028.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  candidatesOf,
  type JingleUser,
  type PhoneRequest,
  phoneSdp,
  reasonOf,
  type SipPhone,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser, answeredByPhone, hungUpByPhone, hungUpByUser, sipAddressOf } from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = sipAddressOf('bob');
const ROBERT_SIP = sipAddressOf('robert');
const ALICE_SIP = addressOfUser('alice');

const reliable = (rseq: number) => ({ require: ['100rel'], rseq: [String(rseq)] });

describe.each(MODES)('early media, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'], config: { calls: { max_redirects: 2 } } });
    phone = await world.phone({ user: 'bob' });
    alice = await world.caller('alice', { contacts: [BOB] });
  });
  afterAll(() => world?.stop());

  const portIn = (iq: XmlElement): string | undefined => candidatesOf(iq)[0]?.[0]?.attrs.port;
  const acknowledged = async (invite: PhoneRequest): Promise<string | undefined> => {
    const prack = await invite.nextRequest('PRACK');
    prack.respond(200);
    return prack.request.headers.rack?.[0];
  };
  const hangUp = (call: PhoneRequest, sid: string): Promise<void> =>
    hungUpByUser({ user: alice, sid, contact: BOB, call });

  test('early media - a reliable 183 has the answer, the 200 none', async () => {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    expect(invite.request.headers.supported?.join()).toMatch(/100rel/);
    invite.respond(183, { sdp: phoneSdp({ port: 46_000 }), headers: reliable(4) });
    expect(await acknowledged(invite)).toBe('4 1 INVITE');
    await alice.nextJingle('session-info', sid);
    invite.respond(180, { headers: reliable(5) });
    expect(await acknowledged(invite)).toBe('5 1 INVITE');
    invite.respond(200);
    expect(portIn(await alice.nextJingle('session-accept', sid))).toBe('46000');
    await invite.nextRequest('ACK');
    await hangUp(invite, sid);
  });

  test('early media - branches of a fork answer early, one wins, and the late one is ended', async () => {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(183, { toTag: 'desk', sdp: phoneSdp({ port: 46_002 }), headers: reliable(1) });
    await acknowledged(invite);
    invite.respond(183, { toTag: 'mobile', sdp: phoneSdp({ port: 46_004 }), headers: reliable(1) });
    await acknowledged(invite);
    invite.respond(200, { toTag: 'mobile' });
    expect(portIn(await alice.nextJingle('session-accept', sid))).toBe('46004');
    expect((await invite.nextRequest('ACK')).request.to.params.tag).toBe('mobile');
    invite.respond(200, { toTag: 'desk' });
    expect((await invite.nextRequest('ACK')).request.to.params.tag).toBe('desk');
    const bye = await invite.nextRequest('BYE');
    bye.respond(200);
    expect(bye.request.to.params.tag).toBe('desk');
    await hangUp(invite, sid);
  });

  test('early media - a redirection is followed', async () => {
    const sid = await alice.initiate(BOB);
    const first = await phone.nextRequest('INVITE');
    first.respond(302, { headers: { contact: [`<${ROBERT_SIP}>`] } });
    const second = await phone.nextRequest('INVITE');
    expect(second.request.requestUri).toBe(ROBERT_SIP);
    expect(second.request.callId).toBe(sid);
    second.respond(200, { sdp: true });
    await alice.nextJingle('session-accept', sid);
    await second.nextRequest('ACK');
    await hangUp(second, sid);
  });

  test('early media - a 180 that has to be reliable is repeated until its PRACK', async () => {
    const call = phone.invite({
      to: ALICE_SIP,
      from: BOB_SIP,
      sdp: true,
      headers: { require: ['100rel'] },
    });
    const initiate = await alice.nextJingle('session-initiate', call.callId);
    const ringing = await call.waitFor(180);
    const rings = () => call.responses.filter(({ status }) => status === 180).length;
    await expect.poll(rings, { timeout: 3_000 }).toBeGreaterThan(1);
    const prack = call.dialog(ringing).send('PRACK', {
      headers: { rack: [`${ringing.headers.rseq?.[0]} ${ringing.cseq.number} INVITE`] },
    });
    expect((await prack.waitFor('final')).status).toBe(200);
    await alice.accept(initiate);
    await call.waitFor(200);
    call.ack();
    await hungUpByPhone({ user: alice, sid: call.callId, contact: BOB, call });
  });

  test('early media - an INVITE without SDP: the offer is in the 200, the answer in the ACK', async () => {
    const call = phone.invite({ to: ALICE_SIP, from: BOB_SIP });
    await alice.accept(await alice.nextJingle('session-initiate', call.callId));
    const ok = await call.waitFor(200);
    expect(ok.body?.content).toMatch(/m=audio 45000 /);
    call.ack({ sdp: phoneSdp({ port: 46_006 }) });
    expect(portIn(await alice.nextJingle('transport-info', call.callId))).toBe('46006');
    await hungUpByPhone({ user: alice, sid: call.callId, contact: BOB, call });
  });

  test('early media - session timers are agreed on and refreshed', async () => {
    const call = phone.invite({
      to: ALICE_SIP,
      from: BOB_SIP,
      sdp: true,
      headers: { supported: ['timer'], 'session-expires': ['120;refresher=uac'] },
    });
    await alice.accept(await alice.nextJingle('session-initiate', call.callId));
    expect((await call.waitFor(200)).headers['session-expires']).toEqual(['120;refresher=uac']);
    call.ack();
    const refresh = call.send('UPDATE', {
      headers: { supported: ['timer'], 'session-expires': ['90;refresher=uac'] },
    });
    const answer = await refresh.waitFor('final');
    expect([answer.status, answer.headers['session-expires']]).toEqual([200, ['90;refresher=uac']]);
    await hungUpByPhone({ user: alice, sid: call.callId, contact: BOB, call });
  });

  test('early media - a party that goes away for good ends its call', async () => {
    const tablet = await world.caller('alice', { resource: 'tablet', contacts: [BOB] });
    const { call } = await answeredByPhone(tablet, phone);
    await tablet.user.close();
    const bye = await call.nextRequest('BYE', 15_000);
    bye.respond(200);
    expect(bye.request.headers.reason?.[0]).toMatch(/cause=480/);
  });

  test('early media - nobody answers in an early dialog: the caller hears why', async () => {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(183, { sdp: phoneSdp({ port: 46_008 }), headers: reliable(1) });
    await acknowledged(invite);
    invite.respond(486);
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('decline');
  });
});
