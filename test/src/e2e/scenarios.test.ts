/**
 * What mod_jingle_sip and draft-ietf-stox-media promise of calls, one test a promise, from end to end: XMPP clients at a
 * real Prosody; on the SIP side a phone, or a proxy that brings the call back to another XMPP user.
 */
import {
  contentOf,
  type JingleUser,
  jingleOf,
  jingleUser,
  type PhoneRequest,
  phoneSdp,
  reasonOf,
  type SipPhone,
  type SipProxy,
  startSipPhone,
  startSipProxy,
} from '@stoxgate/testkit';
import { childOf, childrenOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPONENT, contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const ROMEO = contactOf('romeo');
const ROMEO_SIP = `sip:romeo@${SIP_DOMAIN}`;
const ALICE_SIP = `sip:alice@${XMPP_DOMAIN}`;
/** Bob of the XMPP domain as Alice addresses him on the SIP side. */
const BOB_BY_SIP = `bob\\40${XMPP_DOMAIN}@${COMPONENT}`;

const PCMA = el('payload-type', { id: 8, name: 'PCMA', clockrate: 8000 });
const VP8 = el('payload-type', { id: 96, name: 'VP8', clockrate: 90_000 });

type Stanza = Parameters<typeof jingleOf>[0];

const contentsOf = (iq: Stanza) => childrenOf(jingleOf(iq), 'content');
const candidatesOf = (iq: Stanza) =>
  contentsOf(iq).map((content) => childrenOf(childOf(content, 'transport') ?? el('none'), 'candidate'));
const sendersOf = (iq: Stanza) => contentsOf(iq)[0]?.attrs.senders;
const directionIn = (request: PhoneRequest): string | undefined =>
  /^a=(sendrecv|sendonly|recvonly|inactive)\r$/m.exec(request.request.body?.content ?? '')?.[1];

describe.each(MODES)('scenarios, %s', (mode) => {
  let world: World;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'bob', 'carol'] });
    alice = jingleUser(await world.login('alice', { contacts: [ROMEO] }));
  });
  afterAll(() => world?.stop());

  describe('by a proxy that brings the call back', () => {
    let proxy: SipProxy;
    let bob: JingleUser;

    beforeAll(async () => {
      proxy = await startSipProxy({
        port: world.proxyPort,
        target: { host: '127.0.0.1', port: world.sipPort },
      });
      bob = jingleUser(await world.login('bob', { contacts: [contactOf('anyone')] }), 45_100);
    });
    afterAll(async () => {
      await proxy?.stop();
      await bob?.user.close();
    });

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

  describe('with a phone', () => {
    let phone: SipPhone;

    beforeAll(async () => {
      phone = await startSipPhone({
        port: world.proxyPort,
        target: { host: '127.0.0.1', port: world.sipPort },
        user: 'romeo',
      });
    });
    afterAll(() => phone?.stop());

    async function answered(to = ROMEO) {
      const sid = await alice.initiate(to);
      const call = await phone.nextRequest('INVITE');
      call.respond(180);
      await alice.nextJingle('session-info', sid);
      call.respond(200, { sdp: phoneSdp() });
      const accept = await alice.nextJingle('session-accept', sid);
      await call.nextRequest('ACK');
      return { sid, call, accept };
    }

    async function hungUp(call: PhoneRequest, sid: string): Promise<void> {
      expect((await call.bye()).status).toBe(200);
      expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('success');
    }

    test('scenarios - 480 of the proxy: general-error with sip-error', async () => {
      const sid = await alice.initiate(ROMEO);
      (await phone.nextRequest('INVITE')).respond(480);
      const terminate = await alice.nextJingle('session-terminate', sid);
      expect(reasonOf(terminate)).toBe('general-error');
      const reason = childOf(jingleOf(terminate), 'reason') ?? el('none');
      expect(childOf(reason, 'sip-error')).toMatchObject({
        attrs: { code: '480' },
        children: ['Temporarily Unavailable'],
      });
    });

    test.each(['+15551234', '*901'])(
      'scenarios - a call to the number %s, whose media moves: transport-info',
      async (number) => {
        const { sid, call } = await answered(contactOf(number));
        expect(call.request.requestUri).toBe(`sip:${number}@${SIP_DOMAIN}`);
        const moved = call.dialog?.reinvite({ sdp: phoneSdp({ port: 49_200, version: 2 }) });
        const answer = await moved?.waitFor('final');
        expect([answer?.status, answer?.body?.contentType]).toEqual([200, 'application/sdp']);
        const info = await alice.nextJingle('transport-info', sid);
        expect(candidatesOf(info)).toMatchObject([[{ attrs: { ip: '127.0.0.1', port: '49200' } }]]);
        await hungUp(call, sid);
      },
    );

    test('scenarios - two devices: accepted on the one, the other hears cancel', async () => {
      const tablet = jingleUser(
        await world.login('alice', { resource: 'tablet', contacts: [ROMEO] }),
        45_200,
      );
      const call = phone.invite({ to: ALICE_SIP, from: ROMEO_SIP, sdp: true });
      const initiate = await alice.nextJingle('session-initiate', call.callId);
      await tablet.nextJingle('session-initiate', call.callId);
      await alice.accept(initiate);
      expect((await call.waitFor(200)).contacts[0]?.uri).toMatch(/gr=desk/);
      call.ack();
      expect(reasonOf(await tablet.nextJingle('session-terminate', call.callId))).toBe('cancel');
      await call.bye();
      expect(reasonOf(await alice.nextJingle('session-terminate', call.callId))).toBe('success');
      await tablet.user.close();
    });

    test('scenarios - two devices: the second asks for the pending call, takes it, and the first hears cancel', async () => {
      const call = phone.invite({ to: ALICE_SIP, from: ROMEO_SIP, sdp: true });
      const first = await alice.nextJingle('session-initiate', call.callId);
      const tablet = jingleUser(await world.login('alice', { resource: 'tablet' }), 45_200);
      const asked = el('jingle', {
        xmlns: NS.JINGLE,
        action: 'existing-session-initiate',
        sid: call.callId,
      });
      const result = await tablet.user.iq(el('iq', { type: 'get', to: ROMEO }, asked));
      expect(result.attrs.type).toBe('result');
      const second = await tablet.nextJingle('session-initiate', call.callId);
      expect(second.attrs.from).toBe(first.attrs.from);
      expect(contentsOf(second)).toEqual(contentsOf(first));
      await tablet.accept(second);
      await call.waitFor(200);
      call.ack();
      expect(reasonOf(await alice.nextJingle('session-terminate', call.callId))).toBe('cancel');
      await call.bye();
      expect(reasonOf(await tablet.nextJingle('session-terminate', call.callId))).toBe('success');
      await tablet.user.close();
    });

    test('scenarios - a call to a user who is offline: 480, and nothing to XMPP', async () => {
      const call = phone.invite({ to: `sip:carol@${XMPP_DOMAIN}`, from: ROMEO_SIP, sdp: true });
      await call.waitFor(480, 10_000);
      const carol = await world.login('carol', { contacts: [ROMEO] });
      expect(carol.log.filter(({ stanza }) => childOf(stanza, 'jingle') !== undefined)).toEqual([]);
      await carol.close();
    });

    test('scenarios - a third user cannot accept or end a call: item-not-found', async () => {
      const carol = jingleUser(await world.login('carol'));
      const call = phone.invite({ to: ALICE_SIP, from: ROMEO_SIP, sdp: true });
      const initiate = await alice.nextJingle('session-initiate', call.callId);
      const from = initiate.attrs.from ?? '';
      const jingle = (action: string) => el('jingle', { xmlns: NS.JINGLE, action, sid: call.callId });
      for (const action of ['session-accept', 'session-terminate']) {
        const error = await carol.user.iq(el('iq', { type: 'set', to: from }, jingle(action)));
        expect(readStanzaError(error)).toMatchObject({ condition: 'item-not-found', type: 'cancel' });
      }
      await alice.accept(initiate);
      await call.waitFor(200);
      call.ack();
      await expect(carol.terminate(from, call.callId, 'success')).rejects.toThrow(/item-not-found/);
      await alice.terminate(from, call.callId, 'success');
      (await call.nextRequest('BYE')).respond(200);
      await carol.user.close();
    });

    test('scenarios - basic voice chat: raw-udp, 180, 200, ACK, BYE of the callee, success', async () => {
      const { sid, call, accept } = await answered();
      expect(call.request).toMatchObject({
        callId: sid,
        requestUri: ROMEO_SIP,
        from: { uri: ALICE_SIP },
        to: { uri: ROMEO_SIP, params: {} },
        contacts: [{ uri: expect.stringMatching(/gr=desk/) }],
      });
      expect(call.request.body?.content).toMatch(
        /c=IN IP4 127\.0\.0\.1\r\n(.*\r\n)*m=audio 45000 RTP\/AVP 8 0\r\n/,
      );
      expect(candidatesOf(accept)).toMatchObject([[{ attrs: { ip: '127.0.0.1', port: '49170' } }]]);
      expect(accept.attrs.from).toContain(ROMEO);
      await hungUp(call, sid);
    });

    test('scenarios - hold by session-info and by content-modify, by both at once, and taken up again', async () => {
      const { sid, call } = await answered();
      /** The phone answers the offer that Alice's change brought. */
      const offered = async (version: number): Promise<string | undefined> => {
        const offer = await call.nextRequest('INVITE');
        const given = directionIn(offer);
        const direction = given === 'sendonly' ? 'recvonly' : given === 'recvonly' ? 'sendonly' : given;
        offer.respond(200, { sdp: phoneSdp({ version, direction: direction as 'sendrecv' }) });
        await call.nextRequest('ACK');
        return given;
      };
      const say = (word: string): Promise<void> =>
        alice.request(ROMEO, 'session-info', sid, el(word, { xmlns: NS.JINGLE_RTP_INFO }));
      const modify = (senders: string): Promise<void> =>
        alice.request(
          ROMEO,
          'content-modify',
          sid,
          el('content', { creator: 'initiator', name: 'audio', senders }),
        );
      const phoneHolds = async (version: number, direction: 'sendonly' | 'sendrecv') => {
        const sent = call.dialog?.reinvite({ sdp: phoneSdp({ version, direction }) });
        const answer = /a=(sendrecv|sendonly|recvonly|inactive)\r/.exec(
          (await sent?.waitFor('final'))?.body?.content ?? '',
        );
        return [answer?.[1], sendersOf(await alice.nextJingle('content-modify', sid))];
      };

      await say('hold');
      expect(await offered(2)).toBe('sendonly');
      expect(await phoneHolds(3, 'sendonly')).toEqual(['inactive', 'none']);
      await say('unhold');
      expect(await offered(4)).toBe('recvonly');
      expect(await phoneHolds(5, 'sendrecv')).toEqual(['sendrecv', 'both']);
      await modify('initiator');
      expect(await offered(6)).toBe('sendonly');
      await modify('both');
      expect(await offered(7)).toBe('sendrecv');
      await hungUp(call, sid);
    });

    test('scenarios - a reliable 183 with SDP, then a bare 200: the answer is the one stored for that tag', async () => {
      const sid = await alice.initiate(ROMEO);
      const call = await phone.nextRequest('INVITE');
      for (const [toTag, port] of [
        ['one', 49_300],
        ['two', 49_310],
      ] as const) {
        const headers = { require: ['100rel'], rseq: ['1'] };
        call.respond(183, { toTag, headers, sdp: phoneSdp({ port }) });
        const prack = await call.nextRequest('PRACK');
        expect(prack.request.to.params.tag).toBe(toTag);
        prack.respond(200);
      }
      call.respond(200, { toTag: 'one' });
      const accept = await alice.nextJingle('session-accept', sid);
      expect(candidatesOf(accept)).toMatchObject([[{ attrs: { port: '49300' } }]]);
      await call.nextRequest('ACK');
      await alice.terminate(ROMEO, sid, 'success');
      (await call.nextRequest('BYE')).respond(200);
    });

    test('scenarios - two branches of a fork answer: one session-accept, the other is acknowledged and ended', async () => {
      const sid = await alice.initiate(ROMEO);
      const call = await phone.nextRequest('INVITE');
      call.respond(180, { toTag: 'one' });
      call.respond(180, { toTag: 'two' });
      call.respond(200, { toTag: 'one', sdp: true });
      call.respond(200, { toTag: 'two', sdp: true });
      await alice.nextJingle('session-accept', sid);
      const acknowledged = [await call.nextRequest('ACK'), await call.nextRequest('ACK')];
      expect(acknowledged.map(({ request }) => request.to.params.tag).sort()).toEqual(['one', 'two']);
      const loser = await call.nextRequest('BYE');
      expect(loser.request.to.params.tag).toBe('two');
      loser.respond(200);
      await alice.terminate(ROMEO, sid, 'success');
      const winner = await call.nextRequest('BYE');
      expect(winner.request.to.params.tag).toBe('one');
      winner.respond(200);
      const heard = alice.user.log.filter(({ sent, stanza }) => !sent && jingleOf(stanza).attrs.sid === sid);
      expect(heard.map(({ stanza }) => jingleOf(stanza).attrs.action)).toEqual([
        'session-info',
        'session-accept',
      ]);
    });
  });
});
