import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { canonicalHeaderName, fullHeaderName } from './header-name.ts';
import { reasonPhrase } from './status.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

test('header-name - compact, odd and unknown spellings', () => {
  expect(['V', 'v', 'VIA', 'i', 'CSEQ', 'X-Foo', 'constructor'].map(fullHeaderName)).toEqual([
    ...['via', 'via', 'via', 'call-id', 'cseq', 'x-foo', 'constructor'],
  ]);
});

test('header-name - usual spelling', () => {
  expect(
    [
      'call-id',
      'cseq',
      'www-authenticate',
      'min-se',
      'sip-etag',
      'x-foo-bar',
      'mime-version',
      'p-asserted-identity',
    ].map(canonicalHeaderName),
  ).toEqual([
    ...['Call-ID', 'CSeq', 'WWW-Authenticate', 'Min-SE', 'SIP-ETag', 'X-Foo-Bar', 'MIME-Version'],
    'P-Asserted-Identity',
  ]);
});

test('status - registered phrases, else that of the class', () => {
  expect([486, 481, 199, 499, 599, 999].map(reasonPhrase)).toEqual([
    ...[
      'Busy Here',
      'Call/Transaction Does Not Exist',
      'Early Dialog Terminated',
      'Client Error',
      'Server Error',
    ],
    'Unknown',
  ]);
});

test('base64 - property: decode is the inverse of encode', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }),
  ));

test('base64 - padded text only', () => {
  expect(encodeBase64(encodeUtf8('any carnal pleas'))).toBe('YW55IGNhcm5hbCBwbGVhcw==');
  for (const text of ['A', 'AA', 'AAA', 'A===', 'AA=A', 'AA==AA==', 'A*==', 'AAAA ']) {
    expect(decodeBase64(text)).toBeUndefined();
  }
});

test('utf8 - whole characters only, byte order mark kept', () => {
  expect(decodeUtf8(encodeUtf8('\ufeffü🎉\0'))).toBe('\ufeffü🎉\0');
  expect(decodeUtf8(new Uint8Array([0xc3]))).toBeUndefined();
  expect(decodeUtf8(new Uint8Array([0xed, 0xa0, 0x80]))).toBeUndefined();
});
