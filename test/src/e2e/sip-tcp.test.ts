/**
 * Calls over TCP end to end, both ways, on connections that are used again. RFC 3261 §18.
 */
import type { JingleUser, SipPhone } from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answeredByPhone, answeredByUser, hungUpByPhone, hungUpByUser } from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');

describe.each(MODES)('sip over tcp, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice'], sip: { proxy_transport: 'tcp' } });
    phone = await world.phone({ transport: 'tcp', user: 'bob' });
    alice = await world.caller('alice', { contacts: [BOB] });
  });
  afterAll(() => world?.stop());

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
      const up = await answeredByPhone(alice, phone);
      expect(up.call.request.vias[0]).toMatch(/^SIP\/2\.0\/TCP /);
      expect(up.call.request.contacts[0]?.uri).toMatch(/;transport=tcp/);
      await (who === 'alice' ? hungUpByUser(up) : hungUpByPhone(up));
      sids.push(up.sid);
    }
    const [first = '', second = ''] = sids;
    expect(portsOf(first)).toHaveLength(1);
    expect(portsOf(second)).toContain(portsOf(first)[0]);
  });

  test('sip over tcp - calls from SIP: answered and ended by either side, on the connection of the caller', async () => {
    for (const who of ['alice', 'bob']) {
      const up = await answeredByUser(alice, phone);
      const [ringing, ok] = [await up.call.waitFor(180), await up.call.waitFor(200)];
      expect(ringing.vias[0]).toMatch(/^SIP\/2\.0\/TCP /);
      expect(portsOf(up.sid)).toEqual([world.sipPort]);
      expect(ok.contacts[0]?.uri).toMatch(/;transport=tcp/);
      await (who === 'alice' ? hungUpByUser(up) : hungUpByPhone(up));
    }
  });
});
