import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ConfigSource, loadConfig } from './load.ts';
import { printConfig, redactAddress } from './print.ts';

const MINIMAL = `xmpp:
  domains: [example.org]
  components:
    - domain: sip.example.org
      secret: s3cret
`;

const certificates = fileURLToPath(new URL('../../../sip-stack/src/testing/certificates/', import.meta.url));

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-config-'));
  writeFileSync(join(directory, 'secret'), 'from file\n');
  writeFileSync(join(directory, 'empty'), '\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

function load(yaml: string, rest: Partial<ConfigSource> = {}): ReturnType<typeof loadConfig> {
  const file = join(directory, 'config.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ file, env: {}, ...rest });
}

function problems(yaml: string, rest: Partial<ConfigSource> = {}): readonly string[] {
  const loaded = load(yaml, rest);
  return loaded.ok ? [] : loaded.problems;
}

function config(yaml: string, rest: Partial<ConfigSource> = {}) {
  const loaded = load(yaml, rest);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

test('config - a minimal file gets every default', () => {
  expect(config(MINIMAL)).toMatchObject({
    xmpp: { components: [{ domain: 'sip.example.org', host: '127.0.0.1', port: 5347, secret: 's3cret' }] },
    sip: { listen_port: 5600, proxy_host: 'localhost', proxy_port: 5600, peers: [] },
    bus: 'memory',
    store: 'memory',
  });
});

test('config - sections without content mean their defaults', () => {
  expect(config(`${MINIMAL}sip:\ncalls:\n  ring_timeout:\n`).calls.ring_timeout).toBe(180);
});

test('config - no file and no environment: says how to begin', () => {
  const loaded = loadConfig({ env: { PATH: '/bin' } });
  expect(loaded).toEqual({ ok: false, problems: [expect.stringContaining('copy config.example.yaml')] });
});

test('config - a missing file is named, with how to begin', () => {
  const loaded = loadConfig({ file: '/nowhere/config.yaml', env: {} });
  expect(loaded.ok ? [] : loaded.problems).toEqual([
    expect.stringMatching(/^\/nowhere\/config\.yaml: no such file\. To begin, copy config\.example\.yaml/),
  ]);
});

test('config - every problem is told at once, with line and nearest key', () => {
  const yaml = `xmpp:
  domains: example.org
  components:
    - domain: sip.example.org
      secrte: abc
      port: 70000
sip:
  listen-port: 5600
  proxy_transport: sctp
  proxy_port: "5600"
  sdp_origin: 127
  colour: red
listen_port: 1
limits: 3
messages: { message_accept: 500 }
calls:
  ring_timeout: 0
bus: amqp://x
`;
  expect(problems(yaml)).toEqual([
    'config.yaml:2: xmpp.domains must be a list, such as [a, b]; found "example.org".',
    'config.yaml:5: unknown key xmpp.components[0].secrte; did you mean secret?',
    'config.yaml:6: xmpp.components[0].port must be at most 65535; found 70000.',
    'config.yaml:8: unknown key sip.listen-port; did you mean listen_port?',
    'config.yaml:9: sip.proxy_transport must be udp, tcp or tls; found "sctp".',
    'config.yaml:10: sip.proxy_port must be a number; found "5600".',
    'config.yaml:11: sip.sdp_origin must be text: put it in quotes; found 127.',
    expect.stringMatching(/^config\.yaml:12: unknown key sip\.colour; the keys here are listen_host, /),
    'config.yaml:13: unknown key listen_port; it belongs under sip.',
    'config.yaml:14: limits must be a section with keys of its own; found 3.',
    'config.yaml:15: messages.message_accept must be 202 or 200; found 500.',
    'config.yaml:17: calls.ring_timeout must be more than 0; found 0.',
    'config.yaml:18: bus is wrong: write memory or nats://HOST:PORT; found "amqp://x".',
  ]);
});

test('config - what is missing is named', () => {
  expect(problems('sip: { listen_port: 1 }')).toEqual([
    'config.yaml: xmpp is missing; it needs domains and components.',
  ]);
  expect(problems('xmpp:\n  domains: []\n  components: [ { secret: x } ]\n')).toEqual([
    'config.yaml:2: xmpp.domains needs at least one entry; found an empty list.',
    'config.yaml:3: xmpp.components[0].domain is missing.',
  ]);
});

test('config - a secret of the wrong type is not quoted', () => {
  const [problem] = problems(MINIMAL.replace('s3cret', '4711'));
  expect(problem).toBe('config.yaml:5: xmpp.components[0].secret must be text: put it in quotes.');
});

test.each([
  ['xmpp: [', 'config.yaml:1: not valid YAML: '],
  ['a: 1\na: 2\n', 'config.yaml:2: not valid YAML: '],
  ['a: *nowhere\n', 'config.yaml: not valid YAML: '],
  ['- 1\n', 'config.yaml: the configuration must be a section with keys of its own; found a list.'],
  ['', 'config.yaml: xmpp is missing; it needs domains and components.'],
])('config - %j is refused with a place', (yaml, start) => {
  const found = problems(yaml);
  expect(found[0]).toContain(start);
  expect(found).toHaveLength(1);
});

test('config - the environment overrides the file, typed by the schema', () => {
  const env = {
    STOXGATE_SIP__LISTEN_PORT: '5061',
    STOXGATE_SIP__PEERS: '192.0.2.1, 198.51.100.0/24',
    STOXGATE_XMPP__DOMAINS: '["a.example", "b.example"]',
    STOXGATE_XMPP__COMPONENTS__0__SECRET: '12345',
    STOXGATE_MESSAGES__MESSAGE_ACCEPT: '200',
    STOXGATE_CALLS__RING_TIMEOUT: '2.5',
    STOXGATE_LOG__LEVEL: 'debug',
  };
  expect(config(MINIMAL, { env })).toMatchObject({
    sip: { listen_port: 5061, peers: ['192.0.2.1', '198.51.100.0/24'] },
    xmpp: {
      domains: ['a.example', 'b.example'],
      components: [{ secret: '12345', domain: 'sip.example.org' }],
    },
    messages: { message_accept: 200 },
    calls: { ring_timeout: 2.5 },
    log: { level: 'debug' },
  });
});

test('config - the environment alone is enough', () => {
  const env = {
    STOXGATE_XMPP__DOMAINS: 'example.org',
    STOXGATE_XMPP__COMPONENTS: '[{"domain": "sip.example.org", "secret": "x"}]',
  };
  expect(loadConfig({ env })).toMatchObject({ ok: true, config: { sip: { listen_port: 5600 } } });
});

test('config - environment problems name the variable', () => {
  const env = {
    STOXGATE_SIP__LISTENPORT: '1',
    STOXGATE_SIP_LISTEN_PORT: '1',
    STOXGATE_NONSENSE__AND__MORE: 'x',
    STOXGATE_SIP__PROXY_PORT: 'many',
    STOXGATE_BUS_FILE: '/nowhere',
  };
  expect(problems(MINIMAL, { env })).toEqual([
    'environment STOXGATE_BUS_FILE: cannot read /nowhere (ENOENT).',
    'environment STOXGATE_NONSENSE__AND__MORE: unknown key; see docs/operate/config.md.',
    'environment STOXGATE_SIP_LISTEN_PORT: unknown key; did you mean STOXGATE_SIP__LISTEN_PORT?',
    'environment STOXGATE_SIP__LISTENPORT: unknown key; did you mean STOXGATE_SIP__LISTEN_PORT?',
    'environment STOXGATE_SIP__PROXY_PORT: sip.proxy_port must be a number; found "many".',
  ]);
});

test('config - test settings and what Kubernetes sets beside a Service are nobody’s keys', () => {
  const env = {
    STOXGATE_TEST_NATS_URL: 'nats://x',
    STOXGATE_SERVICE_HOST: '10.0.0.1',
    STOXGATE_SERVICE_PORT_HTTP: '8080',
    STOXGATE_PORT: 'tcp://10.0.0.1:8080',
    STOXGATE_ADMIN_PORT: 'tcp://10.0.0.1:8080',
    STOXGATE_SIP_PORT_5600_UDP_ADDR: '10.0.0.2',
  };
  expect(problems(MINIMAL, { env })).toEqual([]);
});

test('config - secrets come from files beside the configuration, or by _FILE', () => {
  const yaml = MINIMAL.replace('secret: s3cret', 'secret_file: secret');
  expect(config(yaml).xmpp.components[0]?.secret).toBe('from file');
  const env = { STOXGATE_BUS_FILE: join(directory, 'url'), STOXGATE_STORE: 'redis://r' };
  writeFileSync(join(directory, 'url'), 'nats://user:pw@n:4222\n');
  expect(config(MINIMAL, { env }).bus).toBe('nats://user:pw@n:4222');
  expect(problems(MINIMAL.replace('secret: s3cret', 'secret_file: empty'))).toEqual([
    `config.yaml:5: xmpp.components[0].secret_file: ${join(directory, 'empty')} is empty.`,
  ]);
  expect(problems(MINIMAL.replace('secret: s3cret', 'secret_file: absent'))).toEqual([
    `config.yaml:5: xmpp.components[0].secret_file: cannot read ${join(directory, 'absent')} (ENOENT).`,
  ]);
});

const withComponents = (...components: string[]): string =>
  `xmpp:\n  domains: [example.org]\n  components:\n${components.map((line) => `    - ${line}\n`).join('')}`;

test.each([
  [
    'a component without a secret',
    withComponents('{ domain: a.org }'),
    'config.yaml:4: xmpp.components[0] needs secret or secret_file.',
  ],
  [
    'a component with two',
    withComponents('{ domain: a.org, secret: x, secret_file: y }'),
    'config.yaml:4: xmpp.components[0] has both secret and secret_file; keep one.',
  ],
  [
    'one domain twice',
    withComponents('{ domain: a.org, secret: x }', '{ domain: A.org, secret: x }'),
    'config.yaml:5: component domain a.org is already that of xmpp.components[0].',
  ],
  [
    'a served domain as component',
    withComponents('{ domain: example.org, secret: x }'),
    'config.yaml:4: component domain example.org is also in xmpp.domains; SIP users need a domain of their own.',
  ],
  [
    'a served domain as sip_domain',
    withComponents('{ domain: a.org, sip_domain: example.org, secret: x }'),
    'config.yaml:4: sip_domain example.org is also in xmpp.domains; an address there could mean either side.',
  ],
  [
    'one SIP domain twice',
    withComponents('{ domain: a.org, secret: x }', '{ domain: b.org, sip_domain: a.org, secret: x }'),
    'config.yaml:5: SIP domain a.org is already that of xmpp.components[0].',
  ],
  [
    'NATS without Redis',
    `${MINIMAL}bus: nats://u:pw@127.0.0.1:4222\n`,
    'config.yaml: bus is nats://[redacted]@127.0.0.1:4222 and store is memory: several processes need both NATS and Redis, one process needs neither.',
  ],
  [
    'Redis without NATS',
    `${MINIMAL}store: redis://127.0.0.1\n`,
    'config.yaml: bus is memory and store is redis://127.0.0.1: several processes need both NATS and Redis, one process needs neither.',
  ],
  [
    'a peer that is no address',
    `${MINIMAL}sip:\n  peers: [192.0.2.0/24, proxy.example, "::1/129"]\n`,
    'config.yaml:7: sip.peers[1] must be an address, a CIDR or tls: and a name; found "proxy.example".',
    'config.yaml:7: sip.peers[2] must be an address, a CIDR or tls: and a name; found "::1/129".',
  ],
  [
    'nobody who may send SIP',
    `${MINIMAL}sip: { proxy_host: "" }\n`,
    'config.yaml:6: sip.peers is empty and there is no sip.proxy_host, so nobody could send us SIP; set one.',
  ],
  [
    'credentials without a password',
    `${MINIMAL}sip:\n  credentials:\n    - username: gateway\n`,
    'config.yaml:8: sip.credentials[0] needs password or password_file.',
  ],
  [
    'a collector without a scheme',
    `${MINIMAL}telemetry: { otlp_endpoint: "127.0.0.1:4318" }\n`,
    'config.yaml:6: telemetry.otlp_endpoint must be an address such as http://127.0.0.1:4318; found "127.0.0.1:4318".',
  ],
])('config - refuses %s', (_what, yaml, ...sentences) => {
  expect(problems(yaml)).toEqual(sentences);
});

test('config - a role of its own needs NATS and Redis', () => {
  expect(problems(MINIMAL, { role: 'sip-edge' })).toEqual([
    'config.yaml: role sip-edge is one of several processes, which meet in NATS and Redis: set bus to nats://HOST:PORT and store to redis://HOST:PORT.',
  ]);
  const both = `${MINIMAL}bus: nats://n\nstore: redis://r\n`;
  expect(problems(both, { role: 'sip-edge' })).toEqual([]);
});

test('print-config - shows the effective values and no secret, and loads again', () => {
  const yaml = `${MINIMAL}    - { domain: b.example.org, secret_file: secret }
sip:
  credentials: [ { username: gateway, password: hunter2 } ]
bus: nats://user:pw@127.0.0.1:4222
store: redis://:pw@127.0.0.1
`;
  const printed = printConfig(config(yaml));
  expect(printed).toContain('listen_port: 5600');
  expect(printed).toContain('secret_file: secret');
  expect(printed).toContain('bus: nats://[redacted]@127.0.0.1:4222');
  for (const secret of ['s3cret', 'hunter2', 'pw', 'from file']) expect(printed).not.toContain(secret);
  expect(problems(printed)).toEqual([]);
});

test('print-config - every form of secret in an address is hidden', () => {
  expect(redactAddress('redis://:p@ss/w@h:6379/0')).toBe('redis://[redacted]@h:6379/0');
  expect(redactAddress('nats://token@h')).toBe('nats://[redacted]@h');
  expect(redactAddress('nats://u:p@a,nats://u:p@b')).toBe('nats://[redacted]@b');
  expect(redactAddress('nats://h:4222')).toBe('nats://h:4222');
});

const withTls = (tls: Record<string, unknown>, sip: Record<string, unknown> = {}): string =>
  `${MINIMAL}sip: ${JSON.stringify({ ...sip, tls })}\n`;

test('config tls - files are found beside the configuration file; without any there is no TLS', () => {
  for (const name of ['test-localhost.cert', 'test-localhost.key', 'test-ca.cert']) {
    copyFileSync(join(certificates, `${name}.pem`), join(directory, `${name}.pem`));
  }
  const files = {
    cert_file: 'test-localhost.cert.pem',
    key_file: 'test-localhost.key.pem',
    ca_file: 'test-ca.cert.pem',
  };
  const { tls } = config(withTls(files, { proxy_transport: 'tls', peers: ['tls:sip.example.net'] })).sip;
  expect(tls).toEqual({
    port: 5061,
    cert_file: join(directory, files.cert_file),
    key_file: join(directory, files.key_file),
    ca_file: join(directory, files.ca_file),
    verify_client: true,
  });
  expect(config(MINIMAL).sip.tls).toMatchObject({ cert_file: '', key_file: '', ca_file: '' });
});

test('config - DNS servers are addresses, with a port or without', () => {
  const good = ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:5353'];
  expect(config(`${MINIMAL}sip: ${JSON.stringify({ dns_servers: good })}\n`).sip.dns_servers).toEqual(good);
  const bad = ['dns.example', '192.0.2.53:0', '[192.0.2.53]:53', '2001:db8::53]:53'];
  const found = problems(`${MINIMAL}sip: ${JSON.stringify({ dns_servers: bad })}\n`);
  expect(found).toHaveLength(bad.length);
  for (const server of bad) expect(found.join()).toContain(`found "${server}".`);
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
