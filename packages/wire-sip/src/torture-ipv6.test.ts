import { expect, test } from 'vitest';
import { parseSipMessage } from './parse.ts';
import { serializeMessage } from './serialize.ts';
import { TORTURE_IPV6 } from './testing/torture-ipv6.ts';
import { parseSipUri } from './uri.ts';
import { parseVia } from './via.ts';

test.each(TORTURE_IPV6)('torture ipv6 - $name is owed $owed', ({ bytes, owed }) => {
  const result = parseSipMessage(bytes);
  expect(result.ok ? result.kind : (result.fault.status ?? 'drop'), JSON.stringify(result)).toBe(owed);
  if (!result.ok) return;
  expect(parseSipMessage(serializeMessage(result.message))).toEqual(result);
});

function requestOf(name: string) {
  const found = TORTURE_IPV6.find((message) => message.name === name);
  const result = parseSipMessage(found?.bytes ?? new Uint8Array());
  if (!result.ok || result.kind !== 'request') throw new Error(`${name} is no request`);
  return result;
}

test('torture ipv6 - what is in the brackets is the address, whatever it looks like', () => {
  const ambiguous = parseSipUri(requestOf('port-ambiguous').message.requestUri);
  expect([ambiguous?.host, ambiguous?.port]).toEqual(['[2001:db8::10:5070]', undefined]);
  expect(parseSipUri(requestOf('port-unambiguous').message.requestUri)).toMatchObject({
    host: '[2001:db8::10]',
    port: 5070,
  });
});

test.each([
  ['via-received-param-with-delim', '[2001:db8::9:255]'],
  ['via-received-param-no-delim', '2001:db8::9:255'],
])('torture ipv6 - %s', (name, received) => {
  expect(requestOf(name).topVia).toMatchObject({ host: '[2001:db8::9:1]', received });
});

test('torture ipv6 - mult-ip-in-header: each Via has its own family', () => {
  expect(requestOf('mult-ip-in-header').message.vias.map((via) => parseVia(via))).toMatchObject([
    { transport: 'UDP', host: '[2001:db8::9:1]', port: 6050 },
    { transport: 'UDP', host: '192.0.2.1' },
    { transport: 'TCP', host: '[2001:db8::9:255]', received: '192.0.2.200' },
  ]);
});

test.each(['ipv6-in-sdp', 'mult-ip-in-sdp', 'ipv4-mapped-ipv6'])(
  'torture ipv6 - %s keeps its description to the last byte',
  (name) => {
    expect(requestOf(name).message.body?.content).toMatch(
      /^v=0\r\n[\s\S]*IN IP6 [\s\S]*a=rtpmap:107 H263-1998\/90000\r\n$/,
    );
  },
);
