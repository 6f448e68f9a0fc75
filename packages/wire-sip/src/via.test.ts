import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatVia, parseVia, type Via, viaAsReceived } from './via.ts';

test.each<[string, Via]>([
  ['SIP/2.0/UDP h', { transport: 'UDP', host: 'h', params: {} }],
  [
    'SIP / 2.0 / tcp  [2001:db8::1] : 5061 ;branch=z9hG4bK1;received=192.0.2.1;rport=9;ttl=1;alias',
    {
      transport: 'TCP',
      host: '[2001:db8::1]',
      port: 5061,
      branch: 'z9hG4bK1',
      received: '192.0.2.1',
      rport: 9,
      params: { ttl: '1', alias: '' },
    },
  ],
  [
    'SIP/2.0/WS df7jal23ls0d.invalid;rport',
    { transport: 'WS', host: 'df7jal23ls0d.invalid', rport: true, params: {} },
  ],
  ['SIP/7.0/UDP h;received=::1', { transport: 'UDP', host: 'h', received: '::1', params: {} }],
])('via - %s', (text, via) => {
  expect(parseVia(text)).toEqual(via);
});

test.each([
  ...[
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/2.0 h',
    'HTTP/1.1/TCP h',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h:99999',
  ],
  ...[
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP h h',
    'SIP/2.0/UDP h;',
    'SIP/2.0/UDP h;branch=a;branch=b',
  ],
  ...['SIP/2.0/UDP h;rport=x', 'SIP/2.0/U@P h', 'SIP/2.0/UDP h,SIP/2.0/UDP i', 'SIP/2.0/UDP "h"'],
])('via - %j is refused', (text) => {
  expect(parseVia(text)).toBeUndefined();
});

const vias = fc.record(
  {
    transport: fc.constantFrom('UDP', 'TCP', 'TLS', 'WSS'),
    host: fc.constantFrom('example.com', '192.0.2.1', '[2001:db8::1]'),
    port: fc.integer({ min: 0, max: 65535 }),
    branch: fc.stringMatching(/^z9hG4bK[A-Za-z0-9.%*_+`'~!-]{0,20}$/),
    received: fc.constantFrom('192.0.2.9', '2001:db8::2'),
    rport: fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.constant(true as const)),
    params: fc.dictionary(
      fc.constantFrom('ttl', 'maddr', 'alias', 'keep'),
      fc.constantFrom('', '1', '192.0.2.1'),
    ),
  },
  { requiredKeys: ['transport', 'host', 'params'] },
);

test('via - property: parse is the inverse of format', () =>
  fc.assert(
    fc.property(vias, (via) => {
      expect(parseVia(formatVia(via))).toEqual(via);
    }),
    { numRuns: 300 },
  ));

test('via - received and rport as the packet came', () => {
  const stamped = (text: string, address: string) => {
    const via = parseVia(text);
    return via === undefined ? undefined : viaAsReceived(via, address, 4000);
  };
  expect(stamped('SIP/2.0/UDP 192.0.2.1;branch=b', '192.0.2.1')).toBe('SIP/2.0/UDP 192.0.2.1;branch=b');
  expect(stamped('SIP/2.0/UDP host;branch=b;received=6.6.6.6', '192.0.2.1')).toBe(
    'SIP/2.0/UDP host;received=192.0.2.1;branch=b',
  );
  expect(stamped('SIP/2.0/UDP 192.0.2.1;rport;branch=b', '192.0.2.1')).toBe(
    'SIP/2.0/UDP 192.0.2.1;rport=4000;received=192.0.2.1;branch=b',
  );
  expect(stamped('SIP/2.0/UDP [2001:db8::1];branch=b', '2001:db8::1')).toBe(
    'SIP/2.0/UDP [2001:db8::1];branch=b',
  );
});
