import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { LOCALHOST, TEST_CA } from '@stoxgate/sip-stack/testing';
import { expect, test } from 'vitest';
import type { Opened } from '../probes.ts';
import { openTcp, openTls, openUdp } from './conversation.ts';
import { realProbes } from './real-probes.ts';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
const lineOf = (opened: Opened) => {
  if (!opened.ok) throw new Error(opened.code);
  return opened.line;
};

test('doctor probes - TCP: what is said and heard, until the other end closes', async () => {
  const server = createServer((socket) => socket.on('data', (piece) => socket.end(piece)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const line = lineOf(await openTcp({ host: '127.0.0.1', port: portOf(server) }));
  line.say('hällo');
  expect(await line.hear(() => false)).toBe('h\xc3\xa4llo');
  expect(line.distrust).toBeUndefined();
  line.close();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  expect(await openTcp({ host: '127.0.0.1', port })).toEqual({ ok: false, code: 'ECONNREFUSED' });
});

test('doctor probes - TLS: whose certificate it is', async () => {
  const server = createTlsServer({ ...LOCALHOST }, (socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const to = (serverName: string, ca?: string) =>
    openTls({ host: '127.0.0.1', port: portOf(server), serverName, ...(ca !== undefined && { ca }) });
  const good = lineOf(await to('localhost', String(TEST_CA)));
  expect(good.distrust).toBeUndefined();
  expect(await good.hear((heard) => heard === 'hello')).toBe('hello');
  expect(lineOf(await to('elsewhere.test', String(TEST_CA))).distrust).toMatch(/ALTNAME/);
  expect(lineOf(await to('localhost')).distrust).toMatch(/SIGNATURE|SELF_SIGNED|ISSUER/);
  await new Promise((resolve) => server.close(resolve));
});

test('doctor probes - UDP: an answer, or nobody', async () => {
  const socket = createSocket('udp4');
  socket.on('message', (piece, { port }) => socket.send(`heard ${piece}`, port, '127.0.0.1'));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  const line = lineOf(await openUdp({ host: '127.0.0.1', port }));
  line.say('you');
  expect(await line.hear((heard) => heard !== '')).toBe('heard you');
  line.close();
  await new Promise<void>((resolve) => socket.close(resolve));
  const nobody = lineOf(await openUdp({ host: '127.0.0.1', port }));
  nobody.say('you');
  expect(await nobody.hear(() => false)).toBe('');
  nobody.close();
});

test('doctor probes - ports that are free or taken, files, addresses, clocks', async () => {
  const probes = realProbes();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = { host: '127.0.0.1', port: portOf(server) };
  expect(await probes.listenFault('tcp', at)).toBe('EADDRINUSE');
  await new Promise((resolve) => server.close(resolve));
  expect(await probes.listenFault('tcp', at)).toBeUndefined();
  expect(await probes.listenFault('udp', { ...at, port: 0 })).toBeUndefined();
  expect(await probes.listenFault('udp', { host: '192.0.2.1', port: 0 })).toBe('EADDRNOTAVAIL');
  expect(await probes.readFile('/nowhere')).toBeUndefined();
  expect(await probes.addresses('[2001:db8::1]')).toEqual(['2001:db8::1']);
  expect(await probes.http(`http://127.0.0.1:${at.port}/`)).toEqual({ ok: false, code: 'ECONNREFUSED' });
  probes.noteClock('x', Date.now() / 1000 + 100);
  expect(probes.clocks()[0]?.aheadSeconds).toBeGreaterThan(90);
});
