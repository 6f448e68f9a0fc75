import { MsrpPeer } from '@stoxgate/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, connected, connectTo, end, opened, passes, world } from '../testing/chat-world.ts';
import { MSRP_TIMING } from './timing.ts';

beforeEach(begin);
afterEach(end);

test('msrp - malformed requests get their answer, unknown methods 501, several URIs 481', async () => {
  const { open, peer, path } = await connected('passive');
  expect(await peer.request({ method: 'NICKNAME' })).toBe(501);
  expect(await peer.request({ contentType: 'text/plain', body: new Uint8Array(2) })).toBe(400);
  const toPath = [...peer.post({}).toPath, ...peer.post({}).toPath];
  expect(await peer.request({ toPath, byteRange: { start: 1, end: 0, total: 0 } })).toBe(481);
  expect(path).toContain('/s1;tcp');
  expect(open.drops).toEqual(['malformed']);
});

test('msrp - who does not know a session gets 481 once and is cut; who says nothing is cut in time', async () => {
  const { open, peer } = await world();
  const path = await open.session('s1');
  expect(await peer.connect(path.replace('/s1;', '/guess;'))).toBe(481);
  await peer.isClosed();
  await peer.connect(path, { isSilent: true });
  await expect.poll(() => open.endpoint.connections).toBe(1);
  await passes(MSRP_TIMING.strangerMs);
  expect(open.drops).toEqual(['no-session']);
  await passes(MSRP_TIMING.sweepMs);
  await peer.isClosed();
  await peer.connect(path, { isSilent: true });
  peer.write('GET / HTTP/1.1\r\n\r\n');
  await peer.isClosed();
  expect(open.drops).toEqual(['no-session', 'stranger', 'malformed']);
  expect(await peer.connect(path)).toBe(200);
});

test('msrp - strangers of one address are few at a time', async () => {
  const { open, peer } = await world({ limits: { maxConnections: 1000 } });
  const path = await open.session('s1');
  const strangers = await Promise.all(Array.from({ length: 33 }, () => MsrpPeer.open()));
  opened.push(...strangers.map((one) => () => one.close()));
  for (const stranger of strangers) await stranger.connect(path, { isSilent: true });
  await expect.poll(() => open.drops).toEqual(['full']);
  expect(open.endpoint.connections).toBe(32);
  strangers[0]?.hangUp();
  await expect.poll(() => open.endpoint.connections).toBe(31);
  expect(await peer.connect(path)).toBe(200);
});

test('msrp - a session belongs to one connection: 506 on another, also where we connect', async () => {
  const { open, peer, path } = await connected('passive');
  const thief = await MsrpPeer.open();
  opened.push(() => thief.close());
  expect(await thief.connect(path)).toBe(506);
  await thief.isClosed();
  const silent = await MsrpPeer.open({ answer: () => undefined });
  opened.push(() => silent.close());
  const other = await open.session('s2');
  connectTo(open, silent, 'active', 's2');
  await silent.next();
  expect(await thief.connect(other)).toBe(506);
  expect(await peer.send('mine')).toBe(200);
});

test('msrp - addresses that are not admitted can neither connect nor be connected to', async () => {
  const { open, peer } = await world({ options: { admits: () => false } });
  const path = await open.session('s1');
  await peer.connect(path, { isSilent: true });
  await peer.isClosed();
  expect(open.drops).toEqual(['unadmitted']);
  connectTo(open, peer, 'active');
  expect(await open.event()).toMatchObject({ type: 'msrp.session.failed', cause: 'unreachable' });
});

test('msrp - sessions and connections are bounded; asked again a session is the same', async () => {
  const { open, peer } = await world({ limits: { maxSessions: 1, maxConnections: 1 } });
  const path = await open.session('s1');
  expect(await open.session('s1')).toBe(path);
  open.endpoint.open('o', { type: 'msrp.session.open', session: 's2', isSecure: false });
  expect(await open.event()).toMatchObject({ type: 'msrp.session.failed', session: 's2', cause: 'full' });
  open.endpoint.open('o', { type: 'msrp.session.open', session: 's1', isSecure: true });
  expect(await open.event()).toMatchObject({ cause: 'no-tls' });
  expect(await peer.connect(path)).toBe(200);
  const other = await MsrpPeer.open();
  opened.push(() => other.close());
  await other.connect(path, { isSilent: true });
  await other.isClosed();
  expect(open.drops).toEqual(['full']);
});
