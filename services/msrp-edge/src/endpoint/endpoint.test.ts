import { MsrpPeer, type MsrpPeerOptions } from '@stoxgate/testkit';
import { afterEach, expect, test } from 'vitest';
import { EDGE, type EndpointSettings, type OpenEndpoint, openEndpoint } from '../testing/open-endpoint.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function world(
  settings: EndpointSettings = {},
  options: MsrpPeerOptions = {},
): Promise<{ open: OpenEndpoint; peer: MsrpPeer }> {
  const [open, peer] = await Promise.all([openEndpoint(settings), MsrpPeer.open(options)]);
  opened.push(() => peer.close(), open.close);
  return { open, peer };
}

const connectTo = (open: OpenEndpoint, peer: MsrpPeer, role: 'active' | 'passive', session = 's1'): void =>
  open.endpoint.connect('o', {
    type: 'msrp.session.connect',
    edge: EDGE,
    session,
    peer: { path: [peer.path], role },
  });

/** A session that is connected: by us to the peer, or by the peer. */
async function connected(
  role: 'active' | 'passive',
  settings: EndpointSettings = {},
  options: MsrpPeerOptions = {},
) {
  const made = await world(settings, options);
  const path = await made.open.session('s1');
  if (role === 'active') made.peer.expect(path);
  connectTo(made.open, made.peer, role);
  if (role === 'passive') expect(await made.peer.connect(path)).toBe(200);
  else await made.peer.next();
  expect(await made.open.event()).toEqual({ type: 'msrp.session.connected', session: 's1' });
  return { ...made, path };
}

const received = (text: string) => ({
  type: 'msrp.message.received',
  body: { content: text, encoding: 'utf8' },
});

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
    expect((await open.rest()).at(-1)).toMatchObject({
      type: `msrp.${isMessage ? 'message.received' : 'message.sent'}`,
    });
    pass();
    await peer.message();
    expect(peer.heard).toEqual(['200', 'SEND']);
  },
);

test('msrp - a long message goes in chunks that can be interrupted, and comes in any', async () => {
  const { open, peer } = await connected('passive');
  const text = 'ä'.repeat(4000);
  open.send('s1', { body: { contentType: 'text/plain', content: text, encoding: 'utf8' } });
  expect((await peer.message()).text).toBe(text);
  const chunks = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];
  expect(
    chunks.map(({ byteRange, flag }) => [byteRange.start, byteRange.end, byteRange.total, flag]),
  ).toEqual([
    [1, 2048, 8000, '+'],
    [2049, 4096, 8000, '+'],
    [4097, 6144, 8000, '+'],
    [6145, 8000, 8000, '$'],
  ]);
  expect(await open.event()).toMatchObject({ type: 'msrp.message.sent' });
  expect(await peer.send(text, { chunkBytes: 999 })).toBe(200);
  expect(await open.event()).toMatchObject(received(text));
  expect(await peer.send(new Uint8Array([0xff, 0]), { contentType: 'image/png' })).toBe(200);
  expect(await open.event()).toMatchObject({ body: { content: '/wA=', encoding: 'base64' } });
});

test('msrp - messages of a session arrive in their order, however long, and sessions of a connection take turns', async () => {
  const { open, peer } = await connected('active', {
    limits: { maxQueuedBytes: 10_000_000 },
  });
  await open.session('s2');
  connectTo(open, peer, 'active', 's2');
  expect(await open.event()).toMatchObject({ type: 'msrp.session.connected', session: 's2' });
  expect(open.endpoint.connections).toBe(1);
  const long = { contentType: 'text/plain', content: 'x'.repeat(8_000_000), encoding: 'utf8' as const };
  peer.pause();
  open.send('s1', { message: 'long', body: long, failureReport: 'no' });
  open.send('s1', { message: 'after', body: { ...long, content: 'after' } });
  open.send('s2', { message: 'other', body: { ...long, content: 'other' } });
  peer.resume();
  const texts = [await peer.message(), await peer.message(), await peer.message()].map(({ text }) =>
    text.slice(0, 9),
  );
  expect(texts).toEqual(['other', 'xxxxxxxxx', 'after']);
});

test('msrp - Failure-Report: partial waits for nothing and still hears of errors, no hears of none', async () => {
  const { open, peer } = await connected('passive');
  peer.answer = () => 413;
  open.send('s1', {
    message: 'p',
    failureReport: 'partial',
    body: { contentType: 'text/plain', content: 'y'.repeat(5000), encoding: 'utf8' },
  });
  const outcomes = await open.rest();
  expect(outcomes).toContainEqual({
    type: 'msrp.message.failed',
    session: 's1',
    message: 'p',
    cause: 'refused',
    status: 413,
  });
  open.send('s1', { message: 'n', failureReport: 'no' });
  expect(await open.event()).toEqual({ type: 'msrp.message.sent', session: 's1', message: 'n' });
});

test('msrp - a message refused in its midst is given up with #', async () => {
  const { open, peer } = await connected('passive', { limits: { maxQueuedBytes: 1_000_000 } });
  peer.answer = () => 413;
  open.send('s1', {
    message: 'a',
    body: { contentType: 'text/plain', content: 'y'.repeat(500_000), encoding: 'utf8' },
  });
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', cause: 'refused', status: 413 });
  for (;;) {
    const { flag, body } = await peer.next();
    if (flag !== '#') continue;
    expect(body).toBeUndefined();
    break;
  }
  peer.answer = () => 200;
  open.send('s1', { message: 'b' });
  expect(await peer.message()).toMatchObject({ text: 'hi' });
  expect((await open.rest()).map(({ type }) => type)).toEqual(['msrp.message.sent']);
});

test('msrp - no response in time: the message has failed, the session goes on', async () => {
  const { open, peer } = await connected('passive', { timing: { transactionMs: 50 } });
  peer.answer = () => undefined;
  open.send('s1', { message: 'a' });
  expect(await open.event()).toEqual({
    type: 'msrp.message.failed',
    session: 's1',
    message: 'a',
    cause: 'timeout',
  });
  expect(await peer.send('still there')).toBe(200);
});

test('msrp - a report of failure, and one of a part', async () => {
  const { open, peer } = await connected('passive');
  open.send('s1', { message: 'a', wantsReport: true });
  const { messageId } = await peer.message();
  expect(await open.event()).toMatchObject({ type: 'msrp.message.sent' });
  peer.post({
    method: 'REPORT',
    messageId,
    byteRange: { start: 1, end: 1, total: 2 },
    status: { code: 200 },
  });
  peer.post({ method: 'REPORT', messageId: 'none', status: { code: 200 } });
  expect(await open.rest()).toEqual([]);
  peer.post({
    method: 'REPORT',
    messageId,
    byteRange: { start: 1, end: 2, total: 2 },
    status: { code: 408 },
  });
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', cause: 'refused', status: 408 });
});

test('msrp - the same message twice is one; more than may wait is refused', async () => {
  const { open } = await world({ limits: { maxQueuedBytes: 3 } });
  await open.session('s1');
  open.send('s1', { message: 'a' });
  open.send('s1', { message: 'a' });
  open.send('s1', { message: 'b' });
  expect(await open.rest()).toEqual([
    { type: 'msrp.message.failed', session: 's1', message: 'b', cause: 'full' },
  ]);
  const none = { contentType: 'text/plain', content: '', encoding: 'utf8' as const };
  for (let i = 0; i < 1024; i++) open.send('s1', { message: `empty.${i}`, body: none });
  expect(await open.event()).toMatchObject({ message: 'empty.1023', cause: 'full' });
  open.send('s9', { message: 'c' });
  expect(await open.event()).toMatchObject({ message: 'c', cause: 'unknown' });
});

test('msrp - what is too large is refused at its first chunk, of another type with 415', async () => {
  const { open, peer } = await world();
  const path = await open.session('s1', {
    acceptTypes: ['text/plain'],
    peer: { path: [peer.path], role: 'passive' },
  });
  await peer.connect(path);
  await open.event();
  expect(
    await peer.request({
      messageId: 'big',
      contentType: 'text/plain',
      body: new Uint8Array(10),
      byteRange: { start: 1, end: 10, total: 10_001 },
      flag: '+',
    }),
  ).toBe(413);
  expect(await peer.send('z'.repeat(20_000), { chunkBytes: 20_000 })).toBe(413);
  expect(await peer.send('<b/>', { contentType: 'text/html' })).toBe(415);
  expect(await peer.send('fine')).toBe(200);
  expect(await open.event()).toMatchObject(received('fine'));
});

test('msrp - what could not be passed on is answered with 408', async () => {
  const { open, peer } = await connected('passive');
  open.passing = () => Promise.resolve(false);
  expect(await peer.send('lost')).toBe(408);
});

test('msrp - while too much waits to be passed on, nothing more is read', async () => {
  const { open, peer } = await connected('passive');
  let release = (): void => undefined;
  const held = new Promise<boolean>((resolve) => {
    release = () => resolve(true);
  });
  open.passing = () => held;
  for (let i = 0; i < 100; i++) {
    peer.post({ messageId: `id.${i}`, contentType: 'text/plain', body: new Uint8Array(2000) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await open.rest(100)).length).toBeLessThan(90);
  release();
  expect((await open.rest(200)).length).toBeGreaterThan(0);
});

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
  const { open, peer } = await world({ timing: { strangerMs: 60 } });
  const path = await open.session('s1');
  expect(await peer.connect(path.replace('/s1;', '/guess;'))).toBe(481);
  await peer.isClosed();
  await peer.connect(path, { isSilent: true });
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

test.each([
  [481, 'refused'],
  [undefined, 'timeout'],
])('msrp - a session whose first SEND gets %s has failed, and its messages with it', async (code, cause) => {
  const { open, peer } = await world({ timing: { transactionMs: 40 } }, { answer: () => code });
  await open.session('s1');
  open.send('s1', { message: 'a' });
  connectTo(open, peer, 'active');
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', message: 'a', cause: 'closed' });
  expect(await open.event()).toMatchObject({
    type: 'msrp.session.failed',
    cause,
    ...(code && { status: code }),
  });
});

test('msrp - nobody there, a path that is none, nobody who connects', async () => {
  const { open, peer } = await world({ timing: { bindMs: 50 } });
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
  const { open, peer } = await connected('passive', { timing: { keepAliveMs: 40, transactionMs: 60 } });
  expect(await peer.next()).not.toHaveProperty('contentType');
  expect(await open.rest(100)).toEqual([]);
  peer.answer = () => undefined;
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
  expect(await open.rest()).toEqual([]);
});

test('msrp - sessions end with the process, each with an event', async () => {
  const { open } = await connected('active');
  await open.session('s2');
  await open.close();
  expect(await open.rest(0)).toEqual([
    { type: 'msrp.session.closed', session: 's1', cause: 'stopped' },
    { type: 'msrp.session.closed', session: 's2', cause: 'stopped' },
  ]);
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
