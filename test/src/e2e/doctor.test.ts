/**
 * The doctor among real servers: nothing to say of a good set-up, and of each of these faults what is wrong.
 */
import { createServer, type Server } from 'node:net';
import { Config } from '@stoxgate/runtime';
import {
  freePort,
  type GatewayProcesses,
  type Kamailio,
  type Prosody,
  startGatewayProcesses,
  startKamailio,
  startNats,
  startProsody,
  startRedis,
  startRedisSentinels,
  type TestServer,
} from '@stoxgate/testkit';
import { examine, type Finding, type FindingName, realProbes } from 'stoxgate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const DOMAIN = 'sip.xmpp.test';

let prosody: Prosody;
let kamailio: Kamailio;
let nats: TestServer;
let redis: TestServer;
let taken: Server;
let ports: { readonly sip: number; readonly admin: number; readonly silent: number; readonly taken: number };

beforeAll(async () => {
  [prosody, kamailio, nats, redis] = await Promise.all([
    startProsody({ host: 'xmpp.test', accounts: {}, components: { [DOMAIN]: 's3cret' } }),
    startKamailio({ domain: 'sip.test', routes: {} }),
    startNats(),
    startRedis(),
  ]);
  ports = {
    sip: await freePort(),
    admin: await freePort(),
    silent: await freePort(),
    taken: await freePort(),
  };
  taken = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => taken.listen(ports.taken, '127.0.0.1', resolve));
}, 60_000);
afterAll(async () => {
  taken?.close();
  await Promise.all([prosody?.stop(), kamailio?.stop(), nats?.stop(), redis?.stop()]);
});

interface Changes {
  readonly component?: object;
  readonly sip?: object;
  readonly isIntercepted?: boolean;
  readonly [section: string]: unknown;
}

/** All that is right, but for these changes. */
function configWith({ component, sip, isIntercepted = false, ...others }: Changes = {}) {
  return {
    xmpp: {
      domains: ['xmpp.test'],
      components: [{ domain: DOMAIN, port: prosody.componentPort, secret: 's3cret', ...component }],
      ...(isIntercepted && { intercept: [{ domain: 'xmpp.test' }] }),
    },
    sip: {
      listen_host: '127.0.0.1',
      listen_port: ports.sip,
      proxy_host: 'localhost',
      proxy_port: kamailio.port,
      ...sip,
    },
    phones: { bosh_url: prosody.boshUrl },
    bus: nats.url,
    store: redis.url,
    admin: { port: ports.admin },
    ...others,
  };
}
const look = (changes?: Changes): Promise<readonly Finding[]> =>
  examine(Config.parse(configWith(changes)), realProbes());
const notWell = (findings: readonly Finding[]) => findings.filter(({ level }) => level !== 'ok');

const at = (port: number): string => `127.0.0.1:${port}`;

/** What Redis is told for one look, and then again. */
async function withRedis<Result>(
  [name, value, before]: readonly [string, string, string],
  during: () => Promise<Result>,
): Promise<Result> {
  const set = async (to: string): Promise<void> => {
    const { hostname, port } = new URL(redis.url);
    const opened = await realProbes().connect({ host: hostname, port: Number(port) });
    if (!opened.ok) throw new Error(opened.code);
    opened.line.say(`AUTH pw\r\nCONFIG SET ${name} "${to}"\r\n`);
    await opened.line.hear((heard) => /\+OK\r\n$/.test(heard) || heard.split('\r\n').length > 2);
    opened.line.close();
  };
  await set(value);
  try {
    return await during();
  } finally {
    await set(before);
  }
}

describe('doctor', () => {
  test('doctor - has nothing to say of a good set-up, and looks at all of it', async () => {
    const findings = await look();
    expect(notWell(findings)).toEqual([]);
    expect(findings.map(({ key }) => key)).toEqual([
      'admin.port',
      'xmpp.components[0].port',
      'sip.proxy_host',
      'sip.listen_port',
      'sip.local_host',
      'sip.peers',
      'phones.bosh_url',
      'bus',
      'store',
      'limits.sip_connections',
      ...findings.slice(10).map(() => ''),
    ]);
  });

  const FAULTS: readonly (readonly [string, () => Changes, FindingName, string])[] = [
    [
      'another secret',
      () => ({ component: { secret: 'other' } }),
      'component-secret',
      'xmpp.components[0].secret',
    ],
    [
      'a component that is not declared',
      () => ({ component: { domain: 'x.xmpp.test' } }),
      'component-host-unknown',
      'xmpp.components[0].domain',
    ],
    [
      'no listener for components',
      () => ({ component: { port: ports.silent } }),
      'component-unreachable',
      'xmpp.components[0].port',
    ],
    [
      'the port of clients',
      () => ({ component: { port: prosody.clientPort } }),
      'component-no-listener',
      'xmpp.components[0].port',
    ],
    [
      'a proxy that is silent',
      () => ({ sip: { proxy_port: ports.silent } }),
      'sip-proxy-silent',
      'sip.proxy_host',
    ],
    [
      'calls that the XMPP server keeps to itself',
      () => ({ isIntercepted: true }),
      'intercept-missing',
      'xmpp.intercept[0]',
    ],
    [
      'a proxy without TCP',
      () => ({ sip: { proxy_port: ports.silent, proxy_transport: 'tcp' } }),
      'sip-proxy-unreachable',
      'sip.proxy_port',
    ],
    [
      'a proxy that no name leads to',
      () => ({ sip: { proxy_host: 'nowhere.invalid' } }),
      'sip-proxy-unresolved',
      'sip.proxy_host',
    ],
    [
      'a SIP port that is taken',
      () => ({ sip: { listen_port: ports.taken } }),
      'listen-port-taken',
      'sip.listen_port',
    ],
    [
      'an address of another machine',
      () => ({ sip: { listen_host: '192.0.2.1' } }),
      'listen-address',
      'sip.listen_host',
    ],
    [
      'an address that is none',
      () => ({ sip: { local_host: '0.0.0.0' } }),
      'local-host-unspecified',
      'sip.local_host',
    ],
    [
      'peers without the proxy',
      () => ({ sip: { peers: ['192.0.2.0/24'] } }),
      'peers-without-proxy',
      'sip.peers',
    ],
    ['no NATS server', () => ({ bus: `nats://${at(ports.silent)}` }), 'nats-unreachable', 'bus'],
    ['another server as NATS', () => ({ bus: `nats://${at(ports.taken)}` }), 'nats-unreachable', 'bus'],
    [
      'stanzas that NATS does not take',
      () => ({ limits: { stanza_bytes: 10_000_000 } }),
      'nats-payload',
      'bus',
    ],
    ['no Redis server', () => ({ store: `redis://${at(ports.silent)}` }), 'redis-unreachable', 'store'],
    [
      'another server as Redis',
      () => ({ store: `redis://${at(ports.taken)}` }),
      'redis-unreachable',
      'store',
    ],
    [
      'no media relay',
      () => ({ media: { relay: 'auto', rtpengine: [`udp:${at(ports.silent)}`] } }),
      'relay-silent',
      'media.rtpengine[0]',
    ],
    [
      'a path without BOSH',
      () => ({ phones: { bosh_url: `${prosody.boshUrl}x` } }),
      'bosh-missing',
      'phones.bosh_url',
    ],
    [
      'no BOSH',
      () => ({ phones: { bosh_url: `http://${at(ports.silent)}/` } }),
      'bosh-unreachable',
      'phones.bosh_url',
    ],
    [
      'no collector',
      () => ({ telemetry: { otlp_endpoint: `http://${at(ports.silent)}` } }),
      'otlp-unreachable',
      'telemetry.otlp_endpoint',
    ],
    [
      'another port as collector',
      () => ({ telemetry: { otlp_endpoint: new URL(prosody.boshUrl).origin } }),
      'otlp-path',
      'telemetry.otlp_endpoint',
    ],
    [
      'an admin port that is taken',
      () => ({ admin: { port: ports.taken } }),
      'admin-port-taken',
      'admin.port',
    ],
    [
      'more connections than files',
      () => ({ limits: { sip_connections: 10_000_000 } }),
      'file-limit',
      'limits.sip_connections',
    ],
  ];

  test.each(FAULTS)('doctor - finds %s', async (_, changes, name, key) => {
    const found = notWell(await look(changes()));
    expect(found).toEqual([expect.objectContaining({ name, key, change: expect.any(String) })]);
  });

  test.each([
    [['maxmemory-policy', 'allkeys-lru', 'noeviction'], 'redis-eviction'],
    [['appendonly', 'no', 'yes'], 'redis-persistence'],
    [['requirepass', 'pw', ''], 'redis-credentials'],
  ] as const)('doctor - finds Redis with %j', async (setting, name) => {
    const found = notWell(await withRedis(setting, () => look()));
    expect(found).toEqual([expect.objectContaining({ name, key: 'store' })]);
  });

  test('doctor - leaves the link of a gateway that runs alone', async () => {
    let gateway: GatewayProcesses | undefined;
    try {
      gateway = await startGatewayProcesses({
        roles: ['all'],
        config: { ...configWith(), bus: 'memory', store: 'memory' },
      });
      await gateway.ready();
      const findings = await look({
        admin: { port: Number(new URL(gateway.processes[0]?.adminUrl ?? '').port) },
      });
      expect(notWell(findings)).toEqual([]);
      expect(findings.find(({ key }) => key === 'xmpp.components[0]')?.what).toContain('left alone');
      expect(findings.find(({ key }) => key === 'sip.listen_port')?.what).toContain("the running gateway's");
      const unaware = notWell(await look({ admin: { port: 0 }, sip: { listen_port: 0 } }));
      expect(unaware).toEqual([expect.objectContaining({ name: 'component-conflict' })]);
      expect(gateway.output()).not.toContain('component disconnected');
    } finally {
      await gateway?.stop();
    }
  });

  test('doctor - finds where clients connect, and where they do not', async () => {
    const phones = async (client_url: string) =>
      (await look({ phones: { transport: 'client', client_url } })).filter(({ key }) => /^phones/.test(key));
    const webSocket = prosody.webSocketUrl;
    for (const url of [`xmpp://127.0.0.1:${prosody.clientPort}`, webSocket]) {
      expect(await phones(url)).toMatchObject([{ level: 'ok', what: `${url} takes clients` }]);
    }
    for (const url of [`xmpp://127.0.0.1:${prosody.componentPort}`, `${webSocket}-2`]) {
      expect(await phones(url)).toMatchObject([{ name: 'client-missing' }]);
    }
    expect(await phones(`xmpp://${at(ports.silent)}`)).toMatchObject([{ name: 'client-unreachable' }]);
  });

  test('doctor - asks Sentinels for the primary, and looks at that', async () => {
    const sentinels = await startRedisSentinels();
    try {
      const findings = await look({ store: sentinels.url });
      expect(notWell(findings)).toEqual([]);
      expect(findings.find(({ key }) => key === 'store')?.what).toMatch(/version \d.*on disk/);
      const misnamed = await look({ store: sentinels.url.replace(/\/\w+$/, '/other') });
      expect(notWell(misnamed).map(({ name }) => name)).toEqual(Array(3).fill('redis-sentinel'));
    } finally {
      await sentinels.stop();
    }
  }, 60_000);
});
