import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, connected, connectTo, end, passes, received, world } from '../testing/chat-world.ts';
import { MSRP_TIMING } from './timing.ts';

beforeEach(begin);
afterEach(end);

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
  expect(await open.event()).toEqual({ type: 'msrp.message.sent', session: 's1', message: 'b' });
});

test('msrp - the same message twice is one; more than may wait is refused', async () => {
  const { open } = await world({ limits: { maxQueuedBytes: 3 } });
  await open.session('s1');
  open.send('s1', { message: 'a' });
  open.send('s1', { message: 'a' });
  open.send('s1', { message: 'b' });
  expect(open.rest()).toEqual([{ type: 'msrp.message.failed', session: 's1', message: 'b', cause: 'full' }]);
  const none = { contentType: 'text/plain', content: '', encoding: 'utf8' as const };
  for (let i = 0; i < 1024; i++) open.send('s1', { message: `empty.${i}`, body: none });
  expect(await open.event()).toMatchObject({ message: 'empty.1023', cause: 'full' });
  open.send('s9', { message: 'c' });
  expect(await open.event()).toMatchObject({ message: 'c', cause: 'unknown' });
});

test('msrp - Failure-Report: partial waits for nothing and still hears of errors, no hears of none', async () => {
  const { open, peer } = await connected('passive');
  peer.answer = () => 413;
  open.send('s1', {
    message: 'p',
    failureReport: 'partial',
    body: { contentType: 'text/plain', content: 'y'.repeat(5000), encoding: 'utf8' },
  });
  let outcome = await open.event();
  while (outcome.type === 'msrp.message.sent') outcome = await open.event();
  expect(outcome).toEqual({
    type: 'msrp.message.failed',
    session: 's1',
    message: 'p',
    cause: 'refused',
    status: 413,
  });
  open.send('s1', { message: 'n', failureReport: 'no' });
  expect(await open.event()).toEqual({ type: 'msrp.message.sent', session: 's1', message: 'n' });
});

test('msrp - no response in time: the message has failed, the session goes on', async () => {
  const { open, peer } = await connected('passive');
  peer.answer = () => undefined;
  open.send('s1', { message: 'a' });
  await peer.message();
  await passes(MSRP_TIMING.transactionMs - 1);
  expect(open.rest()).toEqual([]);
  await passes(MSRP_TIMING.sweepMs);
  expect(await open.event()).toEqual({
    type: 'msrp.message.failed',
    session: 's1',
    message: 'a',
    cause: 'timeout',
  });
  expect(await peer.send('still there')).toBe(200);
});

test('msrp - a message has its name as Message-ID, so that it is known again in another session', async () => {
  const { open, peer } = await connected('passive');
  for (const message of ['0123456789abcdef', '0123456789abcdee', 'a'])
    open.send('s1', { message, wantsReport: true });
  const ids = [await peer.message(), await peer.message(), await peer.message()].map(
    ({ messageId }) => messageId,
  );
  expect(ids.slice(0, 2)).toEqual(['0123456789abcdef', '0123456789abcdee']);
  // No name on the wire: it gets one.
  expect(ids[2]).toMatch(/^[0-9a-f]{24}$/);
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
  peer.post({
    method: 'REPORT',
    messageId,
    byteRange: { start: 1, end: 2, total: 2 },
    status: { code: 408 },
  });
  expect(await open.event()).toMatchObject({ type: 'msrp.message.failed', cause: 'refused', status: 408 });
});
