import { afterAll, beforeAll, expect, test } from 'vitest';
import { config, MINIMAL, makeDirectory, problems, removeDirectory } from '../testing/config-files.ts';

beforeAll(makeDirectory);
afterAll(removeDirectory);

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

test('config - DNS servers are addresses, with a port or without', () => {
  const good = ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:5353'];
  expect(config(`${MINIMAL}sip: ${JSON.stringify({ dns_servers: good })}\n`).sip.dns_servers).toEqual(good);
  const bad = ['dns.example', '192.0.2.53:0', '[192.0.2.53]:53', '2001:db8::53]:53'];
  const found = problems(`${MINIMAL}sip: ${JSON.stringify({ dns_servers: bad })}\n`);
  expect(found).toHaveLength(bad.length);
  for (const server of bad) expect(found.join()).toContain(`found "${server}".`);
});
