import { afterEach, expect, test } from 'vitest';
import { MsrpPeer } from './msrp-peer.ts';
import { chatSdp } from './sip-phone-sdp.ts';

const peers: MsrpPeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function pair(): Promise<{ juliet: MsrpPeer; romeo: MsrpPeer }> {
  const [juliet, romeo] = await Promise.all([MsrpPeer.open(), MsrpPeer.open()]);
  peers.push(juliet, romeo);
  romeo.expect(juliet.path);
  expect(await juliet.connect(romeo.path)).toBe(200);
  return { juliet, romeo };
}

test('msrp peer - two of them chat, in chunks, with reports', async () => {
  const { juliet, romeo } = await pair();
  expect(await juliet.send('Ay me!', { chunkBytes: 2, wantsReport: true, messageId: 'ay.me' })).toBe(200);
  const message = await romeo.message();
  expect(message).toMatchObject({ text: 'Ay me!', messageId: 'ay.me', wantsReport: true });
  romeo.report(message);
  expect(await juliet.next('REPORT')).toMatchObject({ messageId: 'ay.me', status: { code: 200 } });
  expect(romeo.heard).toEqual(['SEND', 'SEND', 'SEND', 'SEND']);
  romeo.hangUp();
  expect(await juliet.isClosed()).toBe(true);
});

test('msrp peer - answers as it is told, and waits no longer than it should', async () => {
  const { juliet, romeo } = await pair();
  romeo.answer = () => 415;
  expect(await juliet.send('x')).toBe(415);
  await expect(romeo.message(20)).rejects.toThrow('no message within 20 ms');
});

test('msrp peer - the description of its chat', async () => {
  const { romeo } = await pair();
  const lines = chatSdp(romeo.path, { setup: 'actpass', maxSize: 1000 }).split('\r\n');
  expect(lines).toContain(`m=message ${romeo.port} TCP/MSRP *`);
  expect(lines).toEqual(
    expect.arrayContaining([`a=path:${romeo.path}`, 'a=setup:actpass', 'a=max-size:1000']),
  );
});
