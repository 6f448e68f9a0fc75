import { keyOfPhone, type SealedSecret } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { phoneAddress } from './accounts/phone-address.ts';
import { createSealer } from './sealing.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const aor = (text: string) => {
  const address = phoneAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
};
const PHONE = keyOfPhone(aor('1001@sip.example.org'));
const OTHER = keyOfPhone(aor('1002@sip.example.org'));

test('sealing - a password comes back for its phone and key, and for no other', () => {
  const sealed = createSealer(KEY).seal(PHONE, 'pässword');
  expect(createSealer(KEY).open(PHONE, sealed)).toBe('pässword');
  expect(createSealer(Buffer.alloc(32, 7).toString('hex')).open(PHONE, sealed)).toBe('pässword');
  expect(createSealer(KEY).open(OTHER, sealed)).toBeUndefined();
  expect(createSealer(Buffer.alloc(32, 8).toString('base64')).open(PHONE, sealed)).toBeUndefined();
  expect(createSealer(undefined).open(PHONE, sealed)).toBeUndefined();
});

test('sealing - nothing of the password is in the sealed form, which is the same each time', () => {
  const sealer = createSealer(KEY);
  const { form, text } = sealer.seal(PHONE, 'password');
  expect(form).toBe('aes-256-gcm');
  expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain('password');
  expect(Buffer.from(text, 'base64')).toHaveLength(12 + 8 + 16);
  expect(sealer.seal(PHONE, 'password').text).toBe(text);
  const nonce = (sealed: SealedSecret): string => sealed.text.slice(0, 16);
  expect(nonce(sealer.seal(PHONE, 'passwore'))).not.toBe(text.slice(0, 16));
  expect(nonce(sealer.seal(OTHER, 'password'))).not.toBe(text.slice(0, 16));
});

test('sealing - each changed bit is noticed, and nonsense is no password', () => {
  const sealer = createSealer(KEY);
  const bytes = Buffer.from(sealer.seal(PHONE, 'password').text, 'base64');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(sealer.open(PHONE, { form: 'aes-256-gcm', text: changed.toString('base64') })).toBeUndefined();
  }
  expect(sealer.open(PHONE, { form: 'aes-256-gcm', text: 'AAAA' })).toBeUndefined();
});

test('sealing - without a key a password is marked as open', () => {
  const sealed = createSealer(undefined).seal(PHONE, 'password');
  expect(sealed).toEqual({ form: 'open', text: Buffer.from('password').toString('base64') });
  expect(createSealer(KEY).open(PHONE, sealed)).toBe('password');
});

test.each([
  ['0123456789@@domain.example.com', 'sip:0123456789@domain.example.com'],
  ['sip:1001@Example.ORG;transport=tcp', 'sip:1001@example.org'],
  [' 1001@example.org ', 'sip:1001@example.org'],
  ['sips:1001@example.org', 'sips:1001@example.org'],
])('phone address - %s is %s', (text, expected) => {
  expect(phoneAddress(text)).toBe(expected);
});

test.each(['', 'example.org', 'a b@example.org', '@example.org', 'http://a@b', '1001@', 'sip:'])(
  'phone address - %j is none',
  (text) => {
    expect(phoneAddress(text)).toBeUndefined();
  },
);
