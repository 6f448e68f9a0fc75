/**
 * Calls between two users of one domain at a real ejabberd: what it offers by itself, and with a module of ours.
 */
import {
  connectXmppUser,
  type Ejabberd,
  freePort,
  type GatewayProcesses,
  type JingleUser,
  jingleOf,
  jingleUser,
  reasonOf,
  type SipProxy,
  startEjabberd,
  startGatewayProcesses,
  startSipPhone,
  startSipProxy,
} from '@stoxgate/testkit';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { componentGone } from './component-gone.ts';
import { COMPONENT, SIP_DOMAIN, XMPP_DOMAIN } from './world.ts';

const ALICE = `alice@${XMPP_DOMAIN}`;
const BOB = `bob@${XMPP_DOMAIN}`;
const SECRET = 's3cret';

/** Without the module. */
const PLAIN = 'plain.test';
const CARL = `carl@${PLAIN}`;

let server: Ejabberd;
let gateway: GatewayProcesses;
let target: { readonly host: string; readonly port: number };
let proxyPort: number;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startEjabberd({
    host: XMPP_DOMAIN,
    accounts: { alice: 'alice', bob: 'bob' },
    modules: { mod_stoxgate: { component: COMPONENT } },
    components: { [COMPONENT]: SECRET },
    others: [
      {
        host: PLAIN,
        accounts: { carl: 'carl' },
        modules: { mod_delegation: { namespaces: { [NS.JINGLE]: { access: [{ allow: 'all' }] } } } },
      },
    ],
  });
  stops.push(server.stop);
  const sipPort = await freePort();
  proxyPort = await freePort();
  target = { host: '127.0.0.1', port: sipPort };
  const component = { domain: COMPONENT, sip_domain: SIP_DOMAIN, port: server.componentPort, secret: SECRET };
  gateway = await startGatewayProcesses({
    roles: ['all'],
    config: {
      xmpp: {
        domains: [XMPP_DOMAIN, PLAIN],
        components: [component],
        intercept: [{ domain: XMPP_DOMAIN }],
      },
      sip: {
        listen_host: '127.0.0.1',
        listen_port: sipPort,
        proxy_host: '127.0.0.1',
        proxy_port: proxyPort,
      },
    },
  });
  stops.push(gateway.stop);
  await gateway.ready();
});
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function login(jid: string, resource: string, mediaPort?: number): Promise<JingleUser> {
  const [password = ''] = jid.split('@');
  const user = await connectXmppUser({ jid, password, host: '127.0.0.1', port: server.clientPort, resource });
  stops.push(user.close);
  return jingleUser(user, mediaPort);
}

test('intercept ejabberd - with its own delegation a device asks its own address for the call that rings', async () => {
  const phone = await startSipPhone({ port: await freePort(), target, user: 'romeo' });
  stops.push(() => phone.stop());
  const carl = await login(CARL, 'desk');
  await carl.user.send(el('presence', { to: `romeo@${COMPONENT}` }));
  await carl.user.iq(el('iq', { type: 'get', to: COMPONENT }, el('ping', { xmlns: NS.PING })));
  const call = phone.invite({ to: `sip:${CARL}`, from: `sip:romeo@${SIP_DOMAIN}`, sdp: true });
  await carl.nextJingle('session-initiate', call.callId);
  const late = await login(CARL, 'late');
  const asks = el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate', sid: call.callId });
  const answer = await late.user.iq(el('iq', { type: 'get', to: CARL }, asks));
  expect(answer.attrs).toMatchObject({ type: 'result', from: CARL });
  await late.accept(await late.nextJingle('session-initiate', call.callId));
  await call.waitFor(200);
  call.ack();
  await call.bye();
  await expect(late.initiate(`nobody@${PLAIN}`)).rejects.toThrow(/service-unavailable/);
});

test('intercept ejabberd - with the module calls between two users go by SIP, and the rest does not', async () => {
  const proxy: SipProxy = await startSipProxy({ port: proxyPort, target });
  stops.push(() => proxy.stop());
  const alice = await login(ALICE, 'phone');
  const bob = await login(BOB, 'desk', 45_100);
  const tablet = await login(BOB, 'tablet', 45_200);
  const discovery = el('iq', { type: 'get', to: XMPP_DOMAIN }, el('query', { xmlns: NS.DISCO_INFO }));
  const features = childOf(await alice.user.iq(discovery), 'query', NS.DISCO_INFO)?.children;
  expect(features).toContainEqual(el('feature', { var: 'stoxgate:intercept:0' }));
  for (const who of ['caller', 'callee']) {
    const sid = await alice.initiate(`${BOB}/desk`);
    const back = () => proxy.calls.find(({ incoming }) => incoming.request.callId === sid)?.outgoing.callId;
    await expect.poll(back).toBeDefined();
    const otherSid = back() ?? '';
    const initiate = await bob.nextJingle('session-initiate', otherSid);
    expect(initiate.attrs.from?.split('/')[0]).toBe(ALICE);
    await tablet.nextJingle('session-initiate', otherSid);
    await alice.nextJingle('session-info', sid);
    await bob.accept(initiate);
    await tablet.nextJingle('session-terminate', otherSid);
    const accept = await alice.nextJingle('session-accept', sid);
    expect(jingleOf(accept).attrs.responder).toBe(`${BOB}/desk`);
    if (who === 'caller') await alice.terminate(`${BOB}/desk`, sid, 'success');
    else await bob.terminate(initiate.attrs.from ?? '', otherSid, 'success');
    const heard =
      who === 'caller'
        ? bob.nextJingle('session-terminate', otherSid)
        : alice.nextJingle('session-terminate', sid);
    expect(reasonOf(await heard)).toBe('success');
  }
  await alice.sayOfCall(BOB, 'propose', 'm1', el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' }));
  const proceed = await alice.nextCallMessage('proceed', 'm1');
  expect(proceed.attrs.from?.split('/')[0]).toBe(BOB);
  await alice.sayOfCall(proceed.attrs.from ?? '', 'retract', 'm1');
  const asked = alice.user.iq(
    el('iq', { type: 'get', to: bob.user.fullJid }, el('query', { xmlns: NS.VERSION })),
  );
  const version = await bob.user.next(({ name, attrs }) => name === 'iq' && attrs.type === 'get');
  expect(version.attrs.from).toBe(alice.user.fullJid);
  await bob.user.send(el('iq', { type: 'result', to: version.attrs.from, id: version.attrs.id }));
  expect((await asked).attrs.from).toBe(bob.user.fullJid);
  const { child } = gateway.process('all');
  child.kill('SIGKILL');
  await child.exited(10_000);
  await componentGone(alice.user, COMPONENT);
  const refused = await alice.user.iq(
    el(
      'iq',
      { type: 'set', to: `${BOB}/desk` },
      el('jingle', { xmlns: NS.JINGLE, action: 'session-initiate', sid: 'late' }),
    ),
  );
  expect(readStanzaError(refused).condition).toBe('service-unavailable');
});
