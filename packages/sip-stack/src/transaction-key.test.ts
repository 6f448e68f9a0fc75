import { parseSipMessage, viaAsReceived } from '@stoxgate/wire-sip';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { responseTo } from './stateless-reply.ts';
import { textRequest } from './testing/index.ts';
import { keyOfResponse, peekKey, serverTransactionKey } from './transaction-key.ts';

function keysOf(text: string): readonly [string | undefined, string | undefined] {
  const parsed = parseSipMessage(Buffer.from(text));
  const key =
    parsed.ok && parsed.kind === 'request' ? serverTransactionKey(parsed.message, parsed.topVia) : undefined;
  return [peekKey(Buffer.from(text))?.key, key];
}

const withVia = (via: string, method = 'INVITE'): string => textRequest({ method, port: 1, via });

test.each([
  ['SIP/2.0/UDP h.test:5070;branch=z9hG4bK-a', 'z9hG4bK-a|h.test:5070|INVITE'],
  ['SIP/2.0/UDP H.Test;rport;branch=z9hG4bK-a;x=y', 'z9hG4bK-a|h.test:5060|INVITE'],
  ['SIP/2.0/UDP [2001:db8::1]:7;branch=z9hG4bK-a', 'z9hG4bK-a|[2001:db8::1]:7|INVITE'],
  [
    'SIP/2.0/UDP a.test;branch=z9hG4bK-a, SIP/2.0/UDP b.test;branch=z9hG4bK-b',
    'z9hG4bK-a|a.test:5060|INVITE',
  ],
])('transaction key - %s is the same before and after parsing', (via, key) => {
  expect(keysOf(withVia(via))).toEqual([key, key]);
});

test.each([
  ['an ACK', withVia('SIP/2.0/UDP a.test;branch=z9hG4bK-a', 'ACK')],
  ['a branch without the cookie', withVia('SIP/2.0/UDP a.test;branch=1')],
  [
    'a Via that is not the first header',
    `INVITE sip:a@b SIP/2.0\r\nX: y\r\n${withVia('SIP/2.0/UDP a;branch=z9hG4bK-a').slice(40)}`,
  ],
  ['a quoted parameter', withVia('SIP/2.0/UDP a.test;x=";branch=z9hG4bK-b";branch=z9hG4bK-a')],
  ['a branch with a cookie in other letters', withVia('SIP/2.0/UDP a.test;branch=Z9HG4BK-a')],
  ['a branch outside ASCII', withVia('SIP/2.0/UDP a.test;branch=z9hG4bK-ü')],
  ['a port that is written with a zero', withVia('SIP/2.0/UDP a.test:05060;branch=z9hG4bK-a')],
  ['another parameter that ends in branch', withVia('SIP/2.0/UDP a.test;xbranch=z9hG4bK-b')],
  ['garbage', 'hello'],
])('transaction key - %s is left to the parser', (_what, text) => {
  expect(peekKey(Buffer.from(text))).toBeUndefined();
});

test('transaction key - an ACK counts as its INVITE, a CANCEL does not', () => {
  const via = 'SIP/2.0/UDP a.test;branch=z9hG4bK-a';
  expect(keysOf(withVia(via, 'ACK'))[1]).toBe('z9hG4bK-a|a.test:5060|INVITE');
  expect(keysOf(withVia(via, 'CANCEL'))[1]).toBe('z9hG4bK-a|a.test:5060|CANCEL');
});

/** Mostly the first. */
const mostly = (usual: string, ...odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...odd) });

const blank = mostly('', ' ', '\t', '\r\n ');
const param = fc
  .tuple(
    blank,
    fc.constantFrom(';branch', ';branch', ';Branch', ';xbranch', ';rport', ';received'),
    blank,
    mostly('=z9hG4bK-a', '', '=Z9HG4BK-a', '=z9hG4bKü', '=z9hG4bK', '="z9hG4bK-a"', '=z9hG4bK<a', '=1'),
    blank,
  )
  .map((parts) => parts.join(''));
const oddVia = fc
  .tuple(
    mostly('SIP/2.0/UDP', 'sip/2.0/udp', 'SIP / 2.0 / UDP'),
    mostly(' ', '  ', '\t'),
    fc.constantFrom('a.test', 'A.Test', '[2001:DB8::1]', '192.0.2.1', 'ä.test'),
    fc.constantFrom('', ':5070', ':05060', ':0', ':99999', ' : 7', ':'),
    fc.array(param, { maxLength: 3 }).map((params) => params.join('')),
    mostly('', ',SIP/2.0/UDP b.test;branch=z9hG4bK-b', ' ;x="y', ';'),
  )
  .map((parts) => parts.join(''));

test('transaction key - property: before parsing it is the same as after, or left to the parser', () =>
  fc.assert(
    fc.property(oddVia, (via) => {
      const [peeked, parsed] = keysOf(withVia(via));
      if (peeked !== undefined && parsed !== undefined) expect(peeked).toBe(parsed);
    }),
    { numRuns: 3000 },
  ));

test('transaction key - property: a response has that of its request', () =>
  fc.assert(
    fc.property(oddVia, fc.constantFrom('MESSAGE', 'BYE', 'INVITE'), (via, method) => {
      const parsed = parseSipMessage(Buffer.from(withVia(via, method)));
      if (!parsed.ok || parsed.kind !== 'request') return;
      const { message, topVia } = parsed;
      const key = serverTransactionKey(message, topVia);
      message.vias[0] = viaAsReceived(topVia, '192.0.2.9', 5080);
      expect(keyOfResponse(responseTo(message, { status: 200 }))).toBe(key);
    }),
    { numRuns: 3000 },
  ));
