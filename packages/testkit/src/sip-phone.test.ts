import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import type { SipResponse } from '@stoxgate/contracts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type SipPhone, type SipPhoneOptions, startSipPhone } from './sip-phone.ts';

const open: SipPhone[] = [];
const NOWHERE = { host: '127.0.0.1', port: 9 };
const ALICE = 'sip:alice@a.example';
const BOB = 'sip:bob@b.example';

async function phone(options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
  const started = await startSipPhone({ target: NOWHERE, timeoutMs: 20_000, ...options });
  open.push(started);
  return started;
}

async function pair(transport: 'udp' | 'tcp', options: Partial<SipPhoneOptions> = {}) {
  const bob = await phone({ transport, user: 'bob' });
  const alice = await phone({ transport, user: 'alice', target: bob, ...options });
  return { alice, bob };
}

const linesOf = ({ log }: SipPhone): string[] =>
  log.map(({ direction, message, unreadable }) => {
    const text =
      message === undefined ? unreadable : 'method' in message ? message.method : `${message.status}`;
    return `${direction} ${text}`;
  });

const passes = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const fakeTime = (): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
};

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(open.splice(0).map((started) => started.stop()));
});

describe.each(['udp', 'tcp'] as const)('sip phone over %s', (transport) => {
  test('a call is answered, acknowledged and hung up by the callee', async () => {
    const { alice, bob } = await pair(transport);
    const call = alice.invite({ to: BOB, from: ALICE, sdp: 'v=0 offer' });
    const incoming = await bob.nextRequest('INVITE');
    expect(incoming.request).toMatchObject({
      requestUri: BOB,
      from: { uri: ALICE },
      body: { contentType: 'application/sdp', content: 'v=0 offer' },
      contacts: [{ uri: expect.stringContaining(`alice@127.0.0.1:${alice.port}`) }],
      vias: [expect.stringMatching(/;rport=\d+;received=127\.0\.0\.1;branch=z9hG4bK/)],
    });
    incoming.respond(100);
    incoming.respond(180);
    await call.waitFor(180);
    incoming.respond(200, { body: 'v=0 answer' });
    const ok = await call.waitFor('2xx');
    expect(ok).toMatchObject({ body: { contentType: 'application/sdp', content: 'v=0 answer' } });
    expect(call.responses[0]?.to.params).toEqual({});
    expect(ok.to.params.tag).toBe(call.responses[1]?.to.params.tag);
    call.ack();
    expect((await incoming.nextRequest('ACK')).request.cseq).toEqual({ number: 1, method: 'ACK' });
    const ended = incoming.bye();
    const bye = await call.nextRequest('BYE');
    expect(bye.request.from.params.tag).toBe(ok.to.params.tag);
    bye.respond(200);
    expect((await ended).status).toBe(200);
    expect(linesOf(alice)).toEqual([
      ...['out INVITE', 'in 100', 'in 180', 'in 200', 'out ACK', 'in BYE', 'out 200'],
    ]);
    expect(linesOf(bob)).toEqual([
      ...['in INVITE', 'out 100', 'out 180', 'out 200', 'in ACK', 'out BYE', 'in 200'],
    ]);
  });

  test('the caller hangs up; requests inside the dialog count up', async () => {
    const { alice, bob } = await pair(transport);
    const call = alice.invite({ to: BOB, from: ALICE });
    const incoming = await bob.nextRequest('INVITE');
    expect(incoming.request.body).toBeUndefined();
    incoming.respond(200, { body: 'offer' });
    await call.waitFor(200);
    call.ack({ body: 'answer' });
    expect((await bob.nextRequest('ACK')).request.body?.content).toBe('answer');
    const info = call.send('INFO', { body: 'x' });
    const received = await incoming.nextRequest('INFO');
    received.respond(200);
    await info.waitFor(200);
    const ended = call.bye();
    const bye = await incoming.nextRequest('BYE');
    expect([received.request.cseq.number, bye.request.cseq.number]).toEqual([2, 3]);
    bye.respond(200);
    await ended;
  });

  test('a refused call is acknowledged by itself, and the script of the callee does not see the ACK', async () => {
    const { alice, bob } = await pair(transport);
    const call = alice.invite({ to: BOB, from: ALICE });
    (await bob.nextRequest('INVITE')).respond(486);
    expect((await call.waitFor('final')).reason).toBe('Busy Here');
    const sent = alice.message(BOB, ALICE, 'still there?');
    (await bob.nextRequest('MESSAGE')).respond(200);
    await sent.waitFor(200);
    expect(linesOf(bob)).toContain('in ACK');
    await expect(bob.nextRequest('ACK', 20)).rejects.toThrow('no ACK within 20 ms');
  });

  test('a call is cancelled', async () => {
    const { alice, bob } = await pair(transport);
    const call = alice.invite({ to: BOB, from: ALICE });
    const incoming = await bob.nextRequest('INVITE');
    const cancelled = call.cancel();
    await expect(incoming.nextRequest('CANCEL', 20)).rejects.toThrow('no CANCEL of call');
    incoming.respond(180);
    const cancel = await incoming.nextRequest('CANCEL');
    expect(cancel.request.vias[0]).toBe(incoming.request.vias[0]);
    expect(cancel.request.cseq).toEqual({ number: 1, method: 'CANCEL' });
    cancel.respond(200);
    incoming.respond(487);
    expect((await cancelled).status).toBe(200);
    expect((await call.waitFor('final')).status).toBe(487);
  });

  test('a message', async () => {
    const { alice, bob } = await pair(transport);
    const sent = alice.message(BOB, { displayName: 'Älice', uri: ALICE, params: {} }, 'Grüße\r\n');
    const incoming = await bob.nextRequest('MESSAGE');
    expect(incoming.request).toMatchObject({
      from: { displayName: 'Älice' },
      body: { contentType: 'text/plain', content: 'Grüße\r\n' },
      contacts: [],
    });
    incoming.respond(202, { headers: { 'x-note': ['seen'] } });
    expect((await sent.waitFor('2xx')).headers).toEqual({ 'x-note': ['seen'] });
  });
});

test('sip phone - a forked call has a dialog for each tag', async () => {
  const { alice, bob } = await pair('udp');
  const call = alice.invite({ to: BOB, from: ALICE });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(180, { toTag: 'one' });
  incoming.respond(200, { toTag: 'two' });
  const ok = await call.waitFor(200);
  expect(call.dialog().remote.params.tag).toBe('two');
  expect(call.dialog(call.responses[0]).remote.params.tag).toBe('one');
  call.ack({ response: ok });
  expect((await bob.nextRequest('ACK')).request.to.params.tag).toBe('two');
});

test('sip phone - a repeated request gets the same answer, a repeated 2xx the same ACK', async () => {
  const { alice, bob } = await pair('udp');
  const call = alice.invite({ to: BOB, from: ALICE });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(200, { body: 'answer' });
  await call.waitFor(200);
  call.ack({ body: 'x' });
  const ack = await bob.nextRequest('ACK');
  incoming.respond(200, { body: 'answer' });
  const again = await bob.nextRequest('ACK');
  expect(again.request.body).toEqual(ack.request.body);
  expect(bob.log.filter(({ direction }) => direction === 'out')).toHaveLength(2);
});

test('sip phone - with a T1, a request is repeated until it is answered', async () => {
  fakeTime();
  const { alice, bob } = await pair('udp', { retransmitAfterMs: 500 });
  const call = alice.invite({ to: BOB, from: ALICE });
  const incoming = await bob.nextRequest('INVITE');
  await passes(500 + 1000);
  incoming.respond(180);
  await call.waitFor(180);
  const lines = ['out INVITE', 'out INVITE', 'out INVITE', 'in 180'];
  expect(linesOf(alice)).toEqual(lines);
  await passes(30_000);
  expect(linesOf(alice)).toEqual(lines);
  const another = expect(bob.nextRequest('INVITE', 10)).rejects.toThrow('no INVITE');
  await passes(10);
  await another;
});

test('sip phone - with a T1, the answer to an INVITE is repeated until the ACK', async () => {
  fakeTime();
  const bob = await phone({ retransmitAfterMs: 500 });
  const alice = await phone({ target: bob });
  const call = alice.invite({ to: BOB, from: ALICE });
  (await bob.nextRequest('INVITE')).respond(200);
  await passes(500 + 1000);
  await call.waitFor(200);
  call.ack();
  await bob.nextRequest('ACK');
  const lines = ['in INVITE', 'out 200', 'out 200', 'out 200', 'in ACK'];
  expect(linesOf(bob)).toEqual(lines);
  await passes(30_000);
  expect(linesOf(bob)).toEqual(lines);
});

test('sip phone - a request that comes twice is answered twice and seen once', async () => {
  const bob = await phone();
  const socket = createSocket('udp4');
  const answers: string[] = [];
  socket.on('message', (bytes) => answers.push(bytes.toString()));
  const options = [
    ...['OPTIONS sip:b@h SIP/2.0', 'Via: SIP/2.0/UDP h;branch=z9hG4bK1;rport', 'From: <sip:a@h>;tag=1'],
    ...['To: <sip:b@h>', 'Call-ID: c', 'CSeq: 1 OPTIONS', '', ''],
  ].join('\r\n');
  socket.send(options, bob.port, bob.host);
  const incoming = await bob.nextRequest('OPTIONS');
  incoming.respond(200);
  socket.send(options, bob.port, bob.host);
  await expect.poll(() => answers).toHaveLength(2);
  const { port } = socket.address();
  socket.close();
  expect(answers[1]).toBe(answers[0]);
  expect(answers[0]).toContain(`Via: SIP/2.0/UDP h;rport=${port};received=127.0.0.1;branch=z9hG4bK1\r\n`);
  await expect(bob.nextRequest('OPTIONS', 10)).rejects.toThrow('no OPTIONS');
});

test('sip phone - the route set is followed, by the caller in reverse', async () => {
  const { alice, bob } = await pair('udp');
  const [near, far] = [`<sip:127.0.0.1:${alice.port};lr>`, '<sip:far.example;lr>'];
  const call = alice.invite({ to: BOB, from: ALICE, headers: { 'record-route': [`${near}, ${far}`] } });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(200);
  await call.waitFor(200);
  call.ack();
  expect((await bob.nextRequest('ACK')).request.headers.route).toEqual([far, near]);
  incoming.send('BYE');
  expect((await call.nextRequest('BYE')).request.headers.route).toEqual([near, far]);
});

test('sip phone - listens on the port it is told; one that is taken is an error', async () => {
  const first = await phone();
  for (const transport of ['udp', 'tcp'] as const) {
    const free = await phone({ transport });
    await free.stop();
    open.pop();
    expect((await phone({ transport, port: free.port })).port).toBe(free.port);
  }
  await expect(phone({ port: first.port })).rejects.toThrow('EADDRINUSE');
});

test('sip phone - a description of its own, for scripts that do not care', async () => {
  const { alice, bob } = await pair('udp');
  const call = alice.invite({ to: BOB, from: ALICE, sdp: true });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(200, { sdp: true });
  const { body } = await call.waitFor(200);
  expect(body?.content).toContain('m=audio 49170 RTP/AVP 0 8\r\n');
  expect(incoming.request.body).toEqual(body);
});

test('sip phone - onRequest takes what it wants', async () => {
  const bob = await phone({
    onRequest: (request) => {
      if (request.request.method !== 'OPTIONS') return false;
      request.respond(200);
      return true;
    },
  });
  const alice = await phone({ target: bob, keepLog: false });
  expect((await alice.request('OPTIONS', { to: BOB, from: ALICE }).waitFor('final')).status).toBe(200);
  alice.message(BOB, ALICE, 'x');
  await bob.nextRequest('MESSAGE');
  expect(alice.log).toEqual([]);
});

describe('sip phone - a wait that ends in vain says what was seen', () => {
  test('another final response', async () => {
    const { alice, bob } = await pair('udp');
    const call = alice.invite({ to: BOB, from: ALICE, callId: 'c1' });
    const ringing = call.waitFor(180);
    (await bob.nextRequest('INVITE')).respond(404);
    const text = [
      'no 180 to INVITE (call c1) but 404 Not Found; seen:',
      '  → INVITE (1 INVITE, call c1)',
      '  ← 404 Not Found (1 INVITE, call c1)',
    ].join('\n');
    await expect(ringing).rejects.toThrow(text);
    await expect(call.waitFor(200)).rejects.toThrow('no 200 to INVITE (call c1) but 404 Not Found');
  });

  test('no response at all, and what the socket reported', async () => {
    const alice = await phone({ transport: 'tcp', target: { host: '127.0.0.1', port: 1 } });
    const sent = alice.message(BOB, ALICE, 'x');
    await expect(sent.waitFor(200, 50)).rejects.toThrow(
      /within 50 ms; seen:\n {2}→ MESSAGE .*\n {2}! .*ECONNREFUSED/,
    );
  });

  test('no request, and nothing seen', async () => {
    const alice = await phone();
    await expect(alice.nextRequest('BYE', 10)).rejects.toThrow('no BYE within 10 ms; seen: nothing');
  });

  test('a request in a dialog that is not there', async () => {
    const { alice, bob } = await pair('udp');
    const call = alice.invite({ to: BOB, from: ALICE });
    const incoming = await bob.nextRequest('INVITE');
    expect(() => call.send('BYE')).toThrow('has no dialog yet');
    expect(() => incoming.send('BYE')).toThrow('INVITE made no dialog to send BYE in');
  });
});

test('sip phone - with a T1, each answer of a fork and each reliable one is repeated until it is acknowledged', async () => {
  fakeTime();
  const bob = await phone({ retransmitAfterMs: 500 });
  const alice = await phone({ target: bob });
  const call = alice.invite({ to: BOB, from: ALICE });
  const incoming = await bob.nextRequest('INVITE');
  const sent = (status: number): number => linesOf(bob).filter((line) => line === `out ${status}`).length;
  incoming.respond(183, { toTag: 'one', headers: { require: ['100rel'], rseq: ['7'] } });
  await passes(500);
  expect(sent(183)).toBe(2);
  call.dialog(await call.waitFor(183)).send('PRACK', { headers: { rack: ['7 1 INVITE'] } });
  (await bob.nextRequest('PRACK')).respond(200);
  await passes(30_000);
  expect(sent(183)).toBe(2);
  incoming.respond(200, { toTag: 'one' });
  incoming.respond(200, { toTag: 'two' });
  const second = (): SipResponse | undefined => call.responses.find(({ to }) => to.params.tag === 'two');
  await expect.poll(second).toBeDefined();
  call.ack();
  await bob.nextRequest('ACK');
  const before = sent(200);
  await passes(500 + 1000);
  expect(sent(200)).toBe(before + 2);
  call.ack({ response: second() as SipResponse });
  await bob.nextRequest('ACK');
  await passes(30_000);
  expect(sent(200)).toBe(before + 2);
});

test('sip phone - a re-INVITE acknowledges its answer each time that it comes', async () => {
  const { alice, bob } = await pair('udp');
  const call = alice.invite({ to: BOB, from: ALICE });
  (await bob.nextRequest('INVITE')).respond(200);
  await call.waitFor(200);
  call.ack();
  await bob.nextRequest('ACK');
  const sent = call.dialog().reinvite({ sdp: true });
  const incoming = await bob.nextRequest('INVITE');
  incoming.respond(200);
  incoming.respond(200);
  await sent.waitFor(200);
  for (const _ of [1, 2]) {
    expect((await bob.nextRequest('ACK')).request.cseq).toEqual({ number: 2, method: 'ACK' });
  }
});

test('sip phone - a lossy link loses its share, the same datagrams each time', async () => {
  const SENT = 200;
  const run = async (): Promise<number[]> => {
    const bob = await phone({ lossPercent: 25 });
    const alice = await phone({ target: bob });
    const numbers = (): number[] => bob.log.map(({ message }) => Number(message?.body?.content));
    for (let number = 0; number < SENT; number++) alice.message(BOB, ALICE, String(number));
    // Loopback keeps the order: once a later one is there, of the first nothing more will come.
    for (let number = SENT; !numbers().some((arrived) => arrived >= SENT); number++) {
      alice.message(BOB, ALICE, String(number));
      await delay(5);
    }
    return numbers().filter((arrived) => arrived < SENT);
  };
  const arrived = await run();
  expect(arrived.length).toBeGreaterThan(130);
  expect(arrived.length).toBeLessThan(170);
  expect(await run()).toEqual(arrived);
});

test('sip phone - a subscription: notifications before and after the answer, refreshed and ended', async () => {
  const { alice, bob } = await pair('udp');
  const subscription = alice.subscribe(BOB, ALICE, { expires: 600 });
  const incoming = await bob.nextRequest('SUBSCRIBE');
  expect(incoming.request.headers).toMatchObject({
    event: ['presence'],
    accept: ['application/pidf+xml'],
    expires: ['600'],
  });
  incoming.respond(200, { headers: { expires: ['600'] } });
  await subscription.subscribe.waitFor('2xx');
  const body = { contentType: 'application/pidf+xml', content: '<presence/>', encoding: 'utf8' } as const;
  const active = { event: ['presence'], 'subscription-state': ['active; expires=600'] };
  const notify = incoming.send('NOTIFY', { headers: active, body });
  expect(await subscription.notified()).toMatchObject({
    state: 'active',
    params: { expires: '600' },
    body: '<presence/>',
  });
  expect((await notify.waitFor('final')).status).toBe(200);
  const refreshed = subscription.refresh(0);
  const second = await bob.nextRequest('SUBSCRIBE', undefined, subscription.callId);
  expect(second.request).toMatchObject({ cseq: { number: 2 }, headers: { expires: ['0'] } });
  second.respond(200);
  await refreshed.waitFor('2xx');
});
