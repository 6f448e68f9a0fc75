import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, connected, connectTo, end, passes, received, settle, world } from '../testing/chat-world.ts';
import { EDGE } from '../testing/open-endpoint.ts';
import { MSRP_TIMING } from './timing.ts';

beforeEach(begin);
afterEach(end);

test.each(['active', 'passive'] as const)(
  'msrp - %s: messages both ways, sent and delivered',
  async (role) => {
    const { open, peer } = await connected(role);
    open.send('s1', { message: 'a', wantsReport: true });
    const message = await peer.message();
    expect(message).toMatchObject({
      text: 'hi',
      contentType: 'text/plain',
      wantsReport: true,
      failureReport: 'yes',
    });
    expect(await open.event()).toEqual({ type: 'msrp.message.sent', session: 's1', message: 'a' });
    peer.report(message);
    expect(await open.event()).toEqual({ type: 'msrp.message.delivered', session: 's1', message: 'a' });
    expect(await peer.send('schön', { messageId: 'peer.1', wantsReport: true })).toBe(200);
    expect(await open.event()).toEqual({
      type: 'msrp.message.received',
      session: 's1',
      message: 'peer.1',
      body: { contentType: 'text/plain;charset=UTF-8', content: 'schön', encoding: 'utf8' },
      bytes: 6,
      wantsReport: true,
      failureReport: 'yes',
    });
    open.endpoint.report({
      type: 'msrp.report.send',
      edge: EDGE,
      session: 's1',
      message: 'peer.1',
      bytes: 6,
      status: 200,
    });
    expect(await peer.next('REPORT')).toMatchObject({
      messageId: 'peer.1',
      byteRange: { start: 1, end: 6, total: 6 },
      status: { code: 200 },
    });
  },
);

test('msrp - a peer that binds before its answer is known is connected once it is', async () => {
  const { open, peer } = await world();
  const path = await open.session('s1');
  expect(await peer.connect(path)).toBe(200);
  expect(await peer.send('early')).toBe(200);
  expect(await open.event()).toMatchObject(received('early'));
  open.send('s1');
  connectTo(open, peer, 'passive');
  expect(await open.event()).toMatchObject({ type: 'msrp.session.connected' });
  expect((await peer.message()).text).toBe('hi');
});

test.each(['at once', 'when the bus has it'])(
  'msrp - who binds a session is answered %s before anything is sent',
  async (when) => {
    const { open, peer } = await world();
    const path = await open.session('s1', { peer: { path: [peer.path], role: 'passive' } });
    open.send('s1');
    let pass = (): void => undefined;
    open.passing = () => new Promise((resolve) => (pass = () => resolve(true)));
    await peer.connect(path, { isSilent: true });
    const isMessage = when === 'when the bus has it';
    peer.post({
      messageId: 'first',
      ...(isMessage && { contentType: 'text/plain', body: new Uint8Array(1) }),
    });
    expect(await open.event()).toMatchObject({ type: 'msrp.session.connected' });
    expect(await open.event()).toMatchObject({
      type: `msrp.${isMessage ? 'message.received' : 'message.sent'}`,
    });
    pass();
    await peer.message();
    expect(peer.heard).toEqual(['200', 'SEND']);
  },
);

test.each([
  [481, 'refused'],
  [undefined, 'timeout'],
])('msrp - a session whose first SEND gets %s has failed, and its messages with it', async (code, cause) => {
  const { open, peer } = await world({}, { answer: () => code });
  await open.session('s1');
  open.send('s1', { message: 'a' });
  connectTo(open, peer, 'active');
  await peer.next();
  if (code === undefined) await passes(MSRP_TIMING.transactionMs);
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', message: 'a', cause: 'closed' });
  expect(await open.event()).toMatchObject({
    type: 'msrp.session.failed',
    cause,
    ...(code && { status: code }),
  });
});

test('msrp - nobody there, a path that is none, nobody who connects', async () => {
  const { open, peer } = await world();
  await peer.close();
  await open.session('s1');
  connectTo(open, peer, 'active');
  expect(await open.event()).toEqual({ type: 'msrp.session.failed', session: 's1', cause: 'unreachable' });
  await open.session('s2', {});
  open.endpoint.connect('o', {
    type: 'msrp.session.connect',
    edge: EDGE,
    session: 's2',
    peer: { path: ['sip:x'], role: 'active' },
  });
  expect(await open.event()).toMatchObject({ session: 's2', cause: 'unusable' });
  await open.session('s3');
  connectTo(open, peer, 'passive', 's3');
  await passes(MSRP_TIMING.bindMs);
  expect(await open.event()).toMatchObject({ session: 's3', cause: 'timeout' });
  connectTo(open, peer, 'passive', 's3');
  expect(await open.event()).toMatchObject({ session: 's3', cause: 'unknown' });
});

test('msrp - a connection that is cut ends its sessions; what was not out has failed', async () => {
  const { open, peer } = await connected('active');
  peer.answer = () => undefined;
  open.send('s1', { message: 'a' });
  await peer.next();
  peer.hangUp();
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', message: 'a', cause: 'closed' });
  expect(await open.event()).toEqual({ type: 'msrp.session.closed', session: 's1', cause: 'lost' });
  expect([open.endpoint.sessions, open.endpoint.connections]).toEqual([0, 0]);
});

test('msrp - 481 to a message ends the session', async () => {
  const { open, peer } = await connected('passive');
  peer.answer = () => 481;
  open.send('s1', { message: 'a' });
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', status: 481 });
  expect(await open.event()).toEqual({ type: 'msrp.session.closed', session: 's1', cause: 'gone' });
  await peer.isClosed();
});

test('msrp - after a silence the other end is asked; without an answer the session is over', async () => {
  const { open, peer } = await connected('passive');
  await passes(MSRP_TIMING.keepAliveMs + MSRP_TIMING.sweepMs);
  expect(await peer.next()).not.toHaveProperty('contentType');
  expect(await peer.send('here')).toBe(200);
  expect(await open.event()).toMatchObject(received('here'));
  peer.answer = () => undefined;
  await passes(MSRP_TIMING.keepAliveMs + MSRP_TIMING.sweepMs);
  expect(await peer.next()).not.toHaveProperty('contentType');
  await passes(MSRP_TIMING.transactionMs);
  expect(await open.event()).toEqual({ type: 'msrp.session.closed', session: 's1', cause: 'timeout' });
  await peer.isClosed();
});

test('msrp - a session that is closed ends without an event, and its connection when it carries no other', async () => {
  const { open, peer } = await connected('active');
  await open.session('s2');
  connectTo(open, peer, 'active', 's2');
  await open.event();
  open.endpoint.end({ type: 'msrp.session.close', edge: EDGE, session: 's1' });
  open.send('s2', { message: 'a' });
  expect((await peer.message()).text).toBe('hi');
  expect(await open.event()).toMatchObject({ type: 'msrp.message.sent', session: 's2' });
  open.endpoint.end({ type: 'msrp.session.close', edge: EDGE, session: 's2' });
  await peer.isClosed();
  await settle();
  expect(open.rest()).toEqual([]);
});

test('msrp - sessions end with the process, each with an event', async () => {
  const { open } = await connected('active');
  await open.session('s2');
  await open.close();
  expect(open.rest()).toEqual([
    { type: 'msrp.session.closed', session: 's1', cause: 'stopped' },
    { type: 'msrp.session.closed', session: 's2', cause: 'stopped' },
  ]);
});
