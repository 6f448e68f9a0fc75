import { afterAll, beforeAll, expect, test } from 'vitest';
import { config, MINIMAL, makeDirectory, problems, removeDirectory } from '../testing/config-files.ts';
import { loadConfig } from './load.ts';

beforeAll(makeDirectory);
afterAll(removeDirectory);

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
