import { systemDns } from '@stoxgate/sip-stack';
import {
  type OpenStack,
  openStack,
  outgoing,
  PROXY,
  settle,
  startLine,
  TcpPeer,
  TEST_CA,
  textResponse,
  UdpPeer,
} from '@stoxgate/sip-stack/testing';
import { type DnsServer, startDnsmasq } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let first: UdpPeer;
let second: UdpPeer;
let secure: TcpPeer;
let dns: DnsServer;
let open: OpenStack;
let sent = 0;

beforeAll(async () => {
  first = await UdpPeer.open();
  second = await UdpPeer.open();
  secure = await TcpPeer.listen(0, { ...PROXY, ca: TEST_CA });
  dns = await startDnsmasq([
    'host-record=a.test,127.0.0.1',
    `srv-host=_sip._udp.ordered.test,a.test,${second.port},20,0`,
    `srv-host=_sip._udp.ordered.test,a.test,${first.port},10,0`,
    `srv-host=_sip._udp.weighed.test,a.test,${first.port},10,1000`,
    `srv-host=_sip._udp.weighed.test,a.test,${second.port},10,1`,
    'naptr-record=proxy.test,10,10,s,SIPS+D2T,,_sips._tcp.proxy.test',
    'naptr-record=proxy.test,20,10,s,SIP+D2U,,_sip._udp.proxy.test',
    `srv-host=_sips._tcp.proxy.test,a.test,${secure.port},1,0`,
    `srv-host=_sip._udp.proxy.test,a.test,${first.port},1,0`,
  ]);
  open = await openStack({
    proxy: undefined,
    peers: ['127.0.0.1'],
    dns: systemDns([dns.address]),
    tls: { ...PROXY, ca: TEST_CA, verifyClient: true, port: 0 },
  });
});

afterAll(async () => {
  await open?.close();
  await dns?.stop();
  await secure?.close();
  await first?.close();
  await second?.close();
});

const send = async (domain: string): Promise<string> => {
  const branch = `z9hG4bK-${++sent}`;
  await open.stack.request('t', branch, outgoing('MESSAGE', { requestUri: `sip:romeo@${domain}` }));
  return branch;
};

test('dns - SRV of a real server: within a priority the weights decide', async () => {
  for (let at = 0; at < 20; at++) await send('weighed.test');
  const messages = [await first.rest(100), await second.rest(100)];
  expect(new Set(messages[0]).size).toBeGreaterThan(new Set(messages[1]).size);
  expect((messages[0]?.length ?? 0) + (messages[1]?.length ?? 0)).toBeGreaterThanOrEqual(20);
  for (const message of messages[0] ?? []) await first.say(textResponse(message, 200), open.stack.port);
  for (const message of messages[1] ?? []) await second.say(textResponse(message, 200), open.stack.port);
  await settle(20);
});

test('dns - SRV of a real server: the best priority first, and the next one where it fails (RFC 3263 §4.3)', async () => {
  const branch = await send('ordered.test');
  const message = await first.hear();
  expect(startLine(message)).toBe('MESSAGE sip:romeo@ordered.test SIP/2.0');
  await first.say(textResponse(message, 503), open.stack.port);
  await second.say(textResponse(await second.hear(), 200), open.stack.port);
  await settle(20);
  expect(
    open.user.responses.filter((one) => one.branch === branch).map(({ response }) => response.status),
  ).toEqual([200]);
});

test('dns - NAPTR of a real server: TLS, with the certificate of the domain that was asked for', async () => {
  await send('proxy.test');
  expect(startLine(await secure.hear())).toBe('MESSAGE sip:romeo@proxy.test SIP/2.0');
  expect(await first.rest()).toEqual([]);
});

test('dns - neither NAPTR nor SRV nor an address: unresolvable', async () => {
  const branch = await send('nowhere.test');
  expect(open.user.failures.filter((one) => one.branch === branch).map(({ cause }) => cause)).toEqual([
    'unresolvable',
  ]);
});
