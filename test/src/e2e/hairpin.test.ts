/**
 * One XMPP user calls another of the same domain through a SIP proxy that makes a new call of it: two sids, one for each
 * side (mod_jingle_sip, scenarios 1.1 to 1.3).
 */
import { jingleOf, jingleUser, reasonOf, startSipProxy } from '@stoxgate/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { COMPONENT, contactOf, MODES, startWorld, type World, XMPP_DOMAIN } from './world.ts';

/** Bob as Alice addresses him on the SIP side. */
const BOB_BY_SIP = `bob\\40${XMPP_DOMAIN}@${COMPONENT}`;

describe.each(MODES)('hairpin, %s', (mode) => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  test('hairpin - initiate, ringing, accept and terminate between two XMPP users with two sids', async () => {
    world = await startWorld(mode, { accounts: ['alice', 'bob'] });
    const proxy = await startSipProxy({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
    });
    try {
      const alice = jingleUser(await world.login('alice'));
      const bob = jingleUser(await world.login('bob', { contacts: [contactOf('anyone')] }), 45_100);
      const sid = await alice.initiate(BOB_BY_SIP);
      const initiate = await bob.nextJingle('session-initiate');
      const otherSid = jingleOf(initiate).attrs.sid ?? '';
      expect(otherSid).not.toBe(sid);
      expect(initiate.attrs.from).toContain(`alice\\40${XMPP_DOMAIN}@${COMPONENT}`);
      await alice.nextJingle('session-info', sid);
      await bob.accept(initiate);
      await alice.nextJingle('session-accept', sid);
      await alice.terminate(BOB_BY_SIP, sid, 'success');
      expect(reasonOf(await bob.nextJingle('session-terminate', otherSid))).toBe('success');
    } finally {
      await proxy.stop();
    }
  });

  test('hairpin - the callee declines, the caller hears decline', async () => {
    world = await startWorld(mode, { accounts: ['alice', 'bob'] });
    const proxy = await startSipProxy({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
    });
    try {
      const alice = jingleUser(await world.login('alice'));
      const bob = jingleUser(await world.login('bob', { contacts: [contactOf('anyone')] }), 45_100);
      const sid = await alice.initiate(BOB_BY_SIP);
      const initiate = await bob.nextJingle('session-initiate');
      await bob.terminate(initiate.attrs.from ?? '', jingleOf(initiate).attrs.sid ?? '', 'decline');
      expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('decline');
    } finally {
      await proxy.stop();
    }
  });
});
