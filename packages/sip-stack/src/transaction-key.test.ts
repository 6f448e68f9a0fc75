import { parseSipMessage } from '@stoxgate/wire-sip';
import { expect, test } from 'vitest';
import { textRequest } from './testing/index.ts';
import { peekKey, serverTransactionKey } from './transaction-key.ts';

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
