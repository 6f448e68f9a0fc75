import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import {
  answer,
  headerOf,
  LOCALHOST,
  openStack,
  outgoing,
  startLine,
  TcpPeer,
  TEST_CA,
  textRequest,
  textResponse,
  UdpPeer,
} from './testing/index.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const SETTINGS = { listenHost: '::1', localHost: '::1', peers: ['::1'] };

test.runIf(hasIpv6)('ipv6 - UDP both ways, addresses in brackets in Via and Contact', async () => {
  const peer = await UdpPeer.open('::1');
  const open = await openStack({ ...SETTINGS, proxy: { host: '::1', port: peer.port, protocol: 'udp' } });
  open.user.onRequest = (request) => open.stack.respond('t', answer(request, 200));
  const via = `SIP/2.0/UDP [2001:db8::9:1]:${peer.port};rport;branch=z9hG4bK-6`;
  await peer.say(textRequest({ method: 'MESSAGE', port: peer.port, via }), open.stack.port);
  const ok = await peer.hear();
  expect(startLine(ok)).toBe('SIP/2.0 200 OK');
  expect(headerOf(ok, 'via')).toMatch(/;received=::1(?:;|$)/);
  await open.stack.request('t', 'z9hG4bK-1', outgoing('INVITE'));
  const invite = await peer.hear();
  expect(headerOf(invite, 'via')).toBe(`SIP/2.0/UDP [::1]:${open.stack.port};rport;branch=z9hG4bK-1`);
  expect(headerOf(invite, 'contact')).toBe(`<sip:alice@[::1]:${open.stack.port}>`);
  await peer.say(textResponse(invite, 486, { toTag: 'x' }), open.stack.port);
  expect(startLine(await peer.hear())).toMatch(/^ACK /);
  expect(open.user.statuses).toEqual([486]);
  await open.close();
  await peer.close();
});

test.runIf(hasIpv6).each([
  ['tcp', undefined],
  ['tls', { ...LOCALHOST, ca: TEST_CA }],
] as const)('ipv6 - %s: a connection to an address in the URI, answered on it', async (transport, tls) => {
  const peer = await TcpPeer.listen(0, tls, '::1');
  const open = await openStack({
    ...SETTINGS,
    tls: { ...LOCALHOST, ca: TEST_CA, verifyClient: true, port: 0 },
  });
  const routes = [`<sip:[::1]:${peer.port};transport=${transport};lr>`];
  await open.stack.request('t', 'z9hG4bK-1', outgoing('MESSAGE', { routes }));
  const message = await peer.hear();
  expect(headerOf(message, 'via')).toContain(`SIP/2.0/${transport.toUpperCase()} [::1]:`);
  peer.say(textResponse(message, 200, { toTag: 'x' }));
  await expect.poll(() => open.user.statuses).toEqual([200]);
  await open.close();
  await peer.close();
});
