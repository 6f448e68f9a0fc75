import { expect, test } from 'vitest';
import { crossChecks } from './checks.ts';
import { numbersOf } from './numbers.ts';
import { Config } from './schema.ts';

const TRUNK = { aor: '+4930111@trunk.example', username: 'u', password: 'p' };
const config = (registrations: readonly object[], sip: object = {}): Config =>
  Config.parse({
    xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's' }] },
    sip: { ...sip, registrations },
  });
const sentences = (given: Config): string =>
  crossChecks(given)
    .map(({ sentence }) => sentence)
    .join('\n');

test.each([
  [[TRUNK, TRUNK], 'sip.registrations[1].aor is that of sip.registrations[0], too.'],
  [[{ ...TRUNK, transport: 'tcp' }], 'transport is for registrar, which is not set'],
  [[{ ...TRUNK, registrar: 'r.example', transport: 'tls' }], 'sip.tls needs cert_file and key_file.'],
  [[{ aor: TRUNK.aor, username: 'u' }], 'sip.registrations[0] needs password or password_file.'],
])('config registrations - of %j is said: %s', (registrations, sentence) => {
  expect(sentences(config(registrations))).toContain(sentence);
});

test('config registrations - an address is user@host, a registrar host or host:port', () => {
  expect(sentences(config([{ ...TRUNK, registrar: 'r.example:5070', transport: 'tcp' }]))).toBe('');
  expect(sentences(config([{ ...TRUNK, registrar: '[2001:db8::1]:5070' }]))).toBe('');
  expect(() => config([{ ...TRUNK, aor: 'sip:u@trunk.example:5060' }])).toThrow(/write user@host/);
  expect(() => config([{ ...TRUNK, registrar: 'sip:r.example' }])).toThrow(/write host or host:port/);
});

test('config registrations - their hosts and contacts are known to the address map', () => {
  expect(numbersOf(config([TRUNK, { ...TRUNK, aor: 'gw@trunk.example', contact_user: 'gate' }]))).toEqual({
    dialplan: [],
    phones: [],
    hosts: ['trunk.example'],
    contactUsers: ['+4930111', 'gate'],
  });
});
