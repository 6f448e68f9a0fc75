import { expect, test } from 'vitest';
import type { Dns, NaptrRecord, SrvRecord } from './dns-records.ts';
import type { Protocol } from './hop.ts';
import { inOrder, serversOf } from './server-location.ts';

type Zone = Readonly<Record<string, readonly SrvRecord[] | readonly NaptrRecord[]>>;

const dnsOf = (zone: Zone): Dns => ({
  addresses: () => Promise.resolve([]),
  srv: (name) => Promise.resolve((zone[name] ?? []) as readonly SrvRecord[]),
  naptr: (name) => Promise.resolve((zone[name] ?? []) as readonly NaptrRecord[]),
});

const srv = (name: string, priority = 0, weight = 0, port = 5060): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});
const naptr = (service: string, order: number, preference: number, replacement: string): NaptrRecord => ({
  service,
  flags: 's',
  order,
  preference,
  replacement,
});

const ALL: readonly Protocol[] = ['udp', 'tcp', 'tls'];
const serversIn = async (zone: Zone, protocols = ALL, seed = 'b'): Promise<readonly string[]> =>
  (await serversOf(dnsOf(zone), 'd.test', protocols, seed)).map(
    ({ protocol, host, port = 'default' }) => `${protocol} ${host}:${port}`,
  );

test('server location - NAPTR decides on the transport, by order and then preference (RFC 3263 §4.1)', async () => {
  const zone = {
    'd.test': [
      naptr('SIP+D2U', 100, 60, '_sip._udp.d.test'),
      naptr('SIP+D2T', 100, 50, '_sip._tcp.d.test'),
      naptr('SIPS+D2T', 50, 50, '_sips._tcp.d.test'),
    ],
    '_sip._udp.d.test': [srv('u.test')],
    '_sip._tcp.d.test': [srv('t.test')],
    '_sips._tcp.d.test': [srv('s.test', 0, 0, 5061)],
  };
  expect(await serversIn(zone)).toEqual(['tls s.test:5061', 'tcp t.test:5060', 'udp u.test:5060']);
  expect(await serversIn(zone, ['udp', 'tcp'])).toEqual(['tcp t.test:5060', 'udp u.test:5060']);
});

test('server location - services and flags that mean nothing to us are passed over', async () => {
  const zone = {
    'd.test': [
      { ...naptr('SIP+D2U', 1, 1, 'd.test'), flags: 'a' },
      naptr('SIP+D2S', 2, 1, '_sip._sctp.d.test'),
      naptr('E2U+sip', 3, 1, 'x.test'),
      naptr('sip+d2t', 4, 1, 'elsewhere.test'),
    ],
    'elsewhere.test': [srv('t.test')],
  };
  expect(await serversIn(zone)).toEqual(['tcp t.test:5060']);
});

test('server location - without NAPTR: SRV of each transport, in our order', async () => {
  const zone = {
    '_sip._tcp.d.test': [srv('t.test', 1)],
    '_sip._udp.d.test': [srv('u2.test', 2), srv('u1.test', 1)],
  };
  expect(await serversIn(zone)).toEqual(['udp u1.test:5060', 'udp u2.test:5060', 'tcp t.test:5060']);
});

test('server location - a transport in the URI: SRV of that one, NAPTR is not asked (RFC 3263 §4.1)', async () => {
  const zone = {
    'd.test': [naptr('SIP+D2U', 1, 1, '_sip._udp.d.test')],
    '_sip._udp.d.test': [srv('u.test')],
    '_sip._tcp.d.test': [srv('t.test', 0, 0, 5070)],
  };
  expect(await serversIn(zone, ['tcp'])).toEqual(['tcp t.test:5070']);
});

test('server location - neither: the domain itself, at the default port', async () => {
  expect(await serversIn({})).toEqual(['udp d.test:default']);
  expect(await serversIn({ '_sip._udp.d.test': [srv('.')] }, ['udp'])).toEqual(['udp d.test:default']);
});

test('server location - a zone with thousands of records leads to eight servers', async () => {
  const many = Array.from({ length: 3000 }, (_, at) => srv(`h${at}.test`, at, 1));
  expect(await serversIn({ '_sip._udp.d.test': many })).toHaveLength(8);
});

test('server location - the draw is by weight, and the same for the same seed (RFC 2782)', () => {
  const records = [srv('heavy.test', 1, 90), srv('light.test', 1, 10), srv('last.test', 2, 100)];
  const firsts: Record<string, number> = {};
  for (let i = 0; i < 2000; i++) {
    const ordered = inOrder(records, `z9hG4bK${i}`).map(({ name }) => name);
    expect(inOrder(records, `z9hG4bK${i}`).map(({ name }) => name)).toEqual(ordered);
    expect(ordered[2]).toBe('last.test');
    firsts[ordered[0] ?? ''] = (firsts[ordered[0] ?? ''] ?? 0) + 1;
  }
  expect(firsts['heavy.test']).toBeGreaterThan(1700);
  expect(firsts['light.test']).toBeGreaterThan(120);
});

test('server location - weight 0 everywhere keeps all of them', () => {
  expect(inOrder([srv('a.test'), srv('b.test')], 'x')).toHaveLength(2);
});
