import { expect, test } from 'vitest';
import { saslPrepared } from './prepare.ts';
import { scramEnd, scramFirst } from './scram.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

test('scram - the exchange of RFC 5802 §5', async () => {
  const nonce = 'fyko+d2lbbFgONRv9qkxdawL';
  expect(scramFirst('user', nonce)).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
  const end = await scramEnd({
    mechanism: 'SCRAM-SHA-1',
    username: 'user',
    password: 'pencil',
    nonce,
    challenge: base64('r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096'),
  });
  if (!end.ok) throw new Error(end.cause);
  expect(end.message).toBe(
    'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
  );
  expect(end.isProven(base64('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='))).toBe(true);
  expect(end.isProven(base64('v=smF9pqV8S7suAoZWja4dJRkFsKQ='))).toBe(false);
  expect(end.isProven(base64('e=other-error'))).toBe(false);
  expect(end.isProven('')).toBe(false);
});

test('scram - the exchange of RFC 7677 §3', async () => {
  const end = await scramEnd({
    mechanism: 'SCRAM-SHA-256',
    username: 'user',
    password: 'pencil',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    challenge: base64(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    ),
  });
  if (!end.ok) throw new Error(end.cause);
  expect(end.message).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  );
  expect(end.isProven(base64('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toBe(true);
});

test.each([
  ['a nonce that is not ours', 'r=other,s=QSXCR+Q6sek8bf92,i=4096'],
  ['our nonce alone', 'r=abc,s=QSXCR+Q6sek8bf92,i=4096'],
  ['no salt', 'r=abcd,s=,i=4096'],
  ['no iterations', 'r=abcd,s=QSXC,i=0'],
  ['endless iterations', 'r=abcd,s=QSXC,i=9999999'],
  ['a mandatory extension', 'm=x,r=abcd,s=QSXC,i=4096'],
  ['nothing', ''],
])('scram - a challenge with %s is unusable', async (_, text) => {
  const input = { mechanism: 'SCRAM-SHA-1', username: 'u', password: 'p', nonce: 'abc' } as const;
  expect(await scramEnd({ ...input, challenge: base64(text) })).toEqual({ ok: false, cause: 'unusable' });
});

test('scram - commas and equal signs in a name are escaped', () => {
  expect(scramFirst('a,b=c', 'n')).toBe('n,,n=a=2Cb=3Dc,r=n');
});

test.each([
  ['I\u00ADX', 'IX'],
  ['user', 'user'],
  ['USER', 'USER'],
  ['\u00AA', 'a'],
  ['\u2168', 'IX'],
  ['a\u00A0b', 'a b'],
])('saslprep - %j is %j (RFC 4013 §3)', (text, prepared) => {
  expect(saslPrepared(text)).toBe(prepared);
});

test.each(['\u0007', 'a\u0000b', '', '\uE000', '\u00AD'])('saslprep - %j is refused', async (text) => {
  expect(saslPrepared(text)).toBeUndefined();
  const input = { mechanism: 'SCRAM-SHA-1', username: 'u', nonce: 'abc', challenge: '' } as const;
  expect(await scramEnd({ ...input, password: text })).toEqual({ ok: false, cause: 'secret' });
});
