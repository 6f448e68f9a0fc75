/**
 * What mod_jingle_sip promises of a call that leaves an XMPP user by SIP and comes back to another one, one test a
 * promise, end to end: XMPP clients at a real Prosody, and a proxy of the test's own that brings the call back.
 */
import {
  candidatesOf,
  contentOf,
  contentsOf,
  type JingleUser,
  jingleOf,
  reasonOf,
  type SipProxy,
} from '@stoxgate/testkit';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPONENT, contactOf, MODES, startWorld, type World, XMPP_DOMAIN } from './world.ts';

/** Bob of the XMPP domain as Alice addresses him on the SIP side. */
const BOB_BY_SIP = `bob\\40${XMPP_DOMAIN}@${COMPONENT}`;

const PCMA = el('payload-type', { id: 8, name: 'PCMA', clockrate: 8000 });
const VP8 = el('payload-type', { id: 96, name: 'VP8', clockrate: 90_000 });

describe.each(MODES)('hairpin, %s', (mode) => {
  let world: World;
  let proxy: SipProxy;
  let alice: JingleUser;
  let bob: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'bob'] });
    proxy = await world.proxy();
    alice = await world.caller('alice', { contacts: [contactOf('anyone')] });
    bob = await world.caller('bob', { contacts: [contactOf('anyone')], mediaPort: 45_100 });
  });
  afterAll(() => world?.stop());

  /** What the proxy got or sent in both calls of a hairpin, oldest first. */
  const seenBy = (direction: 'in' | 'out', ...callIds: string[]): string[] =>
    proxy.log.flatMap(({ direction: way, message }) => {
      if (way !== direction || message === undefined || !callIds.includes(message.callId)) return [];
      return 'method' in message ? message.method : `${message.status} ${message.cseq.method}`;
    });

  async function ringing(...content: Parameters<typeof contentOf>[0][]) {
    const sid = await alice.initiate(BOB_BY_SIP, ...content.map(contentOf));
    const initiate = await bob.nextJingle('session-initiate');
    const { sid: otherSid = '' } = jingleOf(initiate).attrs;
    await alice.nextJingle('session-info', sid);
    return { sid, initiate, otherSid, caller: initiate.attrs.from ?? '' };
  }

  async function established() {
    const call = await ringing();
    await bob.accept(call.initiate);
    await alice.nextJingle('session-accept', call.sid);
    return call;
  }

  test('scenarios - a call to another XMPP user by SIP: two sids, group and candidates, each hears its own', async () => {
    const sid = await alice.initiate(
      BOB_BY_SIP,
      el(
        'group',
        { xmlns: NS.JINGLE_GROUPING, semantics: 'BUNDLE' },
        el('content', { name: 'voice' }),
        el('content', { name: 'film' }),
      ),
      contentOf({ name: 'voice', port: 45_000, payloads: [PCMA] }),
      contentOf({ name: 'film', media: 'video', port: 45_000, payloads: [VP8] }),
    );
    const initiate = await bob.nextJingle('session-initiate');
    const { sid: otherSid } = jingleOf(initiate).attrs;
    const proxied = proxy.calls.at(-1);
    expect([proxied?.incoming.request.callId, proxied?.outgoing.callId]).toEqual([sid, otherSid]);
    expect(otherSid).not.toBe(sid);
    expect(initiate.attrs.from).toContain(`alice\\40${XMPP_DOMAIN}@${COMPONENT}`);
    const group = childOf(jingleOf(initiate), 'group', NS.JINGLE_GROUPING);
    expect(group?.attrs.semantics).toBe('BUNDLE');
    expect(group?.children).toHaveLength(2);
    expect(contentsOf(initiate).map((content) => childOf(content, 'description')?.attrs.media)).toEqual([
      'audio',
      'video',
    ]);
    for (const candidates of candidatesOf(initiate)) {
      expect(candidates[0]?.attrs).toMatchObject({ ip: '127.0.0.1', port: '45000' });
    }
    const info = await alice.nextJingle('session-info', sid);
    expect(childOf(jingleOf(info), 'ringing', NS.JINGLE_RTP_INFO)).toBeDefined();
    expect(alice.user.log.filter(({ sent }) => !sent).at(-2)?.stanza.attrs.type).toBe('result');
    await bob.accept(initiate);
    const accept = await alice.nextJingle('session-accept', sid);
    expect(contentsOf(accept).map(({ attrs }) => attrs.name)).toEqual(['voice', 'film']);
    await alice.terminate(BOB_BY_SIP, sid, 'success');
    await bob.nextJingle('session-terminate', otherSid);
  });

  test.each(['caller', 'callee'])(
    'scenarios - established and ended by the %s: BYE, and success for the other',
    async (who) => {
      const { sid, otherSid, caller } = await established();
      if (who === 'caller') await alice.terminate(BOB_BY_SIP, sid, 'success');
      else await bob.terminate(caller, otherSid, 'success');
      const heard =
        who === 'caller'
          ? bob.nextJingle('session-terminate', otherSid)
          : alice.nextJingle('session-terminate', sid);
      expect(reasonOf(await heard)).toBe('success');
      const ended = (): string[] => seenBy('in', sid, otherSid).filter((word) => word.includes('BYE'));
      await expect.poll(ended).toEqual(['BYE', '200 BYE']);
    },
  );

  test('scenarios - ended by the caller before the answer: CANCEL, 487, and decline for the callee', async () => {
    const { sid, otherSid } = await ringing();
    await alice.terminate(BOB_BY_SIP, sid, 'decline');
    expect(reasonOf(await bob.nextJingle('session-terminate', otherSid))).toBe('decline');
    await expect.poll(() => seenBy('in', sid)).toEqual(['INVITE', 'CANCEL', 'ACK']);
    expect(seenBy('in', otherSid)).toContain('487 INVITE');
    expect(seenBy('out', sid)).toContain('487 INVITE');
  });

  test('scenarios - declined by the callee: 486, and decline for the caller', async () => {
    const { sid, otherSid, caller } = await ringing();
    await bob.terminate(caller, otherSid, 'decline');
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('decline');
    expect(seenBy('in', otherSid)).toContain('486 INVITE');
  });

  test('scenarios - source-add, -update and -remove cross as re-INVITE with a=jingle-action, each with its own sid', async () => {
    const { sid, otherSid } = await established();
    for (const action of ['source-add', 'source-update', 'source-remove']) {
      const source = el('source', { xmlns: NS.JINGLE_RTP_SSMA, ssrc: 11 });
      const description = el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' }, source);
      const content = el('content', { creator: 'initiator', name: 'audio' }, description);
      await alice.request(BOB_BY_SIP, action, sid, content);
      const heard = await bob.nextJingle(action, otherSid);
      expect(contentsOf(heard)).toHaveLength(1);
      const bodies = proxy.log.map(({ message }) => message?.body?.content ?? '');
      expect(bodies.filter((body) => body.includes(`\r\na=jingle-action:${action}\r\n`))).not.toEqual([]);
    }
    await alice.terminate(BOB_BY_SIP, sid, 'success');
    await bob.nextJingle('session-terminate', otherSid);
  });
});
