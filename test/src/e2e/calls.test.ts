/**
 * Calls end to end: XMPP clients at a real Prosody, a SIP phone at the gateway's proxy port.
 */
import {
  type JingleUser,
  jingleOf,
  jingleUser,
  reasonOf,
  type SipPhone,
  startSipPhone,
} from '@stoxgate/testkit';
import { childOf, elementsOf, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = `sip:bob@${SIP_DOMAIN}`;
const ALICE_SIP = `sip:alice@${XMPP_DOMAIN}`;

describe.each(MODES)('calls, %s', (mode) => {
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

  /** Sets up a call from XMPP and answers it. */
  async function answeredFromXmpp() {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(180);
    await alice.nextJingle('session-info', sid);
    invite.respond(200, { sdp: true });
    const accept = await alice.nextJingle('session-accept', sid);
    await invite.nextRequest('ACK');
    return { sid, invite, accept };
  }

  /** Sets up a call from SIP and answers it. */
  async function answeredFromSip() {
    const call = phone.invite({ to: ALICE_SIP, from: BOB_SIP, sdp: true });
    const initiate = await alice.nextJingle('session-initiate', call.callId);
    await call.waitFor(180);
    await alice.accept(initiate);
    await call.waitFor(200);
    call.ack();
    return { call, initiate, sid: call.callId };
  }

  test('calls - XMPP to SIP: sid is the Call-ID, ringing, answer with SDP, ended by the caller', async () => {
    const { sid, invite, accept } = await answeredFromXmpp();
    expect(invite.request.callId).toBe(sid);
    expect(invite.request.from.uri).toBe(ALICE_SIP);
    expect(invite.request.to.uri).toBe(BOB_SIP);
    expect(invite.request.body?.content).toMatch(/m=audio 45000 RTP\/AVP 8 0\r\n/);
    const content = childOf(jingleOf(accept), 'content');
    const description = content && childOf(content, 'description');
    expect(description && elementsOf(description).some(({ attrs }) => attrs.id === '8')).toBe(true);
    await alice.terminate(BOB, sid, 'success');
    const bye = await invite.nextRequest('BYE');
    bye.respond(200);
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
    const { call, initiate, sid } = await answeredFromSip();
    expect(initiate.attrs.from).toMatch(new RegExp(`^${BOB}(/.*)?$`));
    expect(jingleOf(initiate).attrs.initiator).toContain(BOB);
    expect((await call.bye()).status).toBe(200);
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('success');
  });

  test('calls - SIP to XMPP: ended by the XMPP user', async () => {
    const { call, initiate, sid } = await answeredFromSip();
    await alice.terminate(initiate.attrs.from ?? '', sid, 'success');
    const bye = await call.nextRequest('BYE');
    bye.respond(200);
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
