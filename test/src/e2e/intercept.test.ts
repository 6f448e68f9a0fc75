/**
 * Calls between two users of one domain by way of SIP, as mod_jingle_sip has them: a real Prosody with mod_stoxgate hands
 * them to the gateway, a proxy of the test's own brings them back. Everything else between the two stays between them.
 */
import {
  candidatesOf,
  contentsOf,
  type JingleUser,
  jingleOf,
  reasonOf,
  type SipProxy,
  type XmppUser,
} from '@stoxgate/testkit';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { componentGone } from './component-gone.ts';
import { COMPONENT, MODES, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const ALICE = `alice@${XMPP_DOMAIN}`;
const BOB = `bob@${XMPP_DOMAIN}`;
const FILES = 'urn:xmpp:jingle:apps:file-transfer:5';

describe.each(MODES)('intercept, %s', (mode) => {
  let world: World;
  let proxy: SipProxy;
  let alice: JingleUser;
  let bob: JingleUser;
  let tablet: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'bob', 'carol'], intercept: {} });
    proxy = await world.proxy();
    alice = await world.caller('alice', { resource: 'phone' });
    bob = await world.caller('bob', { resource: 'desk', mediaPort: 45_100 });
    tablet = await world.caller('bob', { resource: 'tablet', mediaPort: 45_200 });
  });
  afterAll(() => world?.stop());

  async function ringing() {
    const sid = await alice.initiate(`${BOB}/desk`);
    const back = () => proxy.calls.find(({ incoming }) => incoming.request.callId === sid)?.outgoing.callId;
    await expect.poll(back).toBeDefined();
    const otherSid = back() ?? '';
    const initiate = await bob.nextJingle('session-initiate', otherSid);
    await tablet.nextJingle('session-initiate', otherSid);
    await alice.nextJingle('session-info', sid);
    return { sid, initiate, otherSid, caller: initiate.attrs.from ?? '' };
  }

  async function established() {
    const call = await ringing();
    await bob.accept(call.initiate);
    expect(reasonOf(await tablet.nextJingle('session-terminate', call.otherSid))).toBe('cancel');
    const accept = await alice.nextJingle('session-accept', call.sid);
    return { ...call, accept };
  }

  const pairs = (): [XmppUser, XmppUser] => [alice.user, bob.user];

  test('intercept - the server says that it hands on calls, for the doctor to see', async () => {
    const question = el('iq', { type: 'get', to: XMPP_DOMAIN }, el('query', { xmlns: NS.DISCO_INFO }));
    const features = childOf(await alice.user.iq(question), 'query', NS.DISCO_INFO)?.children;
    expect(features).toContainEqual(el('feature', { var: 'stoxgate:intercept:0' }));
  });

  test('intercept - a call between two users goes by the proxy, and both hear each other by their own JIDs', async () => {
    const { sid, otherSid, initiate, accept } = await established();
    const { incoming, outgoing } = proxy.calls.at(-1) ?? {};
    expect([incoming?.request.callId, outgoing?.callId]).toEqual([sid, otherSid]);
    expect(otherSid).not.toBe(sid);
    const { requestUri, from, to } = incoming?.request ?? {};
    expect([requestUri, from?.uri, to?.uri]).toEqual([`sip:${BOB}`, `sip:${ALICE}`, `sip:${BOB}`]);
    expect(initiate.attrs.from?.split('/')[0]).toBe(ALICE);
    expect(jingleOf(initiate).attrs.initiator).toBe(initiate.attrs.from);
    expect(candidatesOf(initiate)[0]?.[0]?.attrs).toMatchObject({ ip: '127.0.0.1', port: '45000' });
    expect([accept.attrs.from, jingleOf(accept).attrs.responder]).toEqual([`${BOB}/desk`, `${BOB}/desk`]);
    expect(candidatesOf(accept)[0]?.[0]?.attrs).toMatchObject({ ip: '127.0.0.1', port: '45100' });
    expect(contentsOf(accept).map(({ attrs }) => attrs.name)).toEqual(['audio']);
    await alice.terminate(`${BOB}/desk`, sid, 'success');
    expect(reasonOf(await bob.nextJingle('session-terminate', otherSid))).toBe('success');
    expect(JSON.stringify([alice, bob, tablet].map(({ user }) => user.log))).not.toContain('\\\\40');
  });

  test('intercept - ended by who was called, declined, and taken back: each hears it under its own sid', async () => {
    const up = await established();
    await bob.terminate(up.caller, up.otherSid, 'success');
    expect(reasonOf(await alice.nextJingle('session-terminate', up.sid))).toBe('success');
    const declined = await ringing();
    await tablet.terminate(declined.caller, declined.otherSid, 'decline');
    expect(reasonOf(await alice.nextJingle('session-terminate', declined.sid))).toBe('decline');
    await bob.nextJingle('session-terminate', declined.otherSid);
    const given = await ringing();
    await alice.terminate(`${BOB}/desk`, given.sid, 'decline');
    for (const device of [bob, tablet]) {
      expect(reasonOf(await device.nextJingle('session-terminate', given.otherSid))).toBe('decline');
    }
  });

  test('intercept - a device that comes online asks its own address for the call, and takes it', async () => {
    const { sid, otherSid } = await ringing();
    const late = await world.caller('bob', { resource: 'late', mediaPort: 45_300 });
    const asks = el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate', sid: otherSid });
    expect((await late.user.iq(el('iq', { type: 'get' }, asks))).attrs.type).toBe('result');
    const initiate = await late.nextJingle('session-initiate', otherSid);
    await late.accept(initiate);
    const accept = await alice.nextJingle('session-accept', sid);
    expect(candidatesOf(accept)[0]?.[0]?.attrs).toMatchObject({ port: '45300' });
    await late.terminate(initiate.attrs.from ?? '', otherSid, 'success');
    await alice.nextJingle('session-terminate', sid);
    const none = await late.user.iq(el('iq', { type: 'get', to: BOB }, asks));
    expect(readStanzaError(none).condition).toBe('item-not-found');
    await late.user.close();
  });

  test('intercept - a call by message rings, is taken and ends by message and session', async () => {
    const carol = await world.caller('carol', { takesCallsByMessage: true });
    const [sid, peer] = [`by-message-${mode}`, `carol@${XMPP_DOMAIN}`];
    await alice.sayOfCall(peer, 'propose', sid, el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' }));
    const proceed = await alice.nextCallMessage('proceed', sid);
    const { from = '' } = proceed.attrs;
    expect(from.split('/')[0]).toBe(peer);
    const audio = el('payload-type', { id: 8, name: 'PCMA', clockrate: 8000 });
    const candidate = el('candidate', {
      component: 1,
      generation: 0,
      id: 'c',
      ip: '127.0.0.1',
      port: 45_000,
    });
    await alice.request(
      from,
      'session-initiate',
      sid,
      el(
        'content',
        { creator: 'initiator', name: 'audio' },
        el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' }, audio),
        el('transport', { xmlns: NS.JINGLE_RAW_UDP }, candidate),
      ),
    );
    const propose = await carol.nextCallMessage('propose');
    const { id: otherSid = '' } = childOf(propose, 'propose')?.attrs ?? {};
    expect(propose.attrs.from?.split('/')[0]).toBe(ALICE);
    expect(otherSid).not.toBe(sid);
    await carol.sayOfCall(propose.attrs.from ?? '', 'proceed', otherSid);
    await carol.accept(await carol.nextJingle('session-initiate', otherSid));
    await alice.nextJingle('session-accept', sid);
    await carol.terminate(propose.attrs.from ?? '', otherSid, 'success');
    expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('success');
    await carol.user.close();
  });

  test('intercept - who calls their own address rings their other devices', async () => {
    const sid = await tablet.initiate(BOB);
    const initiate = await bob.nextJingle('session-initiate');
    expect(initiate.attrs.from?.split('/')[0]).toBe(BOB);
    await bob.terminate(initiate.attrs.from ?? '', jingleOf(initiate).attrs.sid ?? '', 'decline');
    expect(reasonOf(await tablet.nextJingle('session-terminate', sid))).toBe('decline');
  });

  test('intercept - a number of the domain goes to SIP as a number', async () => {
    const sid = await alice.initiate(`+15551234@${XMPP_DOMAIN}`);
    await alice.nextJingle('session-terminate', sid);
    expect(proxy.calls.at(-1)?.incoming.request.requestUri).toBe(`sip:+15551234@${XMPP_DOMAIN};user=phone`);
  });

  test('intercept - other IQs, messages and sessions between the two are untouched', async () => {
    const [one, other] = pairs();
    const before = proxy.log.length;
    const version = one.iq(el('iq', { type: 'get', to: other.fullJid }, el('query', { xmlns: NS.VERSION })));
    const asked = await other.next(({ children }) =>
      children.some((child) => typeof child === 'object' && child.attrs.xmlns === NS.VERSION),
    );
    expect(asked.attrs.from).toBe(one.fullJid);
    await other.send(el('iq', { type: 'result', to: asked.attrs.from, id: asked.attrs.id }));
    expect((await version).attrs.from).toBe(other.fullJid);
    const info = await one.iq(el('iq', { type: 'get', to: BOB }, el('query', { xmlns: NS.DISCO_INFO })));
    expect(info.attrs.from).toBe(BOB);
    await one.send(el('message', { to: BOB, type: 'chat', id: 'm1' }, el('body', {}, 'hello')));
    const message = await other.next(({ name, attrs }) => name === 'message' && attrs.id === 'm1');
    expect(message.attrs.from).toBe(one.fullJid);
    const file = el('content', { creator: 'initiator', name: 'a' }, el('description', { xmlns: FILES }));
    await Promise.all([
      alice.request(other.fullJid, 'session-initiate', 'file', file),
      bob.nextJingle('session-initiate', 'file').then(({ attrs }) => expect(attrs.from).toBe(one.fullJid)),
    ]);
    await Promise.all([
      bob.terminate(one.fullJid, 'file', 'success'),
      alice
        .nextJingle('session-terminate', 'file')
        .then(({ attrs }) => expect(attrs.from).toBe(other.fullJid)),
    ]);
    expect(proxy.log).toHaveLength(before);
  });

  test('intercept - nobody but the gateway speaks for others', async () => {
    const [one] = pairs();
    const inner = el('message', { xmlns: NS.CLIENT, from: BOB, to: ALICE, type: 'chat', id: 'forged' });
    const forwarded = el('forwarded', { xmlns: NS.FORWARD }, inner);
    await one.send(el('message', { to: XMPP_DOMAIN }, el('privilege', { xmlns: NS.PRIVILEGE }, forwarded)));
    const iq = el(
      'iq',
      { xmlns: NS.CLIENT, from: BOB, to: one.fullJid, type: 'set', id: 'forged' },
      el('jingle', { xmlns: NS.JINGLE }),
    );
    const refused = await one.iq(
      el('iq', { type: 'set', to: BOB }, el('privileged_iq', { xmlns: NS.PRIVILEGE }, iq)),
    );
    expect(refused.attrs.type).toBe('error');
    expect(one.log.filter(({ sent, stanza }) => !sent && stanza.attrs.id === 'forged')).toEqual([]);
  });

  test('intercept - without the gateway a call is an error at once, the rest goes on, and calls do when it is back', async () => {
    const { sid } = await established();
    const role = mode === 'all' ? 'all' : 'xmpp-edge';
    const { child } = world.gateway.process(role);
    child.kill('SIGKILL');
    await child.exited(10_000);
    await componentGone(alice.user, COMPONENT);
    const ended = await alice.user.iq(
      el(
        'iq',
        { type: 'set', to: `${BOB}/desk` },
        el('jingle', { xmlns: NS.JINGLE, action: 'session-terminate', sid }, el('reason', {}, el('success'))),
      ),
    );
    expect(readStanzaError(ended)).toMatchObject({
      condition: 'service-unavailable',
      text: 'The gateway for calls is away',
    });
    await expect(alice.initiate(`${BOB}/desk`)).rejects.toThrow(/service-unavailable/);
    await alice.user.send(el('message', { to: BOB, type: 'chat', id: `m-${mode}` }, el('body', {}, 'hello')));
    await bob.user.next(({ attrs }) => attrs.id === `m-${mode}`);
    // The process of all roles has forgotten its calls; separate ones go on.
    if (mode === 'all') return;
    await world.gateway.crash(role);
    await world.gateway.ready();
    await established();
  });
});

test('intercept - by option a call that begins while the gateway is away is delivered as if there were none', async () => {
  const { startProsody, connectXmppUser, jingleUser } = await import('@stoxgate/testkit');
  const prosody = await startProsody({
    host: XMPP_DOMAIN,
    accounts: { alice: 'alice', bob: 'bob' },
    components: { [`sip.${XMPP_DOMAIN}`]: 's3cret' },
    intercept: { component: `sip.${XMPP_DOMAIN}`, when_away: 'deliver' },
  });
  const login = async (name: string) =>
    jingleUser(
      await connectXmppUser({
        jid: `${name}@${XMPP_DOMAIN}`,
        password: name,
        host: '127.0.0.1',
        port: prosody.clientPort,
        resource: 'desk',
      }),
    );
  try {
    const [alice, bob] = [await login('alice'), await login('bob')];
    const [initiated, heard] = await Promise.all([
      alice.initiate(bob.user.fullJid),
      bob.nextJingle('session-initiate'),
    ]);
    expect([heard.attrs.from, jingleOf(heard).attrs.sid]).toEqual([alice.user.fullJid, initiated]);
    await Promise.all([bob.accept(heard), alice.nextJingle('session-accept', initiated)]);
    await Promise.all([
      alice.terminate(bob.user.fullJid, initiated, 'success'),
      bob.nextJingle('session-terminate', initiated),
    ]);
    await alice.sayOfCall(BOB, 'propose', 'p', el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' }));
    await bob.nextCallMessage('propose', 'p');
    await expect(alice.terminate(bob.user.fullJid, 'unknown', 'success')).rejects.toThrow(
      /service-unavailable/,
    );
    await Promise.all([alice.user.close(), bob.user.close()]);
  } finally {
    await prosody.stop();
  }
});
