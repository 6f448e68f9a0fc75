import { readFileSync } from 'node:fs';
import { certificateFile } from '@stoxgate/sip-stack/testing';
import { expect, test } from 'vitest';
import { configOf, fakeProbes } from '../testing/fake-probes.ts';
import { checkCertificate } from './certificate.ts';
import { checkClock, checkDomains, checkFiles } from './machine.ts';
import { checkOwnAddress, checkPeers } from './own-address.ts';
import { checkPorts } from './ports.ts';
import { checkRunning } from './running.ts';

const named = (findings: readonly { name?: string; level: string }[]) =>
  findings.map(({ name, level }) => name ?? level);
const PUBLIC = ['198.51.100.7'];

test.each([
  ['127.0.0.1', ['127.0.0.1'], ['127.0.0.1'], '127.0.0.1', ['ok']],
  ['127.0.0.1', ['127.0.0.1'], [], '127.0.0.1', ['ok']],
  ['127.0.0.1', ['127.0.0.1'], PUBLIC, '198.51.100.8', ['local-host-loopback']],
  [
    'localhost',
    ['::1', '127.0.0.1'],
    ['10.0.0.1'],
    '127.0.0.1',
    ['local-host-loopback', 'sdp-origin-loopback'],
  ],
  ['0.0.0.0', ['0.0.0.0'], PUBLIC, '198.51.100.8', ['local-host-unspecified']],
  ['gone.test', [], PUBLIC, '198.51.100.8', ['local-host-unresolved']],
  ['192.168.1.5', ['192.168.1.5'], PUBLIC, '192.168.1.5', ['local-host-private']],
  ['192.168.1.5', ['192.168.1.5'], ['192.168.1.1'], '192.168.1.5', ['ok']],
  ['198.51.100.8', ['198.51.100.8'], PUBLIC, '198.51.100.8', ['ok']],
  ['172.32.0.1', ['172.32.0.1'], PUBLIC, '172.32.0.1', ['ok']],
])('doctor own address - %s (%j) beside a proxy at %j, sdp_origin %s', (host, own, proxy, origin, names) => {
  expect(
    named(checkOwnAddress(configOf({ sip: { local_host: host, sdp_origin: origin } }), own, proxy)),
  ).toEqual(names);
});

test.each([
  [[], PUBLIC, ['ok']],
  [['198.51.100.0/24'], PUBLIC, ['ok']],
  [['192.0.2.1'], PUBLIC, ['peers-without-proxy']],
  [['198.51.100.7'], [...PUBLIC, '198.51.100.9'], ['peers-without-proxy']],
  [['192.0.2.1'], [], []],
])('doctor peers - %j and a proxy at %j', (peers, proxy, names) => {
  expect(named(checkPeers(configOf({ sip: { peers } }), proxy))).toEqual(names);
});

test('doctor ports - free, taken, not of this machine, the gateway’s', async () => {
  const config = configOf({ sip: { tls: { cert_file: 'c', key_file: 'k' } } });
  const failing = (code: string) =>
    fakeProbes({ listenFault: (kind) => Promise.resolve(kind === 'tcp' ? code : undefined) });
  expect(named(await checkPorts(config, fakeProbes(), false))).toEqual(['ok', 'ok']);
  expect(named(await checkPorts(config, failing('EADDRINUSE'), false))).toEqual([
    'listen-port-taken',
    'listen-port-taken',
  ]);
  expect(named(await checkPorts(configOf(), failing('EADDRNOTAVAIL'), false))).toEqual(['listen-address']);
  expect(named(await checkPorts(config, failing('EADDRINUSE'), true))).toEqual(['ok', 'ok']);
});

test('doctor - a gateway that runs is known by its admin listener', async () => {
  const answering = (text: string) =>
    fakeProbes({ http: () => Promise.resolve({ ok: true, status: 200, text, headers: new Headers() }) });
  expect((await checkRunning(configOf(), answering('{"state":"alive","lagMs":0}'))).isRunning).toBe(true);
  const other = { ...answering('<html>'), listenFault: () => Promise.resolve('EADDRINUSE') };
  const found = await checkRunning(configOf(), other);
  expect([found.isRunning, named(found.findings)]).toEqual([false, ['admin-port-taken']]);
  expect(await checkRunning(configOf({ admin: { port: 0 } }), other)).toEqual({
    isRunning: false,
    findings: [],
  });
  expect(named((await checkRunning(configOf(), fakeProbes())).findings)).toEqual(['ok']);
});

test('doctor certificate - what is near its end, names another host, is of no known authority', async () => {
  const pem = (name: string) => readFileSync(certificateFile(name), 'utf8');
  const files: Readonly<Record<string, string>> = {
    own: pem('test-localhost.cert'),
    ca: pem('test-ca.cert'),
    other: pem('test-stranger.cert'),
  };
  const look = (sip: object, now = Date.now()) =>
    checkCertificate(
      configOf({ sip }),
      fakeProbes({ readFile: (path) => Promise.resolve(files[path]), now: () => now }),
    );
  const tls = { cert_file: 'own', key_file: 'k' };
  expect(named(await look({ local_host: 'localhost', tls: { ...tls, ca_file: 'ca' } }))).toEqual(['ok']);
  expect(named(await look({ local_host: 'sip.example.net', tls }))).toEqual(['certificate-name']);
  expect(named(await look({ local_host: 'localhost', tls: { ...tls, ca_file: 'other' } }))).toEqual([
    'certificate-untrusted',
  ]);
  const [near] = await look({ local_host: 'localhost', tls }, Date.parse('2999-01-01'));
  expect(near?.name).toBe('certificate-expires');
  expect(await look({})).toEqual([]);
});

test('doctor domains - those that can be in DNS are looked for there', async () => {
  const config = configOf({
    xmpp: {
      domains: ['a.example.dev', 'b.dev', 'xmpp.test', 'lan'],
      components: [{ domain: 'sip.b.dev', secret: 's' }],
    },
  });
  const probes = fakeProbes({ hasServices: (name) => Promise.resolve(name === '_xmpp-client._tcp.b.dev') });
  expect(named(await checkDomains(config, probes))).toEqual(['domain-unresolved', 'ok']);
});

test.each([
  ['Max open files            1024                 4096                 files', 'file-limit'],
  ['Max open files            20000                20000                files', 'ok'],
  ['Max open files            unlimited            unlimited            files', 'ok'],
])('doctor files - %s', async (line, name) => {
  const probes = fakeProbes({ readFile: () => Promise.resolve(`Limit\n${line}\n`) });
  expect(named(await checkFiles(configOf(), probes))).toEqual([name]);
  expect(await checkFiles(configOf(), fakeProbes())).toEqual([]);
});

test('doctor clock - a few seconds are nothing', () => {
  const probes = fakeProbes();
  probes.noteClock('a', 4);
  probes.noteClock('b', -3600);
  expect(named(checkClock(probes))).toEqual(['ok', 'clock-skew']);
  expect(checkClock(probes)[1]?.what).toBe('the clock of b is 3600 s behind');
});
