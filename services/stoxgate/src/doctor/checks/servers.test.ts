import { expect, test } from 'vitest';
import { configOf, fakeProbes, REFUSED, type Script, scripted } from '../testing/fake-probes.ts';
import { checkComponents } from './component.ts';
import { checkNats, isAtLeast } from './nats.ts';
import { checkPhones } from './phones.ts';
import { checkRedis } from './redis.ts';
import { checkRelays, checkTelemetry } from './relays-and-traces.ts';
import { checkSipProxy, isOwnAddress } from './sip-proxy.ts';

const named = (findings: readonly { name?: string; level: string }[]) =>
  findings.map(({ name, level }) => name ?? level);
const connecting = (script: Script) => fakeProbes({ connect: () => Promise.resolve(scripted(script)) });

const STREAM = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' id='abc'>";
const failing = (condition: string) =>
  `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`;

test.each([
  ['takes the handshake', `${STREAM}<handshake/></stream:stream>`, 'ok'],
  ['refuses it', STREAM + failing('not-authorized'), 'component-secret'],
  ['knows no such host', STREAM + failing('host-unknown'), 'component-host-unknown'],
  ['has it connected', STREAM + failing('conflict'), 'component-conflict'],
  ['is for clients', "<stream:stream xmlns='jabber:client' id='a'>", 'component-no-listener'],
  ['is a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'component-no-listener'],
  ['says nothing', '', 'component-no-listener'],
])('doctor component - what listens %s', async (_, answer, name) => {
  const probes = connecting((said) =>
    said.includes('<handshake>') || !answer.startsWith(STREAM) ? answer : STREAM,
  );
  expect(named(await checkComponents(configOf(), probes, false))).toEqual([name]);
});

const discovered = (...features: string[]) =>
  `<iq type='result' id='doctor xmpp.test' from='xmpp.test'><query xmlns='http://jabber.org/protocol/disco#info'>${features
    .map((name) => `<feature var='${name}'/>`)
    .join('')}</query></iq>`;

test.each([
  ['says so', discovered('jabber:iq:version', 'stoxgate:intercept:0'), ['ok', 'ok']],
  ['says other things', discovered('jabber:iq:version', 'stoxgate:intercept'), ['ok', 'intercept-missing']],
  ['refuses to say', "<iq type='error' id='doctor xmpp.test'><error/></iq>", ['ok', 'intercept-missing']],
  ['never says', discovered('stoxgate:intercept:0').slice(0, -5), ['ok', 'intercept-missing']],
])('doctor intercept - a server that %s', async (_, answer, names) => {
  const takes = `${STREAM}<handshake/>`;
  const probes = connecting((said) => {
    if (said.includes('</stream:stream>')) return `${takes}${answer}</stream:stream>`;
    if (said.includes('to="xmpp.test"')) return takes + answer;
    return said.includes('<handshake>') ? takes : STREAM;
  });
  const xmpp = {
    domains: ['xmpp.test'],
    components: [
      { domain: 'sip.xmpp.test', secret: 's' },
      { domain: 'more.xmpp.test', secret: 's' },
    ],
    intercept: [{ domain: 'xmpp.test' }],
  };
  const found = await checkComponents(configOf({ xmpp }), probes, false);
  expect(named(found.slice(0, 2))).toEqual(names);
  expect(found.map(({ key }) => key)).toEqual([
    'xmpp.components[0].port',
    'xmpp.intercept[0]',
    'xmpp.components[1].port',
  ]);
});

test('doctor component - a running gateway keeps its link; nobody there is said', async () => {
  const probes = fakeProbes({ connect: () => Promise.reject(new Error('asked')) });
  expect(named(await checkComponents(configOf(), probes, true))).toEqual(['ok']);
  expect(named(await checkComponents(configOf(), fakeProbes(), false))).toEqual(['component-unreachable']);
});

const info = (more: object = {}) =>
  `INFO ${JSON.stringify({ version: '2.10.1', jetstream: true, max_payload: 1_048_576, ...more })}\r\n`;
const account = (json: object) => {
  const text = JSON.stringify(json);
  return `MSG _INBOX.doctor 1 ${text.length}\r\n${text}\r\n`;
};
const LIMITS = { limits: { max_storage: -1 } };

test.each([
  [info(), 'PONG\r\n', account(LIMITS), 'ok'],
  [info({ version: '2.8.4' }), '', '', 'nats-version'],
  [info({ jetstream: undefined }), '', '', 'nats-jetstream'],
  [info({ max_payload: 1000 }), '', '', 'nats-payload'],
  [info(), "-ERR 'Authorization Violation'\r\n", '', 'nats-credentials'],
  [info(), '', '', 'nats-credentials'],
  [info(), 'PONG\r\n', account({ error: { code: 503 } }), 'nats-jetstream'],
  [info(), 'PONG\r\n', '', 'nats-jetstream'],
  [info(), 'PONG\r\n', account({ limits: { max_storage: 0 } }), 'nats-storage'],
  ['SSH-2.0-OpenSSH\r\n', '', '', 'nats-unreachable'],
])('doctor NATS - %j, %j, %j', async (greeting, pong, api, name) => {
  const probes = connecting((said) => {
    if (said.includes('$JS.API.INFO')) return greeting + pong + api;
    return said.includes('CONNECT') ? greeting + pong : greeting;
  });
  expect(named(await checkNats(configOf({ bus: 'nats://u:p@a:4222', store: 'redis://a' }), probes))).toEqual([
    name,
  ]);
});

test('doctor NATS - every server of the cluster is looked at; credentials are not in what is said', async () => {
  const findings = await checkNats(configOf({ bus: 'nats://u:sesame@a:4222,b:4223' }), fakeProbes());
  expect(named(findings)).toEqual(['nats-unreachable', 'nats-unreachable']);
  expect(JSON.stringify(findings)).not.toContain('sesame');
});

test.each([
  ['2.9.0', true],
  ['2.10.1-beta', true],
  ['3.0', true],
  ['2.8.99', false],
  ['1.99.99', false],
])('doctor - version %s is at least 2.9: %s', (version, is) => {
  expect(isAtLeast(version, [2, 9, 0])).toBe(is);
});

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const pair = (one: string, other: string) => `*2\r\n${bulk(one)}${bulk(other)}`;
interface FakeRedis {
  readonly info?: string;
  readonly policy?: string;
  readonly save?: string;
  readonly auth?: string;
  readonly cluster?: string;
}
/** Answers as many commands as it was told. */
const redis =
  ({
    info: more = '',
    policy = 'noeviction',
    save = '',
    auth = '+OK\r\n',
    cluster = '',
  }: FakeRedis): Script =>
  (said) =>
    [
      ...said.matchAll(
        /\r\n(CLUSTER\r\n\$4\r\nINFO|AUTH|INFO|TIME|CONFIG\r\n\$3\r\nGET\r\n\$\d+\r\n[a-z-]+)\r\n/g,
      ),
    ]
      .map(([, command = '']) => {
        if (command === 'AUTH') return auth;
        if (command.startsWith('CLUSTER')) return bulk(`cluster_state:${cluster}\r\n`);
        if (command === 'TIME') return pair('3', '0');
        if (command === 'INFO') {
          return more.startsWith('-')
            ? more
            : bulk(`${more}\r\nredis_version:7.0.15\r\nrole:master\r\naof_enabled:1\r\n`);
        }
        return command.endsWith('save') ? pair('save', save) : pair('maxmemory-policy', policy);
      })
      .join('');

test.each<readonly [FakeRedis, string]>([
  [{}, 'ok'],
  [{ info: 'redis_version:6.0.9' }, 'redis-version'],
  [{ info: 'role:slave' }, 'redis-replica'],
  [{ info: 'cluster_enabled:1\r\nrole:slave', cluster: 'ok' }, 'ok'],
  [{ info: 'cluster_enabled:1', cluster: 'fail' }, 'redis-cluster'],
  [{ policy: 'volatile-lru' }, 'redis-eviction'],
  [{ info: 'aof_enabled:0' }, 'redis-persistence'],
  [{ info: 'aof_enabled:0', save: '3600 1' }, 'ok'],
  [{ auth: '-WRONGPASS invalid\r\n' }, 'redis-credentials'],
  [{ info: '-NOAUTH Authentication required.\r\n' }, 'redis-credentials'],
])('doctor Redis - %j', async (fake, name) => {
  const probes = connecting(redis(fake));
  const config = configOf({ bus: 'nats://a:4222', store: 'redis://u:sesame@a:6379' });
  const findings = await checkRedis(config, probes);
  expect(named(findings)).toEqual([name]);
  expect(JSON.stringify(findings)).not.toContain('sesame');
});

test('doctor Redis - its clock is noted; memory has none', async () => {
  const probes = connecting(redis({}));
  await checkRedis(configOf({ bus: 'nats://a', store: 'redis://a' }), probes);
  expect(probes.clocks()).toEqual([{ whose: 'Redis at a:6379', aheadSeconds: 3.5 }]);
  expect(await checkRedis(configOf(), fakeProbes())).toEqual([]);
  expect(await checkNats(configOf(), fakeProbes())).toEqual([]);
});

const PRIMARY = pair('r', '6380');

test.each<readonly [string, Readonly<Record<string, string>>, FakeRedis, readonly string[]]>([
  ['agree on a primary that is well', { a: PRIMARY, b: PRIMARY }, {}, ['ok']],
  ['name one that forgets', { a: PRIMARY, b: PRIMARY }, { policy: 'allkeys-lru' }, ['redis-eviction']],
  ['are down', {}, {}, ['redis-sentinel', 'redis-sentinel']],
  ['are down but for one', { b: PRIMARY }, {}, ['redis-sentinel', 'ok']],
  ['know no such name', { a: '*-1\r\n', b: '*-1\r\n' }, {}, ['redis-sentinel', 'redis-sentinel']],
  ['do not agree', { a: PRIMARY, b: pair('r', '6381') }, {}, ['redis-sentinel', 'ok']],
  ['want a password', { a: '-NOAUTH\r\n', b: PRIMARY }, {}, ['redis-sentinel', 'ok']],
  ['are none', { a: 'SSH-2.0\r\n', b: PRIMARY }, {}, ['redis-sentinel', 'ok']],
])('doctor Redis - its Sentinels %s', async (_, sentinels, fake, names) => {
  const probes = fakeProbes({
    connect: ({ host }) => {
      if (host === 'r') return Promise.resolve(scripted(redis(fake)));
      const reply = sentinels[host];
      return Promise.resolve(reply === undefined ? REFUSED : scripted(() => reply));
    },
  });
  const store = 'redis+sentinel://:sesame@a:26379,b:26379/primary';
  const findings = await checkRedis(configOf({ bus: 'nats://a', store }), probes);
  expect(named(findings)).toEqual(names);
  expect(JSON.stringify(findings)).not.toContain('sesame');
});

const response = (...lines: string[]) => ['SIP/2.0 404 Not Found', ...lines, '', ''].join('\r\n');
const PROXY = { sip: { proxy_host: '192.0.2.1', proxy_transport: 'udp' } };

test.each([
  [response(), 'ok'],
  ['', 'sip-proxy-silent'],
  ['HTTP/1.1 400 Bad Request\r\n\r\n', 'sip-proxy-silent'],
])('doctor SIP proxy - answers %j', async (answer, name) => {
  const probes = fakeProbes({ udp: () => Promise.resolve(scripted(() => answer)) });
  expect(named(await checkSipProxy(configOf(PROXY), ['192.0.2.1'], false, probes))).toEqual([name]);
});

test('doctor SIP proxy - its certificate, its clock, none at all', async () => {
  const tls = configOf({ sip: { proxy_host: 'proxy.test', proxy_transport: 'tls' } });
  const distrusted = fakeProbes({
    connectTls: () => Promise.resolve(scripted(() => '', 'SELF_SIGNED_CERT_IN_CHAIN')),
  });
  expect(named(await checkSipProxy(tls, ['192.0.2.1'], false, distrusted))).toEqual([
    'sip-proxy-certificate',
  ]);
  expect(named(await checkSipProxy(tls, ['192.0.2.1'], false, fakeProbes()))).toEqual([
    'sip-proxy-unreachable',
  ]);
  expect(named(await checkSipProxy(tls, [], false, fakeProbes()))).toEqual(['sip-proxy-unresolved']);
  const dated = fakeProbes({
    connectTls: () => Promise.resolve(scripted(() => response('Date: Thu, 01 Jan 1970 00:00:09 GMT'))),
  });
  await checkSipProxy(tls, ['192.0.2.1'], false, dated);
  expect(dated.clocks()).toEqual([{ whose: 'proxy.test:5600/tls', aheadSeconds: 9 }]);
  const none = configOf({ sip: { proxy_host: '', peers: ['192.0.2.1'] } });
  expect(named(await checkSipProxy(none, [], false, fakeProbes()))).toEqual(['ok']);
});

test('doctor SIP proxy - it is not where we listen ourselves', async () => {
  const here = configOf({ sip: { proxy_host: 'localhost' } });
  expect(isOwnAddress(here, ['127.0.0.1', '::1'], [])).toBe(true);
  expect(isOwnAddress(here, ['192.0.2.5'], ['192.0.2.5'])).toBe(true);
  expect(isOwnAddress(here, ['192.0.2.6'], ['192.0.2.5'])).toBe(false);
  expect(isOwnAddress(here, [], [])).toBe(false);
  const one = configOf({ sip: { proxy_host: 'localhost', listen_host: '192.0.2.5' } });
  expect(isOwnAddress(one, ['192.0.2.5', '192.0.2.6'], [])).toBe(true);
  expect(isOwnAddress(one, ['127.0.0.1'], ['192.0.2.5'])).toBe(false);
  const other = configOf({ sip: { proxy_host: 'localhost', proxy_port: 5060 } });
  expect(isOwnAddress(other, ['127.0.0.1'], [])).toBe(false);
  expect(named(await checkSipProxy(here, ['127.0.0.1'], true, fakeProbes()))).toEqual(['sip-proxy-self']);
});

test('doctor - relays, connection managers, the table and the collector of traces', async () => {
  const config = configOf({
    media: { relay: 'auto', rtpengine: ['udp:192.0.2.1:2223', 'udp:[2001:db8::1]:2223'] },
    phones: { bosh_url: 'https://xmpp.test/http-bind', database: { url: 'postgres://u:sesame@a/d' } },
    telemetry: { otlp_endpoint: 'http://192.0.2.9:4318/' },
  });
  const answering = fakeProbes({
    udp: () => Promise.resolve(scripted(() => 'doctor d6:result4:ponge')),
    http: () =>
      Promise.resolve({
        ok: true,
        status: 200,
        text: "<body xmlns='http://jabber.org/protocol/httpbind'/>",
        headers: new Headers({ date: 'Thu, 01 Jan 1970 00:00:09 GMT' }),
      }),
  });
  const all = async (probes: ReturnType<typeof fakeProbes>) =>
    named([
      ...(await checkRelays(config, probes)),
      ...(await checkPhones(config, probes)),
      ...(await checkTelemetry(config, probes)),
    ]);
  expect(await all(answering)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  expect(answering.clocks()).toEqual([{ whose: 'xmpp.test', aheadSeconds: 9.5 }]);
  const wrong = fakeProbes({
    udp: () => Promise.resolve(scripted(() => '')),
    http: () => Promise.resolve({ ok: true, status: 404, text: 'no', headers: new Headers() }),
    tableFault: () => Promise.resolve('no such table'),
  });
  const silent = ['relay-silent', 'relay-silent'];
  expect(await all(wrong)).toEqual([...silent, 'bosh-missing', 'database-unreachable', 'otlp-path']);
  const nobody = fakeProbes({ udp: () => Promise.resolve(REFUSED) });
  expect(await all(nobody)).toEqual([...silent, 'bosh-unreachable', 'ok', 'otlp-unreachable']);
});

const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n';

test.each([
  ['xmpp://h:5222', "<stream:stream xmlns='jabber:client' from='xmpp.test'>", 'ok'],
  ['xmpp://h', 'SSH-2.0\r\n', 'client-missing'],
  ['ws://h/xmpp-websocket', SWITCHED, 'ok'],
  ['ws://h/other', 'HTTP/1.1 404 Not Found\r\n\r\n', 'client-missing'],
  ['ws://h/chat', SWITCHED.replace('xmpp', 'chat'), 'client-missing'],
])('doctor phones - clients at %s that hear %j', async (client_url, answer, name) => {
  const phones = { transport: 'client', client_url };
  expect(
    named(
      await checkPhones(
        configOf({ phones }),
        connecting(() => answer),
      ),
    ),
  ).toEqual([name]);
  expect(named(await checkPhones(configOf({ phones }), fakeProbes()))).toEqual(['client-unreachable']);
});

test('doctor phones - clients over TLS: the certificate of xmpps is for the domain, of wss for the host', async () => {
  const names: string[] = [];
  const probes = fakeProbes({
    connectTls: ({ serverName, port }) => {
      names.push(`${serverName}:${port}`);
      return Promise.resolve(scripted(() => SWITCHED, serverName === 'h' ? undefined : 'CERT_HAS_EXPIRED'));
    },
  });
  const client_urls = [{ domain: 'b.test', url: 'xmpps://h' }];
  const phones = { transport: 'client', client_url: 'wss://h/xmpp-websocket', client_urls };
  const findings = await checkPhones(configOf({ phones }), probes);
  expect(named(findings)).toEqual(['ok', 'client-unreachable']);
  expect(findings.map(({ key }) => key)).toEqual(['phones.client_url', 'phones.client_urls[0].url']);
  expect(names).toEqual(['h:443', 'b.test:5223']);
});
