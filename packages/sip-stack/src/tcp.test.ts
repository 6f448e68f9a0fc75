import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  answer,
  headerOf,
  type OpenStack,
  openStack,
  outgoing,
  settle,
  startLine,
  TcpPeer,
  textRequest,
  textResponse,
} from './testing/index.ts';

let open: OpenStack;
let peers: TcpPeer[] = [];

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  open = await openStack();
});

afterEach(async () => {
  for (const peer of peers) await peer.close();
  peers = [];
  await open.close();
  vi.useRealTimers();
});

const keep = async (peer: Promise<TcpPeer>): Promise<TcpPeer> => {
  peers.push(await peer);
  return peer;
};
const connect = (): Promise<TcpPeer> => keep(TcpPeer.connect(open.stack.port));
const listen = (port?: number): Promise<TcpPeer> => keep(TcpPeer.listen(port));
/** TCP on the port of the UDP peer; where that is taken, all begins anew with another. */
const listenBesideUdp = async (): Promise<TcpPeer> => {
  for (;;) {
    const listening = await listen(open.peer.port).catch(() => undefined);
    if (listening !== undefined) return listening;
    await open.close();
    open = await openStack();
  }
};

const answerAll = (status: number): void => {
  open.user.onRequest = (request) => {
    if (request.method !== 'ACK') open.stack.respond('t', answer(request, status));
  };
};

/** A request with a Via of TCP. */
const tcpRequest = (method: string, port: number, name: string, rport = ';rport'): string =>
  textRequest({
    method,
    port,
    callId: name,
    via: `SIP/2.0/TCP 127.0.0.1:${port}${rport};branch=z9hG4bK-${name}`,
  });

test('tcp - messages are cut out of the stream and answered on the same connection', async () => {
  answerAll(200);
  const peer = await connect();
  const text = tcpRequest('MESSAGE', 9, 'a') + tcpRequest('MESSAGE', 9, 'b');
  peer.say(text.slice(0, 100));
  await settle();
  peer.say(text.slice(100));
  expect(headerOf(await peer.hear(), 'call-id')).toBe('a');
  expect(headerOf(await peer.hear(), 'call-id')).toBe('b');
  expect(open.user.requests[0]?.source.protocol).toBe('tcp');
});

test('tcp - finished transactions are gone at once (timers I, J, K and D are zero)', async () => {
  const peer = await connect();
  answerAll(200);
  peer.say(tcpRequest('MESSAGE', 9, 'm'));
  await peer.hear();
  answerAll(486);
  const invite = tcpRequest('INVITE', 9, 'i');
  peer.say(invite);
  await peer.hear();
  await peer.hear();
  expect(open.stack.transactions).toBe(1);
  await vi.advanceTimersByTimeAsync(5000);
  peer.say(invite.replaceAll('INVITE', 'ACK').replace('To: <sip:alice@xmpp.test>', '$&;tag=lt'));
  expect(await peer.rest()).toBe('');
  expect(open.stack.transactions).toBe(0);
});

test('tcp - a 2xx to INVITE is repeated here too (RFC 3261 §13.3.1.4)', async () => {
  answerAll(200);
  const peer = await connect();
  peer.say(tcpRequest('INVITE', 9, 'i'));
  await peer.rest();
  await vi.advanceTimersByTimeAsync(500);
  expect(startLine(await peer.hear())).toBe('SIP/2.0 200 OK');
});

test('tcp - when the connection is gone the answer opens one to the sent-by port', async () => {
  const target = await listen();
  const peer = await connect();
  peer.say(tcpRequest('MESSAGE', target.port, 'a'));
  await settle(15);
  await peer.close();
  await settle(15);
  const request = open.user.requests[0]?.request;
  if (request === undefined) throw new Error('no request');
  open.stack.respond('t', answer(request, 200));
  expect(startLine(await target.hear())).toBe('SIP/2.0 200 OK');
});

test('tcp - when no connection opens to where the request came from, the sent-by host is looked up (RFC 3263 §5)', async () => {
  const target = await keep(TcpPeer.listen(0, undefined, '127.0.0.2'));
  await open.close();
  open = await openStack({
    dns: { addresses: (host) => Promise.resolve(host === 'client.test' ? ['127.0.0.2'] : []) },
  });
  const peer = await connect();
  peer.say(tcpRequest('MESSAGE', target.port, 'a').replace('127.0.0.1:', 'client.test:'));
  await settle(15);
  await peer.close();
  await settle(15);
  const request = open.user.requests[0]?.request;
  if (request === undefined) throw new Error('no request');
  open.stack.respond('t', answer(request, 200));
  expect(startLine(await target.hear())).toBe('SIP/2.0 200 OK');
});

test('tcp - keep-alive is answered with CRLF (RFC 5626 §4.4.1)', async () => {
  const peer = await connect();
  peer.say('\r\n\r\n');
  expect(await peer.rest()).toBe('\r\n');
});

test('tcp - a stream that lost its frame gets 400 and is closed', async () => {
  const peer = await connect();
  peer.say(tcpRequest('MESSAGE', 9, 'a').replace('Content-Length: 0', 'X-Y: z'));
  expect(startLine(await peer.hear())).toMatch(/^SIP\/2.0 400 /);
  expect(await peer.isClosed()).toBe(true);
});

test('tcp - a message that never ends, and an unused connection, are closed', async () => {
  const slow = await connect();
  slow.say('MESSAGE sip:a@b SIP/2.0\r\n');
  const idle = await connect();
  idle.say('\r\n');
  await settle(15);
  await vi.advanceTimersByTimeAsync(9000);
  slow.say('Via: x');
  await settle(15);
  await vi.advanceTimersByTimeAsync(5000);
  expect(await slow.isClosed()).toBe(true);
  expect(await idle.isClosed(20)).toBe(false);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(await idle.isClosed()).toBe(true);
});

test('tcp - connections beyond the cap and from strangers are closed at once', async () => {
  const small = await openStack({ streamLimits: { maxConnections: 1 } });
  const first = await keep(TcpPeer.connect(small.stack.port));
  const second = await keep(TcpPeer.connect(small.stack.port));
  expect(await second.isClosed()).toBe(true);
  expect(await first.isClosed(20)).toBe(false);
  expect(small.stack.connections).toBe(1);
  await small.close();
  const closed = await openStack({ peers: ['192.0.2.1'] });
  const stranger = await keep(TcpPeer.connect(closed.stack.port));
  expect(await stranger.isClosed()).toBe(true);
  await closed.close();
});

test('tcp - requests to one peer share one connection, on which its answers come', async () => {
  const proxy = await listen();
  const routes = [`<sip:127.0.0.1:${proxy.port};transport=tcp;lr>`];
  await open.stack.request('a', 'z9hG4bK-1', outgoing('INVITE', { routes }));
  const invite = await proxy.hear();
  expect(headerOf(invite, 'via')).toBe(`SIP/2.0/TCP 127.0.0.1:${open.stack.port};rport;branch=z9hG4bK-1`);
  expect(headerOf(invite, 'contact')).toBe(`<sip:alice@127.0.0.1:${open.stack.port};transport=tcp>`);
  proxy.say(textResponse(invite, 486, { toTag: 'x' }));
  expect(startLine(await proxy.hear())).toMatch(/^ACK /);
  expect(open.stack.transactions).toBe(0);
  await open.stack.request('b', 'z9hG4bK-2', outgoing('MESSAGE', { routes }));
  expect(startLine(await proxy.hear())).toMatch(/^MESSAGE /);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await proxy.rest()).toBe('');
  expect(proxy.connections).toBe(1);
  expect(open.user.statuses).toEqual([486]);
});

test('tcp - a refused connection is a transport failure', async () => {
  const gone = await listen();
  await gone.close();
  const routes = [`<sip:127.0.0.1:${gone.port};transport=tcp;lr>`];
  await open.stack.request('a', 'z9hG4bK-1', outgoing('MESSAGE', { routes }));
  await settle(20);
  expect(open.user.failures.map(({ cause }) => cause)).toEqual(['transport']);
});

const large = { contentType: 'text/plain', content: 'x'.repeat(1400), encoding: 'utf8' } as const;

test('large requests - over 1300 bytes they go by TCP, with a Via that says so (RFC 3261 §18.1.1)', async () => {
  const tcp = await listenBesideUdp();
  await open.stack.request('a', 'z9hG4bK-1', outgoing('MESSAGE', { body: large }));
  expect(headerOf(await tcp.hear(), 'via')).toMatch(/^SIP\/2.0\/TCP /);
  expect(await open.peer.rest()).toEqual([]);
});

test('large requests - by UDP after all when TCP is refused, and then without asking again', async () => {
  await (await listenBesideUdp()).close();
  await open.stack.request('a', 'z9hG4bK-1', outgoing('MESSAGE', { body: large }));
  expect(headerOf(await open.peer.hear(), 'via')).toMatch(/^SIP\/2.0\/UDP /);
  const tcp = await listen(open.peer.port);
  await open.stack.request('a', 'z9hG4bK-2', outgoing('MESSAGE', { body: large }));
  expect(await open.peer.hear()).toContain('z9hG4bK-2');
  expect(tcp.connections).toBe(0);
});

test('tcp - a peer that does not read is given up when its queue is full', async () => {
  const small = await openStack({ streamLimits: { maxQueuedBytes: 100_000 } });
  const peer = await keep(TcpPeer.connect(small.stack.port));
  peer.pause();
  small.user.onRequest = (request) => {
    const body = { contentType: 'x/y', content: 'y'.repeat(60_000), encoding: 'utf8' } as const;
    small.stack.respond('t', answer(request, 200, { body }));
  };
  for (let i = 0; i < 200; i++) peer.say(tcpRequest('MESSAGE', 9, `m${i}`));
  await expect.poll(() => small.stack.connections).toBe(0);
  await small.close();
});
