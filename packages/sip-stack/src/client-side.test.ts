import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  headerOf,
  type OpenStack,
  openStack,
  outgoing,
  settle,
  startLine,
  textRequest,
  textResponse,
  UdpPeer,
} from './testing/index.ts';

let open: OpenStack;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  open = await openStack();
});

afterEach(async () => {
  await open.close();
  vi.useRealTimers();
});

/** Sends a request of ours and hears it. */
async function send(method: string, overrides: Parameters<typeof outgoing>[1] = {}): Promise<string> {
  await open.stack.request('t', 'z9hG4bK-out', outgoing(method, overrides));
  return open.peer.hear();
}

async function reply(...args: Parameters<typeof textResponse>): Promise<void> {
  await open.peer.say(textResponse(...args), open.stack.port);
  await settle();
}

/** Moments, in ms from now, at which messages go out during `spanMs`. */
async function sentDuring(spanMs: number): Promise<readonly number[]> {
  const start = Date.now();
  const before = open.meter.sentAt.length;
  await vi.advanceTimersByTimeAsync(spanMs);
  return open.meter.sentAt.slice(before).map((at) => at - start);
}

test('client - a request carries our Via with rport, Contact and User-Agent', async () => {
  const invite = await send('INVITE', { contact: { user: 'alice', gr: 'desk' } });
  const { port } = open.stack;
  expect(startLine(invite)).toBe('INVITE sip:romeo@sip.test SIP/2.0');
  expect(headerOf(invite, 'via')).toBe(`SIP/2.0/UDP 127.0.0.1:${port};rport;branch=z9hG4bK-out`);
  expect(headerOf(invite, 'contact')).toBe(`<sip:alice@127.0.0.1:${port};gr=desk>`);
  expect(headerOf(invite, 'user-agent')).toBe('test');
});

test('client - timer A doubles without a cap; timer B reports the timeout', async () => {
  await send('INVITE');
  expect(await sentDuring(32_000)).toEqual([500, 1500, 3500, 7500, 15_500, 31_500]);
  expect(open.user.failures).toEqual([
    { tag: 't', branch: 'z9hG4bK-out', method: 'INVITE', cause: 'timeout' },
  ]);
  expect(open.stack.transactions).toBe(0);
});

test('client - a provisional response ends timer A; the same provisional is seen once', async () => {
  const invite = await send('INVITE');
  await reply(invite, 180, { toTag: 'a' });
  await reply(invite, 180, { toTag: 'a' });
  await reply(invite, 180, { toTag: 'b' });
  expect(await sentDuring(5000)).toEqual([]);
  expect(open.user.responses.map(({ response }) => response.to.params.tag)).toEqual(['a', 'b']);
});

test('client - timer E doubles up to T2; after a provisional it stays there', async () => {
  await send('MESSAGE');
  expect(await sentDuring(12_000)).toEqual([500, 1500, 3500, 7500, 11_500]);
});

test('client - timer E after a provisional', async () => {
  const message = await send('MESSAGE');
  await reply(message, 100);
  await open.peer.rest();
  expect(await sentDuring(12_000)).toEqual([4000, 8000, 12_000]);
});

test('client - a final response to a non-INVITE is seen once and ends the repetition', async () => {
  const bye = await send('BYE');
  await reply(bye, 200, { toTag: 'a' });
  await reply(bye, 200, { toTag: 'a' });
  expect(await sentDuring(6000)).toEqual([]);
  expect(open.user.statuses).toEqual([200]);
  expect(open.stack.transactions).toBe(0);
});

test('client - a received 408 is a response, not a timeout of ours', async () => {
  const bye = await send('BYE');
  await reply(bye, 408, { toTag: 'a' });
  await open.peer.rest();
  expect([open.user.statuses, open.user.failures]).toEqual([[408], []]);
});

test('client - a failure gets its ACK from the transaction: same Via, all Routes, no new branch', async () => {
  const { peer } = open;
  const routes = [`<sip:127.0.0.1:${peer.port};lr>`, '<sip:second.invalid;lr>'];
  const invite = await send('INVITE', { routes });
  await reply(invite, 486, { toTag: 'a' });
  const ack = await peer.hear();
  expect(startLine(ack)).toBe('ACK sip:romeo@sip.test SIP/2.0');
  expect(headerOf(ack, 'via')).toBe(headerOf(invite, 'via'));
  expect(headerOf(ack, 'to')).toBe('<sip:romeo@sip.test>;tag=a');
  expect(headerOf(ack, 'cseq')).toBe('1 ACK');
  expect(headerOf(ack, 'route')).toBe(routes.join(', '));
  await reply(invite, 486, { toTag: 'a' });
  expect(await peer.hear()).toBe(ack);
  expect(open.user.statuses).toEqual([486]);
});

test('client - a repeated 2xx gets the same ACK again; the user sees one 2xx for each dialog', async () => {
  const { peer, stack, user } = open;
  const invite = await send('INVITE');
  await reply(invite, 200, { toTag: 'a' });
  await reply(invite, 200, { toTag: 'a' });
  await reply(invite, 200, { toTag: 'b' });
  expect(await peer.rest()).toEqual([]);
  expect(user.responses.map(({ response }) => response.to.params.tag)).toEqual(['a', 'b']);
  const to = { uri: 'sip:romeo@sip.test', params: { tag: 'a' } };
  const requestUri = `sip:romeo@127.0.0.1:${peer.port}`;
  await stack.request('t', 'z9hG4bK-ack', outgoing('ACK', { to, requestUri }));
  const ack = await peer.hear();
  await reply(invite, 200, { toTag: 'a' });
  expect(await peer.hear()).toBe(ack);
  await reply(invite, 200, { toTag: 'b' });
  expect(await peer.rest()).toEqual([]);
});

test('client - an ACK has the credentials of its INVITE (RFC 3261 §13.2.2.4)', async () => {
  const other = await openStack({
    peers: ['127.0.0.1'],
    proxy: { host: '127.0.0.1', port: open.peer.port, protocol: 'udp' },
    credentials: [{ username: 'u', password: 'p' }],
  });
  const challenges = [{ header: 'www-authenticate', value: 'Digest realm="r", nonce="n"' }] as const;
  await other.stack.request('t', 'z9hG4bK-i', outgoing('INVITE'), challenges);
  await other.stack.request('t', 'z9hG4bK-a', outgoing('ACK'));
  const [invite = '', ack = ''] = [await open.peer.hear(), await open.peer.hear()];
  expect(headerOf(ack, 'authorization')).toMatch(/^Digest username="u"/);
  expect(headerOf(ack, 'authorization')).toBe(headerOf(invite, 'authorization'));
  await other.stack.request('t', 'z9hG4bK-b', outgoing('ACK', { cseq: 2 }));
  expect(headerOf(await open.peer.hear(), 'authorization')).toBeUndefined();
  await other.close();
});

test('client - the same command twice is one request on the wire, also after its end', async () => {
  const { peer, stack } = open;
  const message = await send('MESSAGE');
  await stack.request('t', 'z9hG4bK-out', outgoing('MESSAGE'));
  await reply(message, 200, { toTag: 'a' });
  await peer.rest();
  await vi.advanceTimersByTimeAsync(6000);
  expect(stack.transactions).toBe(0);
  await stack.request('t', 'z9hG4bK-out', outgoing('MESSAGE'));
  expect(await peer.rest()).toEqual([]);
});

test('client - CANCEL has branch and Via of its INVITE and goes the same way', async () => {
  const { stack, user } = open;
  const peer = await UdpPeer.open();
  const routes = [`<sip:127.0.0.1:${peer.port};lr>`];
  await stack.request('t', 'z9hG4bK-out', outgoing('INVITE', { routes }));
  const invite = await peer.hear();
  await reply(invite, 180, { toTag: 'a' });
  await stack.request('c', 'z9hG4bK-out', outgoing('CANCEL'));
  const cancel = await peer.hear();
  expect(headerOf(cancel, 'via')).toBe(headerOf(invite, 'via'));
  await reply(cancel, 200, { toTag: 'a' });
  await reply(invite, 487, { toTag: 'a' });
  expect(startLine(await peer.hear())).toMatch(/^ACK /);
  expect(user.responses.map(({ tag, response }) => [tag, response.status])).toEqual([
    ['t', 180],
    ['c', 200],
    ['t', 487],
  ]);
  await peer.close();
});

test('client - a cancelled INVITE without a final response is given up after 64*T1 (RFC 3261 §9.1)', async () => {
  const { peer, stack, user } = open;
  const invite = await send('INVITE');
  await reply(invite, 180, { toTag: 'a' });
  await peer.rest();
  await stack.request('c', 'z9hG4bK-out', outgoing('CANCEL'));
  await reply(await peer.hear(), 200, { toTag: 'a' });
  await peer.rest();
  await vi.advanceTimersByTimeAsync(32_000);
  expect(user.failures).toEqual([{ tag: 't', branch: 'z9hG4bK-out', method: 'INVITE', cause: 'timeout' }]);
  expect(stack.unfinished).toBe(0);
});

test('client - responses that match nothing, or have two Vias, are dropped and counted', async () => {
  const { peer, meter, user } = open;
  const message = await send('MESSAGE');
  await reply(message.replace('branch=z9hG4bK-out', 'branch=z9hG4bK-other'), 200);
  await reply(message.replace('Max-', 'Via: SIP/2.0/UDP other.invalid;branch=z9hG4bK-p\r\nMax-'), 200);
  await reply(message.replace('CSeq: 1 MESSAGE', 'CSeq: 1 INFO'), 200);
  await peer.rest();
  expect(user.responses).toEqual([]);
  expect(meter.counts['dropped unmatched-response']).toBe(3);
});

test('client - a failure of an INVITE that another process sent is acknowledged, each time (RFC 3261 §17.1.1.3)', async () => {
  const { peer, user } = open;
  const invite = (await send('INVITE')).replace('branch=z9hG4bK-out', 'branch=z9hG4bK-other');
  await peer.rest();
  for (let time = 0; time < 2; time++) {
    await reply(invite, 486, { toTag: 'busy' });
    const ack = await peer.hear();
    expect(startLine(ack)).toBe('ACK sip:romeo@sip.test SIP/2.0');
    expect(headerOf(ack, 'via')).toBe(headerOf(invite, 'via'));
    expect(headerOf(ack, 'to')).toBe('<sip:romeo@sip.test>;tag=busy');
    expect(headerOf(ack, 'from')).toBe(headerOf(invite, 'from'));
    expect(headerOf(ack, 'cseq')).toBe('1 ACK');
  }
  await reply(invite, 180, { toTag: 'busy' });
  await reply(invite, 200, { toTag: 'busy' });
  await peer.rest();
  expect(user.responses).toEqual([]);
});

test('client - a target without an address fails at once', async () => {
  await open.stack.request(
    't',
    'z9hG4bK-1',
    outgoing('MESSAGE', { routes: ['<sip:proxy.test;transport=sctp;lr>'] }),
  );
  expect(open.user.failures.map(({ cause }) => cause)).toEqual(['unresolvable']);
});

test('client - of a name’s addresses the first that the socket can send to is taken', async () => {
  const other = await openStack({
    peers: ['127.0.0.1'],
    proxy: { host: 'proxy.test', port: open.peer.port, protocol: 'udp' },
    dns: { addresses: () => Promise.resolve(['::1', '127.0.0.1']) },
  });
  await other.stack.request('t', 'z9hG4bK-1', outgoing('MESSAGE'));
  expect(startLine(await open.peer.hear())).toMatch(/^MESSAGE /);
  await other.close();
});

test('client - what the kernel refuses to send is a transport failure', async () => {
  await open.stack.request('t', 'z9hG4bK-1', outgoing('MESSAGE', { routes: ['<sip:127.0.0.1:0;lr>'] }));
  await open.peer.rest();
  expect(open.user.failures.map(({ cause }) => cause)).toEqual(['transport']);
  expect(open.stack.transactions).toBe(0);
});

test('client - a stranger cannot answer in the peer’s place', async () => {
  const stranger = await UdpPeer.open('127.0.0.2');
  const message = await send('MESSAGE');
  await stranger.say(textResponse(message, 200, { toTag: 'x' }), open.stack.port);
  await stranger.say(textRequest({ method: 'OPTIONS', port: stranger.port }), open.stack.port);
  expect(await stranger.rest()).toEqual([]);
  expect(open.user.responses).toEqual([]);
  expect(open.meter.counts['dropped stranger']).toBe(2);
  await stranger.close();
});

test('client - a response to an INVITE that another process sent is told; to anything else it is not', async () => {
  const invite = textRequest({ method: 'INVITE', port: open.stack.port, branch: 'z9hG4bK-other' });
  await reply(invite, 200, { toTag: 'r' });
  await reply(textRequest({ method: 'BYE', port: open.stack.port, branch: 'z9hG4bK-bye' }), 200);
  expect(open.user.elsewhere).toEqual([{ branch: 'z9hG4bK-other', status: 200 }]);
  expect(open.user.responses).toEqual([]);
});

test('client - CANCEL of an INVITE that another process sent has the Via of the INVITE (RFC 3261 §9.1)', async () => {
  const via = 'SIP/2.0/UDP gw1.example.org:5060;rport;branch=z9hG4bK-out';
  expect(headerOf(await send('CANCEL', { via }), 'via')).toBe(via);
});

test('client - CANCEL of an INVITE of this process goes its way, whatever Via is known', async () => {
  const invite = await send('INVITE');
  await reply(invite, 180, { toTag: 'r' });
  const cancel = await send('CANCEL', { via: 'SIP/2.0/UDP gw1.example.org;branch=z9hG4bK-out' });
  expect(headerOf(cancel, 'via')).toBe(headerOf(invite, 'via'));
});
