import type { NameAddr } from '@stoxgate/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatParams, parseParams, splitList } from './header-list.ts';
import { formatNameAddr, parseNameAddr } from './name-addr.ts';

test.each<[string, NameAddr]>([
  ['<sip:a@b>', { uri: 'sip:a@b', params: {} }],
  ['sip:a@b;tag=1', { uri: 'sip:a@b', params: { tag: '1' } }],
  ['sip:a@b ; TAG = 1', { uri: 'sip:a@b', params: { tag: '1' } }],
  ['Alice <sip:a@b;x=1>;tag=1', { displayName: 'Alice', uri: 'sip:a@b;x=1', params: { tag: '1' } }],
  ['"A \\"B\\" \\\\ <C>, D" <sip:a@b>', { displayName: 'A "B" \\ <C>, D', uri: 'sip:a@b', params: {} }],
  ['""<sip:a@b>', { uri: 'sip:a@b', params: {} }],
  ['+49 (30) 123.45@x <sip:a@b>', { displayName: '+49 (30) 123.45@x', uri: 'sip:a@b', params: {} }],
  ['<sip:a,b?x@h>;lr;q="a;b"', { uri: 'sip:a,b?x@h', params: { lr: '', q: '"a;b"' } }],
])('name-addr - %s', (text, address) => {
  expect(parseNameAddr(text)).toEqual(address);
});

test.each([
  ...[
    '',
    ' ',
    'alice',
    '<>',
    '<alice>',
    '<sip:a@b',
    'sip:a@b>',
    '"a <sip:a@b>',
    'a"b <sip:a@b>',
    '< sip:a@b>',
  ],
  ...['<sip:a@b> x', '<sip:a@b>;', '<sip:a@b>;;x', '<sip:a@b>;tag=1;tag=2', '<sip:a@b>;x="y', 'sip:a@b?x=y'],
  ...[
    'sip:a@b,sip:c@d',
    '<sip:a@b>,<sip:c@d>',
    '"a" sip:a@b',
    '<sip:a b@c>',
    '<sip:a\r\nb@c>',
    '<sip:a@b>;x=<y>',
  ],
])('name-addr - %j is refused', (text) => {
  expect(parseNameAddr(text)).toBeUndefined();
});

test('name-addr - a value from elsewhere starts no header and leaves no brackets', () => {
  expect(
    formatNameAddr({
      displayName: 'Eve\r\nX-Evil: "1"\0',
      uri: 'sip:e@h>\r\nX-Evil: 2',
      params: { tag: 'a;b\r\nX-Evil: 3', 'no token': 'x' },
    }),
  ).toBe('"EveX-Evil: \\"1\\"" <sip:e@h%3E%0D%0AX-Evil:%202>;tag="a;bX-Evil: 3"');
});

const names = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((name) => name.length > 0 && !/[\r\n\0]/.test(name));
const addresses = fc.record(
  {
    displayName: names,
    uri: fc.stringMatching(/^sip:[a-z0-9;%]{1,8}@[a-z.]{1,8}$/),
    params: fc.dictionary(
      fc.stringMatching(/^[a-z][a-z0-9.-]{0,6}$/),
      fc.stringMatching(/^[!#-+\--:=?-~]{0,8}$/),
      {
        maxKeys: 4,
      },
    ),
  },
  { requiredKeys: ['uri', 'params'] },
);

test('name-addr - property: parse is the inverse of format', () =>
  fc.assert(
    fc.property(addresses, (address) => {
      expect(parseNameAddr(formatNameAddr(address))).toEqual(address);
    }),
    { numRuns: 300 },
  ));

const wild = fc.record({
  displayName: fc.string({ unit: 'binary' }),
  uri: fc.string({ unit: 'binary' }),
  params: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
});

test('name-addr - property: no value breaks the line', () =>
  fc.assert(
    fc.property(wild, (address) => {
      expect(formatNameAddr(address)).not.toMatch(/[\r\n\0]/);
    }),
    { numRuns: 300 },
  ));

test('header-list - splits outside quotes and brackets only', () => {
  expect(splitList('a, "b,\\"c" , <d,e>,,f')).toEqual(['a', '"b,\\"c"', '<d,e>', '', 'f']);
  expect(splitList('"a,b')).toBeUndefined();
  expect(splitList('<a,b')).toBeUndefined();
});

test('header-list - parameters', () => {
  expect(parseParams('x ;A=1; b ; c = "d;\\"e" ', 1)).toEqual({ a: '1', b: '', c: '"d;\\"e"' });
  for (const text of ['a', ';', ';;a', ';a=1 2', ';a;A', ';a="', ';a=1,', ';=1']) {
    expect(parseParams(text, 0)).toBeUndefined();
  }
  expect(formatParams({ lr: '', tag: 'x', q: 'a b', quoted: '"a;b"', 'bad name': 'x' })).toBe(
    ';lr;tag=x;q="a b";quoted="a;b"',
  );
});
