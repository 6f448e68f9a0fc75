import { expect, test, vi } from 'vitest';
import { type Dns, DnsRecords } from './dns-records.ts';
import { NextHops, type ProxyAddress } from './next-hop.ts';
import { NO_DNS, outgoing } from './testing/index.ts';

const hopsBy = (to?: ProxyAddress, dns: Partial<Dns> = {}): NextHops =>
  new NextHops(to, new DnsRecords({ ...NO_DNS, ...dns }), () => true);

const proxy = { host: '192.0.2.1', port: 5600, protocol: 'udp' } as const;
const inDialog = { to: { uri: 'sip:romeo@sip.test', params: { tag: 'r' } } };

test.each([
  ['the proxy, outside a dialog', {}, 'udp 192.0.2.1:5600'],
  ['the Request-URI, in a dialog', { ...inDialog, requestUri: 'sip:r@192.0.2.9' }, 'udp 192.0.2.9:5060'],
  [
    'port and transport of the URI',
    { ...inDialog, requestUri: 'sip:r@192.0.2.9:70;transport=TCP' },
    'tcp 192.0.2.9:70',
  ],
  ['maddr', { ...inDialog, requestUri: 'sip:r@h.test;maddr=192.0.2.8' }, 'udp 192.0.2.8:5060'],
  ['the first Route', { routes: ['<sip:192.0.2.3:5070;lr>', '<sip:192.0.2.4;lr>'] }, 'udp 192.0.2.3:5070'],
  ['a Route without brackets', { routes: ['sip:192.0.2.3;lr'] }, 'udp 192.0.2.3:5060'],
  [
    'a strict router, which the Request-URI names',
    { ...inDialog, routes: ['<sip:r@192.0.2.9>'], requestUri: 'sip:192.0.2.3' },
    'udp 192.0.2.3:5060',
  ],
  [
    'a strict router, although a loose one comes after it',
    {
      ...inDialog,
      routes: ['<sip:192.0.2.4;lr>', '<sip:r@192.0.2.9>'],
      requestUri: 'sip:192.0.2.3',
      isStrictlyRouted: true,
    },
    'udp 192.0.2.3:5060',
  ],
  ['TLS', { ...inDialog, requestUri: 'sip:r@192.0.2.9;transport=tls' }, 'tls 192.0.2.9:5061'],
  [
    'IPv6 with a colon too many (RFC 5118 §4.10)',
    { routes: ['<sip:[2001:db8:::192.0.2.1];lr>'] },
    'udp 2001:db8::192.0.2.1:5060',
  ],
  ['IPv6', { routes: ['<sip:[2001:db8::1]:5080;lr>'] }, 'udp 2001:db8::1:5080'],
])('next hop - %s', async (_what, overrides, expected) => {
  const [hop] = await hopsBy(proxy).of(outgoing('INVITE', overrides), 'b');
  expect(hop && `${hop.protocol} ${hop.address}:${hop.port}`).toBe(expected);
});

test('next hop - without a proxy the Request-URI decides', async () => {
  const [hop] = await hopsBy().of(outgoing('INVITE', { requestUri: 'sip:r@192.0.2.9' }), 'b');
  expect(hop?.address).toBe('192.0.2.9');
});

test.each(['sips:r@192.0.2.1', 'sip:r@192.0.2.1;transport=ws', 'tel:+1', 'http://x/'])(
  'next hop - %s leads nowhere',
  (requestUri) => {
    expect(hopsBy().of(outgoing('INVITE', { requestUri }), 'b')).toEqual([]);
  },
);

test('next hop - a name is resolved once for many requests; one that fails has no hops', async () => {
  const resolve = vi.fn((host: string) =>
    host === 'up.test' ? Promise.resolve(['192.0.2.1', '192.0.2.2']) : Promise.reject(new Error('ENOTFOUND')),
  );
  const hops = hopsBy({ ...proxy, host: 'up.test' }, { addresses: resolve });
  const found = await Promise.all([hops.of(outgoing('INVITE'), 'b'), hops.of(outgoing('MESSAGE'), 'b')]);
  expect(found.map((list) => list.map(({ address }) => address))).toEqual([
    ['192.0.2.1', '192.0.2.2'],
    ['192.0.2.1', '192.0.2.2'],
  ]);
  expect(resolve).toHaveBeenCalledTimes(1);
  expect(await hops.of(outgoing('BYE', { ...inDialog, requestUri: 'sip:r@down.test' }), 'b')).toEqual([]);
});

test('next hop - a resolver that is silent counts as no address after 5 s', async () => {
  vi.useFakeTimers();
  const hops = hopsBy({ ...proxy, host: 'slow.test' }, { addresses: () => new Promise(() => undefined) });
  const found = Promise.resolve(hops.of(outgoing('INVITE'), 'b'));
  await vi.advanceTimersByTimeAsync(5000);
  expect(await found).toEqual([]);
  vi.useRealTimers();
});
