import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  config,
  MINIMAL,
  makeDirectory,
  pathOf,
  problems,
  removeDirectory,
  write,
} from '../testing/config-files.ts';
import { loadConfig } from './load.ts';

beforeAll(makeDirectory);
afterAll(removeDirectory);

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

test('config - secrets come from files beside the configuration, or by _FILE', () => {
  const yaml = MINIMAL.replace('secret: s3cret', 'secret_file: secret');
  expect(config(yaml).xmpp.components[0]?.secret).toBe('from file');
  const env = { STOXGATE_BUS_FILE: pathOf('url'), STOXGATE_STORE: 'redis://r' };
  write('url', 'nats://user:pw@n:4222\n');
  expect(config(MINIMAL, { env }).bus).toBe('nats://user:pw@n:4222');
  expect(problems(MINIMAL.replace('secret: s3cret', 'secret_file: empty'))).toEqual([
    `config.yaml:5: xmpp.components[0].secret_file: ${pathOf('empty')} is empty.`,
  ]);
  expect(problems(MINIMAL.replace('secret: s3cret', 'secret_file: absent'))).toEqual([
    `config.yaml:5: xmpp.components[0].secret_file: cannot read ${pathOf('absent')} (ENOENT).`,
  ]);
});
