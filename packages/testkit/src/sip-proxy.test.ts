import { afterEach, expect, test } from 'vitest';
import { type SipPhone, startSipPhone } from './sip-phone.ts';
import { type SipProxy, startSipProxy } from './sip-proxy.ts';

const open: (SipPhone | SipProxy)[] = [];
const ALICE = 'sip:alice@a.example';
const BOB = 'sip:bob@b.example';

/** alice → proxy → bob. */
async function trio(transport: 'udp' | 'tcp' = 'udp') {
  const bob = await startSipPhone({ transport, target: { host: '127.0.0.1', port: 9 }, timeoutMs: 2_000 });
  const proxy = await startSipProxy({ transport, target: bob });
  const target = { host: '127.0.0.1', port: proxy.port };
  const alice = await startSipPhone({ transport, target, timeoutMs: 2_000 });
  open.push(bob, proxy, alice);
  return { alice, proxy, bob };
}

async function talking(transport: 'udp' | 'tcp' = 'udp') {
  const { alice, proxy, bob } = await trio(transport);
  const call = alice.invite({ to: BOB, from: ALICE, sdp: 'offer' });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(100);
  incoming.respond(180);
  await call.waitFor(180);
  incoming.respond(200, { body: 'answer' });
  const ok = await call.waitFor(200);
  call.ack();
  await incoming.nextRequest('ACK');
  return { alice, proxy, bob, call, incoming, ok };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((started) => started.stop()));
});

test.each(['udp', 'tcp'] as const)('sip proxy over %s - two calls in one conversation', async (transport) => {
  const { proxy, call, incoming, ok } = await talking(transport);
  expect(incoming.request).toMatchObject({
    requestUri: BOB,
    from: { uri: ALICE },
    to: { uri: BOB },
    body: { content: 'offer' },
  });
  expect(incoming.request.callId).not.toBe(call.callId);
  expect(incoming.request.from.params.tag).not.toBe(call.invite.request.from.params.tag);
  expect(ok.body?.content).toBe('answer');
  expect(call.responses.map(({ status }) => status)).toEqual([100, 180, 200]);
  expect(proxy.calls.map(({ outgoing }) => outgoing.callId)).toEqual([incoming.request.callId]);
});

test('sip proxy - the caller hangs up', async () => {
  const { call, incoming } = await talking();
  const ended = call.bye({ headers: { reason: ['SIP;cause=200'] } });
  const bye = await incoming.nextRequest('BYE');
  expect(bye.request.headers.reason).toEqual(['SIP;cause=200']);
  bye.respond(200);
  expect((await ended).status).toBe(200);
});

test('sip proxy - the callee hangs up', async () => {
  const { call, incoming } = await talking();
  const ended = incoming.bye();
  (await call.nextRequest('BYE')).respond(200);
  expect((await ended).status).toBe(200);
});

test('sip proxy - cancelled', async () => {
  const { alice, bob } = await trio();
  const call = alice.invite({ to: BOB, from: ALICE });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(180);
  const cancelled = call.cancel();
  (await incoming.nextRequest('CANCEL')).respond(200);
  incoming.respond(487);
  expect((await cancelled).status).toBe(200);
  expect((await call.waitFor('final')).status).toBe(487);
});

test('sip proxy - declined, with the reason phrase', async () => {
  const { alice, bob } = await trio();
  const call = alice.invite({ to: BOB, from: ALICE });
  (await bob.nextRequest('INVITE')).respond(480, { reason: 'Out to lunch' });
  expect(await call.waitFor('final')).toMatchObject({ status: 480, reason: 'Out to lunch' });
});

test('sip proxy - re-INVITE from either side, each with its ACK', async () => {
  const { call, incoming } = await talking();
  const byCaller = call.send('INVITE', { body: 'offer 2' });
  const second = await incoming.nextRequest('INVITE');
  second.respond(200, { body: 'answer 2' });
  expect((await byCaller.waitFor(200)).body?.content).toBe('answer 2');
  call.dialog().ack(byCaller.request.cseq);
  expect((await incoming.nextRequest('ACK')).request.cseq.number).toBe(second.request.cseq.number);

  const byCallee = incoming.send('INVITE');
  const third = await call.nextRequest('INVITE');
  third.respond(200, { body: 'offer 3' });
  await byCallee.waitFor(200);
  incoming.dialog?.ack(byCallee.request.cseq, { body: 'answer 3' });
  expect((await call.nextRequest('ACK')).request).toMatchObject({
    cseq: { number: third.request.cseq.number },
    body: { content: 'answer 3' },
  });
});

test('sip proxy - a message outside any dialog', async () => {
  const { alice, bob } = await trio();
  const sent = alice.message(BOB, ALICE, 'hello', { headers: { subject: ['greeting'] } });
  const message = await bob.nextRequest('MESSAGE');
  expect(message.request).toMatchObject({ body: { content: 'hello' }, headers: { subject: ['greeting'] } });
  expect(message.request.callId).not.toBe(sent.request.callId);
  message.respond(202);
  expect((await sent.waitFor('final')).status).toBe(202);
});

test('sip proxy - what belongs to no call is refused', async () => {
  const { alice } = await trio();
  const stray = (method: string) =>
    alice.request(method, { to: { uri: BOB, params: { tag: 'x' } }, from: ALICE }).waitFor('final');
  expect((await stray('BYE')).status).toBe(481);
  expect((await stray('CANCEL')).status).toBe(481);
});
