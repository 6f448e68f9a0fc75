/**
 * Digits and transfers on the wire, at a real Prosody: session-info ↔ INFO, REFER and NOTIFY in the dialog of a call.
 * XEP-0181, XEP-0251, RFC 3515.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type JingleUser, jingleOf, type SipPhone } from '@stoxgate/testkit';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answeredByPhone, hungUpByPhone } from './call-up.ts';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');

describe.each(MODES)('transfer, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    phone = await world.phone({ user: 'bob' });
    alice = await world.caller('alice', { contacts: [BOB] });
  });
  afterAll(() => world?.stop());

  const inform = (sid: string, payload: XmlElement): Promise<void> =>
    alice.request(BOB, 'session-info', sid, payload);

  test('transfer - digits go both ways as INFO', async () => {
    const up = await answeredByPhone(alice, phone);
    const { sid, call } = up;
    await inform(sid, el('dtmf', { xmlns: NS.JINGLE_DTMF, code: '#', duration: '200' }));
    const info = await call.nextRequest('INFO');
    expect(info.request.body).toMatchObject({
      contentType: 'application/dtmf-relay',
      content: 'Signal=#\r\nDuration=200\r\n',
    });
    info.respond(200);
    const body = { contentType: 'application/dtmf-relay', content: 'Signal=10\r\nDuration=160\r\n' };
    const sent = call.send('INFO', { body: { ...body, encoding: 'utf8' } });
    await sent.waitFor(200);
    const heard = await alice.nextJingle('session-info', sid);
    expect(childOf(jingleOf(heard), 'dtmf')?.attrs).toMatchObject({ code: '*', duration: '160' });
    await hungUpByPhone(up);
  });

  test('transfer - the XMPP party transfers: REFER, and NOTIFY of success ends the call', async () => {
    const { sid, call } = await answeredByPhone(alice, phone);
    await inform(sid, el('transfer', { xmlns: NS.JINGLE_TRANSFER, to: contactOf('carol') }));
    const refer = await call.nextRequest('REFER');
    expect(refer.request.headers['refer-to']).toEqual([`<sip:carol@${SIP_DOMAIN}>`]);
    refer.respond(202);
    const notify = call.send('NOTIFY', {
      headers: { event: ['refer'], 'subscription-state': ['terminated;reason=noresource'] },
      body: { contentType: 'message/sipfrag', content: 'SIP/2.0 200 OK\r\n', encoding: 'utf8' },
    });
    await notify.waitFor(200);
    (await call.nextRequest('BYE')).respond(200);
    const end = await alice.nextJingle('session-terminate', sid);
    const reason = childOf(jingleOf(end), 'reason');
    expect(reason && childOf(reason, 'transferred', NS.JINGLE_TRANSFER)).toBeDefined();
  });

  test('transfer - the SIP party transfers: session-info, and NOTIFY tells what became of it', async () => {
    const { sid, call } = await answeredByPhone(alice, phone);
    const refer = call.send('REFER', { headers: { 'refer-to': [`<sip:carol@${SIP_DOMAIN}>`] } });
    await refer.waitFor(202);
    const trying = await call.nextRequest('NOTIFY');
    expect(trying.request.body?.content).toBe('SIP/2.0 100 Trying\r\n');
    trying.respond(200);
    const asked = await alice.nextJingle('session-info', sid);
    expect(childOf(jingleOf(asked), 'transfer', NS.JINGLE_TRANSFER)?.attrs.to).toBe(contactOf('carol'));
    const transferred = el('transferred', { xmlns: NS.JINGLE_TRANSFER });
    await alice.request(BOB, 'session-terminate', sid, el('reason', {}, el('success'), transferred));
    const done = await call.nextRequest('NOTIFY');
    expect(done.request.body?.content).toBe('SIP/2.0 200 OK\r\n');
    done.respond(200);
    (await call.nextRequest('BYE')).respond(200);
  });
});
