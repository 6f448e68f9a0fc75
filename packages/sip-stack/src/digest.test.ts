import { createHash } from 'node:crypto';
import { parseDigestParams } from '@stoxgate/wire-sip';
import { expect, test } from 'vitest';
import { type Challenge, DigestClient } from './digest.ts';
import { outgoing } from './testing/index.ts';

const mufasa = { realm: 'http-auth@example.org', username: 'Mufasa', password: 'Circle of Life' };
const hex = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');

const www = (value: string): Challenge => ({ header: 'www-authenticate', value });

function answerTo(value: string, request = outgoing('INVITE', { requestUri: 'sip:romeo@sip.test' })) {
  const [answer] = new DigestClient([mufasa]).answer(request, 'z9hG4bK-1', [www(value)]);
  return parseDigestParams(answer?.value ?? '') ?? {};
}

test.each([
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
  ['SHA-512-256', 'sha512-256'],
])('digest - %s with qop auth is computed as RFC 7616 §3.4.1 says', (algorithm, hash) => {
  const params = answerTo(
    `Digest realm="http-auth@example.org", nonce="n1", qop="auth-int, auth", algorithm=${algorithm}, opaque="o"`,
  );
  const a1 = hex(hash, 'Mufasa:http-auth@example.org:Circle of Life');
  const a2 = hex(hash, 'INVITE:sip:romeo@sip.test');
  expect(params).toMatchObject({ username: 'Mufasa', nc: '00000001', qop: 'auth', opaque: 'o', algorithm });
  expect(params.response).toBe(hex(hash, `${a1}:n1:00000001:${params.cnonce}:auth:${a2}`));
});

test('digest - without qop and algorithm it is RFC 2069, MD5', () => {
  const params = answerTo('Digest realm="http-auth@example.org", nonce="n1"');
  const a1 = hex('md5', 'Mufasa:http-auth@example.org:Circle of Life');
  expect(params.response).toBe(hex('md5', `${a1}:n1:${hex('md5', 'INVITE:sip:romeo@sip.test')}`));
  expect(params.cnonce).toBeUndefined();
});

test('digest - MD5-sess and auth-int take nonce, cnonce and body into account', () => {
  const body = { contentType: 'text/plain', content: 'hällo', encoding: 'utf8' } as const;
  const request = outgoing('MESSAGE', { body });
  const params = answerTo(
    'Digest realm="http-auth@example.org", nonce="n1", qop="auth-int", algorithm=MD5-sess',
    request,
  );
  const user = hex('md5', 'Mufasa:http-auth@example.org:Circle of Life');
  const a1 = hex('md5', `${user}:n1:${params.cnonce}`);
  const a2 = hex('md5', `MESSAGE:sip:romeo@sip.test:${hex('md5', 'hällo')}`);
  expect(params.response).toBe(hex('md5', `${a1}:n1:00000001:${params.cnonce}:auth-int:${a2}`));
});

test('digest - of several challenges of a realm the strongest is answered; each realm and header by itself', () => {
  const client = new DigestClient([{ username: 'u', password: 'p' }]);
  const answers = client.answer(outgoing('INVITE'), 'b', [
    www('Digest realm="a", nonce="1", algorithm=MD5'),
    www('Digest realm="a", nonce="2", algorithm=SHA-256'),
    www('Digest realm="a", nonce="3", algorithm=WHIRLPOOL'),
    www('Digest realm="a", nonce="5", algorithm=MD5-sess, qop="auth"'),
    { header: 'proxy-authenticate', value: 'Digest realm="p", nonce="4"' },
  ]);
  expect(answers.map(({ header, value }) => [header, parseDigestParams(value)?.nonce])).toEqual([
    ['authorization', '2'],
    ['proxy-authorization', '4'],
  ]);
});

test('digest - nothing is answered without credentials for the realm, or in a scheme that is not Digest', () => {
  const client = new DigestClient([mufasa]);
  const ask = (value: string) => client.answer(outgoing('INVITE'), 'b', [www(value)]);
  expect(ask('Digest realm="other", nonce="1"')).toEqual([]);
  expect(ask('Basic realm="http-auth@example.org"')).toEqual([]);
  expect(ask('Digest realm="http-auth@example.org"')).toEqual([]);
  expect(ask('Digest realm="http-auth@example.org", nonce="1", qop="x"')).toEqual([]);
});

test('digest - a request with credentials of its own is answered with these alone, in their realm', () => {
  const client = new DigestClient([mufasa]);
  const ask = (realm: string, own: { username: string; password: string; realm?: string }) =>
    client
      .answer(outgoing('REGISTER'), 'b', [www(`Digest realm="${realm}", nonce="1"`)], own)
      .map(({ value }) => parseDigestParams(value)?.username);
  expect(ask('http-auth@example.org', { username: 'line', password: 'p' })).toEqual(['line']);
  expect(ask('trunk', { username: 'line', password: 'p', realm: 'trunk' })).toEqual(['line']);
  expect(ask('http-auth@example.org', { username: 'line', password: 'p', realm: 'trunk' })).toEqual([]);
});

test.each([
  ['sip:line1@Trunk.test;user=phone', 'first'],
  ['sip:line2@trunk.test', 'second'],
  ['sips:juliet@gw.test', 'first'],
  ['tel:+4930111', 'first'],
])(
  'digest - of several accounts in a realm, %s has the %s, and none a stranger to the realm',
  (uri, username) => {
    const client = new DigestClient([
      { aor: 'line2@trunk.test', username: 'elsewhere', password: 'p', realm: 'other' },
      { aor: 'line1@trunk.test', username: 'first', password: 'p', realm: 'trunk' },
      { aor: 'line2@TRUNK.test', username: 'second', password: 'p', realm: 'trunk' },
      { aor: 'line2@trunk.test', username: 'any', password: 'p' },
    ]);
    const request = outgoing('INVITE', { from: { uri, params: {} } });
    const [answer] = client.answer(request, 'b', [www('Digest realm="trunk", nonce="1"')]);
    expect(parseDigestParams(answer?.value ?? '')?.username).toBe(username);
  },
);

test('digest - the count rises with each use of a nonce, and the cnonce is another for another branch', () => {
  const client = new DigestClient([mufasa]);
  const challenge = www('Digest realm="http-auth@example.org", nonce="n", qop="auth"');
  const used = ['b1', 'b2'].map((branch) => {
    const [answer] = client.answer(outgoing('INVITE'), branch, [challenge]);
    return parseDigestParams(answer?.value ?? '');
  });
  expect(used.map((params) => params?.nc)).toEqual(['00000001', '00000002']);
  expect(used[0]?.cnonce).not.toBe(used[1]?.cnonce);
});
