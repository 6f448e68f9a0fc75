/**
 * Calls over TCP end to end, both ways, on connections that are used again. RFC 3261 §18.
 */
import { type JingleUser, jingleUser, reasonOf, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');

describe.each(MODES)('sip over tcp, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'], sip: { proxy_transport: 'tcp' } });
    phone = await startSipPhone({
      transport: 'tcp',
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

  /** Ports of the other side on which messages of a call came. */
  const portsOf = (callId: string): number[] => [
    ...new Set(
      phone.log.flatMap(({ direction, message, peer }) =>
        direction === 'in' && message?.callId === callId ? [peer.port] : [],
      ),
    ),
  ];

  test('sip over tcp - calls from XMPP: answered and ended by either side, all on one connection', async () => {
    const sids: string[] = [];
    for (const who of ['alice', 'bob']) {
      const sid = await alice.initiate(BOB);
      const invite = await phone.nextRequest('INVITE');
      expect(invite.request.vias[0]).toMatch(/^SIP\/2\.0\/TCP /);
      expect(invite.request.contacts[0]?.uri).toMatch(/;transport=tcp/);
      invite.respond(180);
      await alice.nextJingle('session-info', sid);
      invite.respond(200, { sdp: true });
      await alice.nextJingle('session-accept', sid);
      await invite.nextRequest('ACK');
      if (who === 'alice') {
        await alice.terminate(BOB, sid, 'success');
        (await invite.nextRequest('BYE')).respond(200);
      } else {
        expect((await invite.bye()).status).toBe(200);
        expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('success');
      }
      sids.push(sid);
    }
    const [first = '', second = ''] = sids;
    expect(portsOf(first)).toHaveLength(1);
    expect(portsOf(second)).toContain(portsOf(first)[0]);
  });

  test('sip over tcp - calls from SIP: answered and ended by either side, on the connection of the caller', async () => {
    for (const who of ['alice', 'bob']) {
      const call = phone.invite({
        to: `sip:alice@${XMPP_DOMAIN}`,
        from: `sip:bob@${SIP_DOMAIN}`,
        sdp: true,
      });
      const initiate = await alice.nextJingle('session-initiate', call.callId);
      expect((await call.waitFor(180)).vias[0]).toMatch(/^SIP\/2\.0\/TCP /);
      expect(portsOf(call.callId)).toEqual([world.sipPort]);
      await alice.accept(initiate);
      expect((await call.waitFor(200)).contacts[0]?.uri).toMatch(/;transport=tcp/);
      call.ack();
      if (who === 'alice') {
        await alice.terminate(initiate.attrs.from ?? '', call.callId, 'success');
        (await call.nextRequest('BYE')).respond(200);
      } else {
        expect((await call.bye()).status).toBe(200);
        expect(reasonOf(await alice.nextJingle('session-terminate', call.callId))).toBe('success');
      }
    }
  });
});
