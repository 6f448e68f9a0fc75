import { expect, test } from 'vitest';
import { formatSdp } from './format-sdp.ts';
import { inheritMedia } from './inherit.ts';
import { acceptsType, isMsrpMedia, msrpMedia, readMsrpMedia } from './msrp-media.ts';
import { parseSdp } from './parse-sdp.ts';
import type { SessionDescription } from './session-description.ts';

const LINES = [
  'v=0',
  'o=alice 1 1 IN IP4 192.0.2.1',
  's=-',
  'c=IN IP4 192.0.2.1',
  't=0 0',
  'm=message 7394 TCP/MSRP *',
  'a=setup:actpass',
  'a=path:msrp://relay.example:9/r;tcp msrp://192.0.2.1:7394/2s93i9ek2a;tcp',
  'a=accept-types:message/cpim text/plain;charset=UTF-8 Application/im-iscomposing+xml',
  'a=accept-wrapped-types:*',
  'a=max-size:65536',
  'a=connection:new',
];

function read(lines: readonly string[]): SessionDescription {
  const result = parseSdp(`${lines.join('\r\n')}\r\n`);
  if (!result.ok) throw new Error(result.reason);
  return result.description;
}
const chatOf = (lines: readonly string[]) => {
  const description = read(lines);
  return readMsrpMedia(inheritMedia(description, description.media[0]!));
};

test('msrp media - what the m-line of a chat says', () => {
  expect(chatOf(LINES)).toEqual({
    port: 7394,
    isSecure: false,
    path: ['msrp://relay.example:9/r;tcp', 'msrp://192.0.2.1:7394/2s93i9ek2a;tcp'],
    acceptTypes: ['message/cpim', 'text/plain', 'application/im-iscomposing+xml'],
    acceptWrappedTypes: ['*'],
    maxSize: 65_536,
    setup: 'actpass',
    fingerprints: [],
    connection: { family: 'IP4', address: '192.0.2.1' },
  });
});

test('msrp media - lines pass parse and format unchanged', () => {
  expect(
    formatSdp(read(LINES))
      .split('\r\n')
      .filter((line) => line !== ''),
  ).toEqual(LINES);
});

test('msrp media - over TLS, with a fingerprint; without a path it is no chat', () => {
  const secure = LINES.map((line) => line.replace('TCP/MSRP', 'tcp/tls/msrp'));
  expect(chatOf([...secure, 'a=fingerprint:sha-256 aa:bb'])).toMatchObject({
    isSecure: true,
    fingerprints: [{ hash: 'sha-256', value: 'AA:BB' }],
  });
  expect(chatOf(LINES.filter((line) => !line.startsWith('a=path')))).toBeUndefined();
  expect(chatOf(LINES.map((line) => line.replace('TCP/MSRP *', 'RTP/AVP 0')))).toBeUndefined();
  expect(isMsrpMedia(read(LINES.map((line) => line.replace('7394 TCP', '0 TCP'))).media[0]!)).toBe(true);
});

test('msrp media - what is written is read again', () => {
  const chat = {
    port: 2855,
    isSecure: true,
    path: ['msrps://gw.example:2855/abc;tcp'],
    acceptTypes: ['text/plain'],
    acceptWrappedTypes: [],
    maxSize: 1000,
    setup: 'active' as const,
    fingerprints: [{ hash: 'sha-256', value: 'AA:BB' }],
    connection: { family: 'IP6' as const, address: '2001:db8::1' },
  };
  expect(readMsrpMedia(msrpMedia(chat))).toEqual(chat);
  expect(msrpMedia(chat).attributes).toContainEqual({ name: 'connection', value: 'new' });
  expect(msrpMedia({ ...chat, acceptTypes: [] }).attributes).toContainEqual({
    name: 'accept-types',
    value: '*',
  });
});

test.each([
  ['*', 'image/png', true],
  ['text/*', 'Text/Plain;charset=UTF-8', true],
  ['text/plain', 'text/html', false],
])('msrp media - %s has room for %s: %s', (entry, type, accepted) => {
  expect(acceptsType([entry], type)).toBe(accepted);
});
