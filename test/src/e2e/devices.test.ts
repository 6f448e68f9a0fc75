/**
 * Several devices of one user, at a real Prosody: all ring, a device that comes online while the call rings asks for it,
 * the first that accepts has it, the others hear `cancel` (mod_jingle_sip, scenarios 4 and 5).
 */
import { jingleOf, jingleUser, reasonOf, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPONENT, contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = `sip:bob@${SIP_DOMAIN}`;
const ALICE_SIP = `sip:alice@${XMPP_DOMAIN}`;

const askFor = (sid: string, to: string) =>
  el('iq', { type: 'get', to }, el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate', sid }));

describe.each(MODES)('devices, %s', (mode) => {
  let world: World;
  let phone: SipPhone;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'carol'] });
    phone = await startSipPhone({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
      user: 'bob',
    });
  });
  afterAll(async () => {
    await phone?.stop();
    await world?.stop();
  });

  test('devices - one that comes online asks for the session, rings with the other and takes it', async () => {
    const desk = jingleUser(await world.login('alice', { resource: 'desk', contacts: [BOB] }));
    const carol = await world.login('carol');
    const call = phone.invite({ to: ALICE_SIP, from: BOB_SIP, sdp: true });
    const first = await desk.nextJingle('session-initiate', call.callId);
    await call.waitFor(180);

    const tablet = jingleUser(await world.login('alice', { resource: 'tablet' }), 45_200);
    const answer = await tablet.user.iq(askFor(call.callId, COMPONENT));
    expect(answer.attrs.type).toBe('result');
    const second = await tablet.nextJingle('session-initiate', call.callId);
    expect(second.attrs.from).toBe(first.attrs.from);
    expect(childOf(jingleOf(second), 'content')).toEqual(childOf(jingleOf(first), 'content'));

    const refusal = await carol.iq(askFor(call.callId, BOB));
    expect(readStanzaError(refusal)).toMatchObject({
      condition: 'item-not-found',
      text: 'no session-initiate for this SID',
    });

    await tablet.accept(second);
    const ok = await call.waitFor(200);
    expect(ok.contacts[0]?.uri).toContain('gr=tablet');
    call.ack();
    expect(reasonOf(await desk.nextJingle('session-terminate', call.callId))).toBe('cancel');

    const late = await desk.user.iq(askFor(call.callId, BOB));
    expect(readStanzaError(late).condition).toBe('item-not-found');
    await tablet.terminate(second.attrs.from ?? '', call.callId, 'success');
    const bye = await call.nextRequest('BYE');
    bye.respond(200);
  });
});
