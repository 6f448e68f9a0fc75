import { branchOf } from '@stoxgate/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenStack, openStack, outgoing, startLine } from './testing/index.ts';

let open: OpenStack;

beforeEach(async () => {
  open = await openStack();
  open.user.servesAll = false;
});

afterEach(() => open.close());

async function send(method: string): Promise<string> {
  const request = outgoing(method);
  await open.stack.request('t', branchOf('abc', request), request);
  return open.peer.hear();
}

/** Sends our own request back to us as a proxy would; returns what that one hears. */
async function bounce(message: string, change: (text: string) => string = (text) => text): Promise<string> {
  const forwarded = message.replace(
    'Via:',
    `Via: SIP/2.0/UDP 127.0.0.1:${open.peer.port};rport;branch=z9hG4bK-proxy\r\nVia:`,
  );
  await open.peer.say(change(forwarded), open.stack.port);
  return (await open.peer.rest()).map(startLine).join();
}

test.each(['INVITE', 'MESSAGE'])('loop - %s of ours that comes back unchanged gets 482', async (method) => {
  expect(await bounce(await send(method))).toBe('SIP/2.0 482 Loop Detected');
  expect(open.user.requests).toEqual([]);
});

test('loop - another process at the same address sees it too', async () => {
  const message = await send('MESSAGE');
  const { port } = open.stack;
  await open.close();
  open = await openStack({ listenPort: port });
  open.user.servesAll = false;
  expect(await bounce(message)).toBe('SIP/2.0 482 Loop Detected');
});

test('loop - a hop through another server of the same name is found as well', async () => {
  const message = await send('MESSAGE');
  const later = message.replace(/(;branch=z9hG4bKabc-[0-9a-f]{8})/, '$1.2');
  expect(later).not.toBe(message);
  expect(await bounce(later)).toBe('SIP/2.0 482 Loop Detected');
});

test.each([
  ['Request-URI', (text: string) => text.replace('MESSAGE sip:romeo@', 'MESSAGE sip:juliet@')],
  ['From tag', (text: string) => text.replace(/(From:.*;tag=)\w+/, '$1other')],
  ['Call-ID', (text: string) => text.replace(/Call-ID: /, 'Call-ID: x')],
  ['CSeq', (text: string) => text.replace(/CSeq: \d+/, 'CSeq: 77')],
  ['Proxy-Require', (text: string) => text.replace('CSeq:', 'Proxy-Require: gruu\r\nCSeq:')],
])('loop - with another %s it is a spiral', async (_, change) => {
  const message = await send('MESSAGE');
  expect(change(message)).not.toBe(message);
  await bounce(message, change);
  expect(open.user.methods).toEqual(['MESSAGE']);
});

test('loop - the Via of somebody else proves nothing', async () => {
  const message = await send('MESSAGE');
  await bounce(message, (text) => text.replace(`127.0.0.1:${open.stack.port}`, '192.0.2.9:5060'));
  expect(open.user.methods).toEqual(['MESSAGE']);
});

test('loop - a request for a user of ours has arrived (a hairpin)', async () => {
  open.user.servesAll = true;
  await bounce(await send('MESSAGE'));
  expect(open.user.methods).toEqual(['MESSAGE']);
});
