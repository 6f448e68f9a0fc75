import { expect, test } from 'vitest';
import { crossChecks, roleProblem } from './checks.ts';
import { isMsrpSpoken } from './msrp-checks.ts';
import { Config } from './schema.ts';

const config = (msrp: object, sip: object = {}, messages: object = {}): Config =>
  Config.parse({
    xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's' }] },
    sip,
    messages: { msrp, ...messages },
  });
const sentences = (given: Config): string =>
  crossChecks(given)
    .map(({ sentence }) => sentence)
    .join('\n');

test('config msrp - off unless asked for', () => {
  expect(isMsrpSpoken(config({}))).toBe(false);
  expect(isMsrpSpoken(config({ enabled: true }))).toBe(true);
});

test('config msrp - peers are addresses and CIDRs', () => {
  expect(sentences(config({ peers: ['192.0.2.1', '2001:db8::/32'] }))).toBe('');
  for (const peer of ['tls:a.example', 'a.example', '192.0.2.0/33']) {
    expect(sentences(config({ peers: [peer] }))).toMatch(
      /messages\.msrp\.peers\[0\] must be an address or a CIDR/,
    );
  }
});

test('config msrp - TLS needs a certificate and a port of its own', () => {
  expect(sentences(config({ tls_port: 2856 }))).toMatch(/sip\.tls needs cert_file/);
  const tls = { tls: { cert_file: 'c', key_file: 'k' } };
  expect(sentences(config({ tls_port: 2855 }, tls))).toMatch(/must differ from listen_port/);
  expect(sentences(config({ tls_port: 2856 }, tls))).toBe('');
});

test('config msrp - sessions cannot be forced without an endpoint', () => {
  const sentence = /messages\.chat_mode is msrp: set messages\.msrp\.enabled/;
  expect(sentences(config({}, {}, { chat_mode: 'msrp' }))).toMatch(sentence);
  expect(sentences(config({ enabled: true }, {}, { chat_mode: 'msrp' }))).toBe('');
  expect(sentences(config({}, {}, { chat_mode: 'auto' }))).toBe('');
});

test('config msrp - long texts cannot go in sessions without an endpoint', () => {
  const sentence = /messages\.oversize is msrp: set messages\.msrp\.enabled/;
  expect(sentences(config({}, {}, { oversize: 'msrp' }))).toMatch(sentence);
  expect(sentences(config({ enabled: true }, {}, { oversize: 'msrp' }))).toBe('');
});

test('config msrp - TLS is offered only where there is a port for it', () => {
  expect(sentences(config({ offer: 'tls' }))).toMatch(/messages\.msrp\.tls_port must be set/);
});

test('config msrp - the role msrp-edge needs something to do', () => {
  expect(roleProblem(config({}), 'msrp-edge')?.sentence).toMatch(/set messages\.msrp\.enabled/);
  expect(roleProblem(config({ enabled: true }), 'msrp-edge')?.sentence).toMatch(/set bus to nats/);
});
