/**
 * Calls end to end: XMPP clients at a real Prosody, a SIP phone at the gateway's proxy port.
 */
import { type JingleUser, jingleOf, reasonOf, type SipPhone } from '@stoxgate/testkit';
import { childOf, elementsOf, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressOfUser,
  answeredByPhone,
  answeredByUser,
  hungUpByPhone,
  hungUpByUser,
  sipAddressOf,
} from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = sipAddressOf('bob');
const ALICE_SIP = addressOfUser('alice');

describe.each(MODES)('calls, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    phone = await world.phone({ user: 'bob' });
    alice = await world.caller('alice', { contacts: [BOB] });
  });
  afterAll(() => world?.stop());

  /** Requests with `method` that reached the phone in one call; an ACK to a failure is the transaction's, not the call's. */
  const requestsSeen = (method: string, callId: string): number =>
    phone.log.filter(
      ({ direction, message }) =>
        direction === 'in' &&
        message !== undefined &&
        'method' in message &&
        message.method === method &&
        message.callId === callId,
    ).length;

  test('calls - XMPP to SIP: sid is the Call-ID, ringing, answer with SDP, ended by the caller', async () => {
    const up = await answeredByPhone(alice, phone);
    const { request } = up.call;
    expect(request.callId).toBe(up.sid);
    expect(request.from.uri).toBe(ALICE_SIP);
    expect(request.to.uri).toBe(BOB_SIP);
    expect(request.body?.content).toMatch(/m=audio 45000 RTP\/AVP 8 0\r\n/);
    const content = childOf(jingleOf(up.accept), 'content');
    const description = content && childOf(content, 'description');
    expect(description && elementsOf(description).some(({ attrs }) => attrs.id === '8')).toBe(true);
    await hungUpByUser(up);
  });

  test('calls - XMPP to SIP: cancelled before the answer', async () => {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(180);
    await alice.nextJingle('session-info', sid);
    await alice.terminate(BOB, sid, 'decline');
    const cancel = await phone.nextRequest('CANCEL');
    expect(cancel.request.cseq.number).toBe(invite.request.cseq.number);
    cancel.respond(200);
    invite.respond(487);
    await expect.poll(() => requestsSeen('ACK', sid)).toBe(1);
  });

  test('calls - XMPP to SIP: 486 is decline', async () => {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(486);
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('decline');
  });

  test.each([404, 503, 603])('calls - XMPP to SIP: %i is general-error with sip-error', async (status) => {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(status);
    const terminate = await alice.nextJingle('session-terminate', sid);
    expect(reasonOf(terminate)).toBe('general-error');
    const reason = childOf(jingleOf(terminate), 'reason');
    const error = reason && childOf(reason, 'sip-error');
    expect(error?.attrs.code).toBe(String(status));
    expect(error && textOf(error)).not.toBe('');
  });

  test('calls - SIP to XMPP: answered, ended by the phone', async () => {
    const up = await answeredByUser(alice, phone);
    expect(up.contact).toMatch(new RegExp(`^${BOB}(/.*)?$`));
    expect(jingleOf(up.initiate).attrs.initiator).toContain(BOB);
    await hungUpByPhone(up);
  });

  test('calls - SIP to XMPP: ended by the XMPP user', async () => {
    await hungUpByUser(await answeredByUser(alice, phone));
  });

  test('calls - SIP to XMPP: declined is 486', async () => {
    const call = phone.invite({ to: ALICE_SIP, from: BOB_SIP, sdp: true });
    const initiate = await alice.nextJingle('session-initiate', call.callId);
    await alice.terminate(initiate.attrs.from ?? '', call.callId, 'decline');
    await call.waitFor(486);
  });

  test('calls - SIP to XMPP: CANCEL ends in 487 and decline', async () => {
    const call = phone.invite({ to: ALICE_SIP, from: BOB_SIP, sdp: true });
    await alice.nextJingle('session-initiate', call.callId);
    expect((await call.cancel()).status).toBe(200);
    await call.waitFor(487);
    expect(reasonOf(await alice.nextJingle('session-terminate', call.callId))).toBe('decline');
  });

  test('calls - SIP to XMPP: a domain that is not served is 404', async () => {
    const call = phone.invite({ to: 'sip:alice@elsewhere.test', from: BOB_SIP, sdp: true });
    await call.waitFor(404);
  });

  test('calls - an unknown Call-ID inside a dialog is 481', async () => {
    const bye = phone.request('BYE', {
      to: { uri: ALICE_SIP, params: { tag: 'nobody' } },
      from: BOB_SIP,
    });
    await bye.waitFor(481);
  });
});
