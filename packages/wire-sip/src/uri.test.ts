import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSipUri, parseSipUri } from './uri.ts';
import { sameSipUri } from './uri-equality.ts';

const read = (text: string) => {
  const uri = parseSipUri(text);
  if (uri === undefined) throw new Error(`not a URI: ${text}`);
  return uri;
};

test('uri - all components', () => {
  expect(
    read('SIPS:al%69ce;x=1:s3cret@[2001:db8::1]:5061;Transport=TCP;lr;gr=urn:uuid:f81d?Subject=a%20b&x='),
  ).toEqual({
    scheme: 'sips',
    user: 'al%69ce;x=1',
    password: 's3cret',
    host: '[2001:db8::1]',
    port: 5061,
    params: { transport: 'TCP', lr: '', gr: 'urn:uuid:f81d' },
    headers: { Subject: 'a%20b', x: '' },
  });
});

test('uri - tel and foreign schemes', () => {
  expect(read('tel:+1-201-555-0123;phone-context=example.com')).toEqual({
    scheme: 'tel',
    user: '+1-201-555-0123',
    host: '',
    params: { 'phone-context': 'example.com' },
  });
  expect(read('soap.beep://192.0.2.103:3002')).toEqual({
    scheme: 'soap.beep',
    host: '',
    params: {},
    opaque: '//192.0.2.103:3002',
  });
});

test.each([
  'sip:example.com',
  'sip:alice@example.com',
  'sip:jürgen@example.com',
  'sip:100%25@h',
  'sip:+1555;phone-context=x@h;user=phone',
  'sip:*901@example.com;gr',
  'sip:a@192.0.2.1:0',
  'sip:a:@h',
  'urn:service:sos',
])('uri - %s survives parse and format', (text) => {
  expect(formatSipUri(read(text))).toBe(text);
});

test.each([
  ...['', 'sip', 'sip:', 'alice@example.com', 'sip:@h', 'sip:a@', 'sip:a@h:', 'sip:a@h:65536', 'sip:a@h:x'],
  ...['sip:a b@h', 'sip:a@h ', 'sip:a<b@h', 'sip:a"b@h', 'sip:%4@h', 'sip:%zz@h', 'sip:a@[::1', 'sip:a@::1'],
  ...['sip:a@h;', 'sip:a@h;=x', 'sip:a@h;x;x', 'sip:a@h;X;x', 'sip:a@h;x=%', 'sip:a@h?', 'sip:a@h?=b'],
  ...['sip:a@h_ö', 'sip:a\0@h', 'sip:a\r\n@h', 'tel:', 'tel:alice', 'tel:+1;', '1sip:a@h', 'sip:a^b@h'],
])('uri - %j is refused', (text) => {
  expect(parseSipUri(text)).toBeUndefined();
});

test('uri - a parameter named __proto__ changes nothing', () => {
  const { params } = read('sip:a@h;__proto__=x;constructor=y');
  expect(params).toEqual({ constructor: 'y' });
  expect(Object.getPrototypeOf(params)).toBeNull();
});

const unreserved = fc.constantFrom(...'abcXYZ019-_.!~*()'.split(''), '%41', '%00', '%3B', 'ü');
const text = (extra: string, minLength = 1) =>
  fc.string({ unit: fc.oneof(unreserved, fc.constantFrom(...extra.split(''))), minLength, maxLength: 8 });
const record = (lower: boolean) =>
  fc.dictionary(
    lower ? fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/) : fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,5}$/),
    text(lower ? '[]/:&+$' : '[]/:?+$', 0).filter((value) => value !== ''),
    { maxKeys: 3 },
  );
const uris = fc.record(
  {
    scheme: fc.constantFrom('sip', 'sips'),
    user: text('&=+$,;?/'),
    host: fc.constantFrom('example.com', '192.0.2.1', '[2001:db8::1]', 'a_b'),
    port: fc.integer({ min: 0, max: 65535 }),
    params: record(true),
    headers: record(false).filter((headers) => Object.keys(headers).length > 0),
  },
  { requiredKeys: ['scheme', 'host', 'params'] },
);

test('uri - property: parse is the inverse of format', () =>
  fc.assert(
    fc.property(uris, (uri) => {
      expect(parseSipUri(formatSipUri(uri))).toEqual(uri);
    }),
    { numRuns: 300 },
  ));

describe('uri - equality (RFC 3261 §19.1.4)', () => {
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:%c3%bc@h', 'sip:ü@h'],
    ['tel:+1-201-555-0123', 'tel:+12015550123'],
    ['tel:7042;phone-context=Example.com', 'tel:7042;phone-context=example.COM'],
    ['urn:service:sos', 'urn:service:sos'],
  ])('%s = %s', (left, right) => {
    expect(sameSipUri(read(left), read(right))).toBe(true);
    expect(sameSipUri(read(right), read(left))).toBe(true);
  });

  test.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@h', 'sips:a@h'],
    ['sip:a@h', 'sip:a:b@h'],
    ['sip:a%3Bb@h', 'sip:a;b@h'],
    ['sip:a@h;maddr=1', 'sip:a@h'],
    ['sip:a@h', 'sip:a@h;user=phone'],
    ['tel:7042', 'tel:7042;phone-context=example.com'],
    ['tel:7042', 'tel:7043'],
    ['urn:a:b', 'urn:a:c'],
  ])('%s ≠ %s', (left, right) => {
    expect(sameSipUri(read(left), read(right))).toBe(false);
    expect(sameSipUri(read(right), read(left))).toBe(false);
  });
});
