import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  config,
  load,
  MINIMAL,
  makeDirectory,
  pathOf,
  problems,
  removeDirectory,
} from '../testing/config-files.ts';

beforeAll(makeDirectory);
afterAll(removeDirectory);

const certificates = fileURLToPath(new URL('../../../sip-stack/src/testing/certificates/', import.meta.url));

const withTls = (tls: Record<string, unknown>, sip: Record<string, unknown> = {}): string =>
  `${MINIMAL}sip: ${JSON.stringify({ ...sip, tls })}\n`;

test('config tls - files are found beside the configuration file; without any there is no TLS', () => {
  for (const name of ['test-localhost.cert', 'test-localhost.key', 'test-ca.cert']) {
    copyFileSync(join(certificates, `${name}.pem`), pathOf(`${name}.pem`));
  }
  const files = {
    cert_file: 'test-localhost.cert.pem',
    key_file: 'test-localhost.key.pem',
    ca_file: 'test-ca.cert.pem',
  };
  const { tls } = config(withTls(files, { proxy_transport: 'tls', peers: ['tls:sip.example.net'] })).sip;
  expect(tls).toEqual({
    port: 5061,
    cert_file: pathOf(files.cert_file),
    key_file: pathOf(files.key_file),
    ca_file: pathOf(files.ca_file),
    verify_client: true,
  });
  expect(config(MINIMAL).sip.tls).toMatchObject({ cert_file: '', key_file: '', ca_file: '' });
});

test.each([
  ['2130-01-01', 'expired on'],
  ['1990-01-01', 'is not valid before'],
])('config tls - a certificate in %s is refused: it %s its time', (now, words) => {
  vi.useFakeTimers({ now: new Date(now), toFake: ['Date'] });
  const files = {
    cert_file: `${certificates}test-localhost.cert.pem`,
    key_file: `${certificates}test-localhost.key.pem`,
  };
  const found = problems(withTls(files));
  vi.useRealTimers();
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`sip.tls.cert_file: the certificate in ${files.cert_file} ${words} `);
});

test('config tls - files are looked at by roles that speak SIP only', () => {
  const yaml = `${withTls({ cert_file: 'a', key_file: 'b' })}bus: nats://h\nstore: redis://h\n`;
  expect(load(yaml, { role: 'translator' }).ok).toBe(true);
  expect(load(yaml, { role: 'sip-edge' }).ok).toBe(false);
});

test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
  ['a key alone', { key_file: 'k' }, {}, 'sip.tls needs cert_file.'],
  ['an authority alone', { ca_file: 'k' }, {}, 'sip.tls needs cert_file.'],
  ['a certificate alone', { cert_file: 'c' }, {}, 'sip.tls needs key_file.'],
  [
    'the port of UDP and TCP',
    { cert_file: 'c', key_file: 'k', port: 5600 },
    {},
    'sip.tls.port must differ from sip.listen_port, which is 5600 too.',
  ],
  [
    'a TLS proxy without a certificate of ours',
    {},
    { proxy_transport: 'tls' },
    'sip.proxy_transport is tls, and the proxy reaches us by TLS too: sip.tls needs cert_file and key_file.',
  ],
  [
    'a named peer whose certificate nobody checks',
    { cert_file: 'c', key_file: 'k' },
    { peers: ['tls:sip.example.net'] },
    'sip.peers[0] is a name in a certificate: sip.tls needs cert_file, key_file, ca_file and verify_client.',
  ],
  [
    'a file that is not there',
    { cert_file: '/nowhere/c', key_file: `${certificates}test-localhost.key.pem` },
    {},
    'sip.tls.cert_file: cannot read /nowhere/c (ENOENT).',
  ],
  [
    'a file that is no certificate',
    { cert_file: 'secret', key_file: `${certificates}test-localhost.key.pem` },
    {},
    'secret holds no certificate in PEM.',
  ],
  [
    'a file that is no key',
    { cert_file: `${certificates}test-localhost.cert.pem`, key_file: 'secret' },
    {},
    'secret holds no private key in PEM without passphrase.',
  ],
  [
    'a key of another certificate',
    {
      cert_file: `${certificates}test-localhost.cert.pem`,
      key_file: `${certificates}test-proxy.key.pem`,
    },
    {},
    'sip.tls.key_file: the key is not that of the certificate in cert_file.',
  ],
])('config tls - %s is refused', (_what, tls, sip, sentence) => {
  expect(problems(withTls(tls, sip))).toEqual([expect.stringMatching(/^config\.yaml:\d+: /)]);
  expect(problems(withTls(tls, sip))[0]).toContain(sentence);
});
