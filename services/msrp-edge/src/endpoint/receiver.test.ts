import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, connected, end, received, settle, world } from '../testing/chat-world.ts';

beforeEach(begin);
afterEach(end);

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
    await settle(1);
  }
  let count = 0;
  const read = (): number => {
    count += open.rest().length;
    return count;
  };
  await expect.poll(read).toBeGreaterThanOrEqual(32);
  await settle();
  expect(read()).toBeLessThan(90);
  release();
  await expect.poll(read).toBe(100);
});
