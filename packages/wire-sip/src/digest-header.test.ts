import { expect, test } from 'vitest';
import { formatDigestCredentials, parseDigestChallenge, parseDigestParams } from './digest-header.ts';

test('digest - a full challenge', () => {
  expect(
    parseDigestChallenge(
      'Digest realm="a, \\"b\\"", domain="sip:x sip:y", nonce="n=,", opaque="", stale=TRUE, algorithm=SHA-256, qop="auth, auth-int"',
    ),
  ).toEqual({
    realm: 'a, "b"',
    nonce: 'n=,',
    algorithm: 'SHA-256',
    qop: ['auth', 'auth-int'],
    opaque: '',
    stale: true,
    domain: 'sip:x sip:y',
  });
});

test('digest - the least challenge, loosely written', () => {
  expect(parseDigestChallenge('  digest  Realm = "r" ,\tNONCE=n')).toEqual({
    realm: 'r',
    nonce: 'n',
    algorithm: 'MD5',
    qop: [],
    stale: false,
  });
});

test.each([
  ...['', 'Basic realm="r"', 'Digest', 'Digest realm="r"', 'Digest nonce="n"', 'Digest realm="r, nonce="n"'],
  ...['Digest realm="r", nonce="n', 'Digest realm="r", nonce="n", realm="s"', 'Digest =x', 'Digest realm'],
  ...['Digest realm="r", nonce', 'Digestrealm="r",nonce="n"'],
])('digest - %j is no challenge', (value) => {
  expect(parseDigestChallenge(value)).toBeUndefined();
});

test('digest - a parameter named __proto__ changes nothing', () => {
  const params = parseDigestParams('Digest realm=r, __proto__=x');
  expect(params).toEqual({ realm: 'r' });
  expect(Object.getPrototypeOf(params)).toBeNull();
  expect(Object.keys(params ?? {})).toEqual(['realm']);
});

test('digest - credentials read back as they were written', () => {
  const value = formatDigestCredentials({
    username: 'al"ice',
    realm: 'r, s',
    nonce: 'n',
    uri: 'sip:b@h',
    response: '0a',
    algorithm: 'SHA-256',
    opaque: 'o',
    qop: 'auth',
    cnonce: 'c',
    nc: '00000002',
  });
  expect(value).toBe(
    'Digest username="al\\"ice", realm="r, s", nonce="n", uri="sip:b@h", response="0a", algorithm=SHA-256, ' +
      'opaque="o", qop=auth, cnonce="c", nc=00000002',
  );
  expect(parseDigestParams(value)).toEqual({
    username: 'al"ice',
    realm: 'r, s',
    nonce: 'n',
    uri: 'sip:b@h',
    response: '0a',
    algorithm: 'SHA-256',
    opaque: 'o',
    qop: 'auth',
    cnonce: 'c',
    nc: '00000002',
  });
});

test('digest - no value breaks the line', () => {
  const evil = 'x\r\nX-Evil: 1';
  const fields = { username: evil, realm: evil, nonce: evil, uri: evil, response: evil, algorithm: evil };
  expect(formatDigestCredentials({ ...fields, opaque: evil, qop: evil, cnonce: evil, nc: evil })).not.toMatch(
    /[\r\n]/,
  );
});
