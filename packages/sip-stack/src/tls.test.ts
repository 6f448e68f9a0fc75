import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SipStackOptions } from './sip-stack.ts';
import {
  answer,
  headerOf,
  LOCALHOST,
  type OpenStack,
  openStack,
  outgoing,
  PROXY,
  STRANGER,
  settle,
  startLine,
  TcpPeer,
  TEST_CA,
  type TestIdentity,
  textRequest,
  textResponse,
  WILDCARD,
} from './testing/index.ts';

const TLS = { ...LOCALHOST, ca: TEST_CA, verifyClient: true, port: 0 };

let open: OpenStack;
let peers: TcpPeer[] = [];

beforeEach(async () => {
  open = await openStack({ tls: TLS });
});

afterEach(async () => {
  for (const peer of peers) await peer.close();
  peers = [];
  await open.close();
});

async function restart(overrides: Partial<SipStackOptions>): Promise<void> {
  await open.close();
  open = await openStack({ tls: TLS, ...overrides });
}

const keep = async (peer: Promise<TcpPeer>): Promise<TcpPeer> => {
  peers.push(await peer);
  return peer;
};
const connect = (identity: TestIdentity | undefined = LOCALHOST): Promise<TcpPeer> =>
  keep(TcpPeer.connect(open.stack.tlsPort ?? 0, { ...identity, ca: TEST_CA }));
const listen = (identity: TestIdentity = LOCALHOST): Promise<TcpPeer> =>
  keep(TcpPeer.listen(0, { ...identity, ca: TEST_CA, requestCert: true, rejectUnauthorized: false }));

const tlsRequest = (method: string, port: number, name: string): string =>
  textRequest({
    method,
    port,
    callId: name,
    via: `SIP/2.0/TLS localhost:${port};rport;branch=z9hG4bK-${name}`,
  });

/** What a client without or with that certificate gets for a MESSAGE. */
async function heardBy(identity: TestIdentity | undefined): Promise<string> {
  open.user.onRequest = (request) => open.stack.respond('t', answer(request, 200));
  const options = identity === undefined ? { ca: TEST_CA } : { ...identity, ca: TEST_CA };
  const peer = await keep(TcpPeer.connect(open.stack.tlsPort ?? 0, options));
  peer.say(tlsRequest('MESSAGE', 9, 'a'));
  return startLine(await peer.hear());
}

test('tls - a request is answered on its connection, with our TLS port in Contact and transport', async () => {
  open.user.onRequest = (request) => {
    if (request.method === 'INVITE') {
      open.stack.respond('t', { ...answer(request, 200), contact: { user: 'alice' } });
    }
  };
  const peer = await connect();
  peer.say(tlsRequest('INVITE', 9, 'a'));
  expect(startLine(await peer.hear())).toBe('SIP/2.0 100 Trying');
  const ok = await peer.hear();
  expect(headerOf(ok, 'contact')).toBe(`<sip:alice@127.0.0.1:${open.stack.tlsPort};transport=tls>`);
  expect(open.user.requests[0]?.source).toEqual({ protocol: 'tls', address: '127.0.0.1', port: peer.port });
  expect(open.stack.connections).toBe(1);
});

test('tls - keep-alive is answered with CRLF (RFC 5626 §4.4.1)', async () => {
  const peer = await connect();
  peer.say('\r\n\r\n');
  expect(await peer.rest()).toBe('\r\n');
});

test('tls - a UTF-8 body comes through byte by byte, wherever the stream is cut', async () => {
  const body = 'žluťoučký 🐎\0\r\n\r\nMESSAGE x';
  const peer = await connect();
  const request = Buffer.from(
    textRequest({ method: 'MESSAGE', port: 9, lines: ['Content-Type: text/plain'], body }).replace(
      '/UDP',
      '/TLS',
    ),
  );
  for (let at = 0; at < request.length; at += 7) {
    peer.say(request.subarray(at, at + 7));
    if (at % 35 === 0) await settle(1);
  }
  for (let i = 0; i < 50 && open.user.requests.length === 0; i++) await settle(10);
  expect(open.user.requests[0]?.request.body).toEqual({
    contentType: 'text/plain',
    content: body,
    encoding: 'utf8',
  });
});

describe('tls - clients', () => {
  test('without a certificate, or with one of another authority: nothing', async () => {
    expect(await heardBy(undefined)).toBe('');
    expect(await heardBy(STRANGER)).toBe('');
    expect(open.user.requests).toEqual([]);
    expect(open.stack.connections).toBe(0);
  });

  test('without a certificate where none is asked for', async () => {
    await restart({ tls: { ...TLS, verifyClient: false } });
    expect(await heardBy(undefined)).toBe('SIP/2.0 200 OK');
    await restart({ tls: { ...LOCALHOST, verifyClient: true, port: 0 } });
    expect(await heardBy(undefined)).toBe('SIP/2.0 200 OK');
  });

  test('who is neither at a listed address nor named by a listed certificate: nothing', async () => {
    await restart({ peers: ['192.0.2.1'] });
    await expect(connect()).rejects.toThrow();
    await restart({ peers: ['192.0.2.1', 'tls:other.test'] });
    expect(await heardBy(PROXY)).toBe('');
    expect(open.stack.connections).toBe(0);
  });

  test('named by a listed certificate, wherever from (RFC 5922 §7.1): DNS name and sip URI', async () => {
    await restart({ peers: ['tls:PROXY.test'] });
    expect(await heardBy(PROXY)).toBe('SIP/2.0 200 OK');
    await restart({ peers: ['tls:sip-domain.test'] });
    expect(await heardBy(PROXY)).toBe('SIP/2.0 200 OK');
  });

  test('a wildcard names nobody (RFC 5922 §7.2)', async () => {
    await restart({ peers: ['tls:proxy.test'] });
    expect(await heardBy(WILDCARD)).toBe('');
  });

  test('a handshake that is none takes nothing down', async () => {
    const plain = await keep(TcpPeer.connect(open.stack.tlsPort ?? 0));
    plain.say(tlsRequest('MESSAGE', 9, 'a'));
    expect(await plain.isClosed()).toBe(true);
    expect(await heardBy(LOCALHOST)).toBe('SIP/2.0 200 OK');
  });

  test('beyond the cap, begun handshakes included, connections are closed', async () => {
    await restart({ streamLimits: { maxConnections: 1 } });
    const first = await keep(TcpPeer.connect(open.stack.tlsPort ?? 0));
    await expect(connect()).rejects.toThrow();
    await first.close();
    await settle(20);
    expect(await heardBy(LOCALHOST)).toBe('SIP/2.0 200 OK');
  });
});

describe('tls - servers', () => {
  const dns = { addresses: () => Promise.resolve(['127.0.0.1']) };
  const toProxy = (host: string, port: number): Promise<void> =>
    restart({ proxy: { host, port, protocol: 'tls' }, dns, peers: ['127.0.0.1'] });
  const send = async (branch = 'z9hG4bK-1', method = 'MESSAGE'): Promise<void> => {
    await open.stack.request('t', branch, outgoing(method));
    await settle(30);
  };

  test('the certificate names the proxy: one connection for all, Via and Contact say TLS', async () => {
    const proxy = await listen(PROXY);
    await toProxy('proxy.test', proxy.port);
    await send('z9hG4bK-1', 'INVITE');
    const invite = await proxy.hear();
    const { tlsPort } = open.stack;
    expect(headerOf(invite, 'via')).toBe(`SIP/2.0/TLS 127.0.0.1:${tlsPort};rport;branch=z9hG4bK-1`);
    expect(headerOf(invite, 'contact')).toBe(`<sip:alice@127.0.0.1:${tlsPort};transport=tls>`);
    proxy.say(textResponse(invite, 486, { toTag: 'x' }));
    expect(startLine(await proxy.hear())).toMatch(/^ACK /);
    await send('z9hG4bK-2');
    expect(startLine(await proxy.hear())).toMatch(/^MESSAGE /);
    expect(proxy.connections).toBe(1);
    expect(open.user.statuses).toEqual([486]);
    expect(open.stack.transactions).toBe(1);
  });

  test('the proxy asks us by the connection that we opened, and is answered there', async () => {
    const proxy = await listen(PROXY);
    await toProxy('proxy.test', proxy.port);
    await send();
    await proxy.hear();
    open.user.onRequest = (request) => open.stack.respond('t', answer(request, 200));
    proxy.say(tlsRequest('OPTIONS', 9, 'o'));
    expect(startLine(await proxy.hear())).toBe('SIP/2.0 200 OK');
    expect(proxy.connections).toBe(1);
  });

  test.each([
    ['of another authority', 'localhost', STRANGER],
    ['of another name', 'other.test', PROXY],
    ['with a wildcard (RFC 5922 §7.2)', 'proxy.test', WILDCARD],
    ['of a name where the target is an address', '127.0.0.1', PROXY],
  ])('a certificate %s: a transport failure, and not a byte is sent', async (_what, host, identity) => {
    const proxy = await listen(identity);
    await toProxy(host, proxy.port);
    await send();
    expect(open.user.failures.map(({ cause }) => cause)).toEqual(['transport']);
    expect(await proxy.rest()).toBe('');
  });

  test('an address in the certificate', async () => {
    const proxy = await listen(LOCALHOST);
    await toProxy('127.0.0.1', proxy.port);
    await send();
    expect(startLine(await proxy.hear())).toMatch(/^MESSAGE /);
  });

  test('a plain TCP server: a transport failure', async () => {
    const proxy = await keep(TcpPeer.listen());
    await toProxy('127.0.0.1', proxy.port);
    await send();
    proxy.say('SIP/2.0 200 OK\r\n\r\n');
    await settle(30);
    expect(open.user.failures.map(({ cause }) => cause)).toEqual(['transport']);
  });

  test('without TLS of our own a TLS target is unresolvable', async () => {
    await open.close();
    open = await openStack();
    await open.stack.request(
      't',
      'z9hG4bK-1',
      outgoing('BYE', { routes: ['<sip:127.0.0.1;transport=tls;lr>'] }),
    );
    expect(open.user.failures.map(({ cause }) => cause)).toEqual(['unresolvable']);
  });
});

test('tls - a connection of a peer carries requests to its own socket, and to a name only if its certificate has it (RFC 5923)', async () => {
  const peer = await connect(PROXY);
  await settle(20);
  const to = (host: string) => [`<sip:${host}:${peer.port};transport=tls;lr>`];
  await open.stack.request('t', 'z9hG4bK-1', outgoing('BYE', { routes: to('127.0.0.1') }));
  expect(startLine(await peer.hear())).toMatch(/^BYE /);
  await restart({ dns: { addresses: () => Promise.resolve(['127.0.0.1']) } });
  const named = await connect(PROXY);
  await settle(20);
  const route = (host: string) => [`<sip:${host}:${named.port};transport=tls;lr>`];
  await open.stack.request('t', 'z9hG4bK-2', outgoing('BYE', { routes: route('proxy.test') }));
  expect(startLine(await named.hear())).toMatch(/^BYE /);
  await open.stack.request('t', 'z9hG4bK-3', outgoing('BYE', { routes: route('other.test') }));
  await settle(30);
  expect(open.user.failures.map(({ branch, cause }) => `${branch} ${cause}`)).toEqual([
    'z9hG4bK-3 transport',
  ]);
  expect(await named.rest()).toBe('');
});

test('tls - a numeric target that is no connection of a peer is verified by its address', async () => {
  const stranger = await listen(PROXY);
  await open.stack.request(
    't',
    'z9hG4bK-1',
    outgoing('BYE', { routes: [`<sip:127.0.0.1:${stranger.port};transport=tls;lr>`] }),
  );
  await settle(30);
  expect(open.user.failures.map(({ cause }) => cause)).toEqual(['transport']);
});

test('tls - when the connection is gone the answer opens one to the sent-by port and checks its name', async () => {
  const target = await listen(LOCALHOST);
  const peer = await connect();
  peer.say(tlsRequest('MESSAGE', target.port, 'a'));
  await settle(20);
  await peer.close();
  await settle(20);
  const request = open.user.requests[0]?.request;
  if (request === undefined) throw new Error('no request');
  open.stack.respond('t', answer(request, 200));
  expect(startLine(await target.hear())).toBe('SIP/2.0 200 OK');
});

test('tls - a new certificate is shown to whoever connects from now on; one that does not fit is refused', async () => {
  const before = await connect();
  expect(() => open.stack.renewIdentity({ ...TLS, key: PROXY.key })).toThrow(/key/);
  open.stack.renewIdentity({ ...TLS, ...PROXY });
  // The peer asks for localhost, which this certificate does not name.
  await expect(connect()).rejects.toThrow(/altnames/);
  before.say(tlsRequest('MESSAGE', before.port, 'a'));
  await settle(20);
  expect(open.user.requests).toHaveLength(1);
  open.stack.renewIdentity(TLS);
  await connect();
});

test('tls - a certificate that does not fit its key is refused at once', async () => {
  const starting = openStack({ tls: { ...TLS, key: PROXY.key } });
  await expect(starting).rejects.toThrow(/key/);
});
