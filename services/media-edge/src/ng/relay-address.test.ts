import { expect, test } from 'vitest';
import { relayAddressOf } from './relay-address.ts';

test.each([
  ['udp:127.0.0.1:22222', { host: '127.0.0.1', port: 22_222 }],
  ['udp:relay-1.example.org:1', { host: 'relay-1.example.org', port: 1 }],
  ['udp:[2001:db8::1]:65535', { host: '2001:db8::1', port: 65_535 }],
  ['udp:127.0.0.1:0', undefined],
  ['udp:127.0.0.1:65536', undefined],
  ['udp:2001:db8::1:22222', undefined],
  ['tcp:127.0.0.1:22222', undefined],
  ['127.0.0.1:22222', undefined],
])('relay address - %s', (text, expected) => {
  expect(relayAddressOf(text)).toEqual(expected);
});
