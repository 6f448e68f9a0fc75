/**
 * Digits and transfers on the wire, at a real Prosody: session-info ↔ INFO, REFER and NOTIFY in the dialog of a call.
 * XEP-0181, XEP-0251, RFC 3515.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type JingleUser, jingleOf, jingleUser, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');

describe.each(MODES)('transfer, %s', (mode) => {
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

  async function answered() {
    const sid = await alice.initiate(BOB);
    const invite = await phone.nextRequest('INVITE');
    invite.respond(200, { sdp: true });
    await alice.nextJingle('session-accept', sid);
    await invite.nextRequest('ACK');
    return { sid, invite };
  }

  /** Sends a session-info and waits for its result. */
  async function inform(sid: string, payload: XmlElement): Promise<void> {
    const jingle = el('jingle', { xmlns: NS.JINGLE, action: 'session-info', sid }, payload);
    const answer = await alice.user.iq(el('iq', { type: 'set', to: BOB }, jingle));
    expect(answer.attrs.type).toBe('result');
  }

  test('transfer - digits go both ways as INFO', async () => {
    const { sid, invite } = await answered();
    await inform(sid, el('dtmf', { xmlns: NS.JINGLE_DTMF, code: '#', duration: '200' }));
    const info = await invite.nextRequest('INFO');
    expect(info.request.body).toMatchObject({
      contentType: 'application/dtmf-relay',
      content: 'Signal=#\r\nDuration=200\r\n',
    });
    info.respond(200);
    const body = { contentType: 'application/dtmf-relay', content: 'Signal=10\r\nDuration=160\r\n' };
    const sent = invite.send('INFO', { body: { ...body, encoding: 'utf8' } });
    await sent.waitFor(200);
    const heard = await alice.nextJingle('session-info', sid);
    expect(childOf(jingleOf(heard), 'dtmf')?.attrs).toMatchObject({ code: '*', duration: '160' });
    await invite.bye();
    await alice.nextJingle('session-terminate', sid);
  });

  test('transfer - the XMPP party transfers: REFER, and NOTIFY of success ends the call', async () => {
    const { sid, invite } = await answered();
    await inform(sid, el('transfer', { xmlns: NS.JINGLE_TRANSFER, to: contactOf('carol') }));
    const refer = await invite.nextRequest('REFER');
    expect(refer.request.headers['refer-to']).toEqual([`<sip:carol@${SIP_DOMAIN}>`]);
    refer.respond(202);
    const notify = invite.send('NOTIFY', {
      headers: { event: ['refer'], 'subscription-state': ['terminated;reason=noresource'] },
      body: { contentType: 'message/sipfrag', content: 'SIP/2.0 200 OK\r\n', encoding: 'utf8' },
    });
    await notify.waitFor(200);
    (await invite.nextRequest('BYE')).respond(200);
    const end = await alice.nextJingle('session-terminate', sid);
    const reason = childOf(jingleOf(end), 'reason');
    expect(reason && childOf(reason, 'transferred', NS.JINGLE_TRANSFER)).toBeDefined();
  });

  test('transfer - the SIP party transfers: session-info, and NOTIFY tells what became of it', async () => {
    const { sid, invite } = await answered();
    const refer = invite.send('REFER', { headers: { 'refer-to': [`<sip:carol@${SIP_DOMAIN}>`] } });
    await refer.waitFor(202);
    const trying = await invite.nextRequest('NOTIFY');
    expect(trying.request.body?.content).toBe('SIP/2.0 100 Trying\r\n');
    trying.respond(200);
    const asked = await alice.nextJingle('session-info', sid);
    expect(childOf(jingleOf(asked), 'transfer', NS.JINGLE_TRANSFER)?.attrs.to).toBe(contactOf('carol'));
    const transferred = el('transferred', { xmlns: NS.JINGLE_TRANSFER });
    const jingle = el(
      'jingle',
      { xmlns: NS.JINGLE, action: 'session-terminate', sid },
      el('reason', {}, el('success'), transferred),
    );
    await alice.user.iq(el('iq', { type: 'set', to: BOB }, jingle));
    const done = await invite.nextRequest('NOTIFY');
    expect(done.request.body?.content).toBe('SIP/2.0 200 OK\r\n');
    done.respond(200);
    (await invite.nextRequest('BYE')).respond(200);
  });
});
