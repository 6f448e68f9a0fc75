import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  answer,
  headerOf,
  type OpenStack,
  openStack,
  startLine,
  type TextRequest,
  textRequest,
  UdpPeer,
} from './testing/index.ts';

let open: OpenStack;

beforeEach(async () => {
  open = await openStack();
});

afterEach(() => open.close());

const SDP = 'v=0\r\n';

/** First lines of what comes back for a request. */
async function ask(request: Partial<TextRequest> & { readonly method: string }): Promise<string> {
  await open.peer.say(textRequest({ port: open.peer.port, ...request }), open.stack.port);
  return (await open.peer.hear()).replace('SIP/2.0 ', '');
}

test.each<[string, Partial<TextRequest> & { readonly method: string }, number, string?, string?]>([
  [
    'an unknown method',
    { method: 'FROBNICATE' },
    501,
    'allow',
    'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, INFO',
  ],
  ['REGISTER', { method: 'REGISTER' }, 405, 'allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, INFO'],
  ['SUBSCRIBE', { method: 'SUBSCRIBE' }, 405],
  ['PUBLISH', { method: 'PUBLISH' }, 405],
  ['REFER outside a dialog', { method: 'REFER' }, 405],
  ['BYE outside a dialog', { method: 'BYE' }, 481],
  ['INFO outside a dialog', { method: 'INFO' }, 481],
  ['UPDATE outside a dialog', { method: 'UPDATE' }, 481],
  ['PRACK outside a dialog', { method: 'PRACK' }, 481],
  ['NOTIFY outside a dialog', { method: 'NOTIFY' }, 481],
  ['sips', { method: 'INVITE', uri: 'sips:alice@xmpp.test' }, 416],
  ['a scheme that is not translated', { method: 'MESSAGE', uri: 'http://xmpp.test/' }, 416],
  [
    'an extension that we lack',
    { method: 'INVITE', lines: ['Require: gruu, 100rel', 'Require: Timer'] },
    420,
    'unsupported',
    '100rel, Timer',
  ],
  [
    'INVITE with a text body',
    { method: 'INVITE', lines: ['Content-Type: text/plain'], body: 'hello' },
    415,
    'accept',
    'application/sdp, multipart/mixed, multipart/alternative',
  ],
  [
    'a coded body',
    { method: 'MESSAGE', lines: ['Content-Type: text/plain', 'Content-Encoding: gzip'], body: 'x' },
    415,
    'accept-encoding',
    'identity',
  ],
  ['INVITE with a further Contact', { method: 'INVITE', lines: ['Contact: <sip:b@h>'] }, 400],
  ['a malformed From', { method: 'MESSAGE', fromTag: 'a"b' }, 400],
])('guard - %s', async (_what, request, status, header, value) => {
  const response = await ask(request);
  expect(response.slice(0, 3)).toBe(String(status));
  if (header !== undefined) expect(headerOf(response, header)).toBe(value);
  expect(headerOf(response, 'to')).toMatch(/;tag=./);
  expect(open.user.requests).toEqual([]);
  expect(open.stack.transactions).toBe(0);
  expect(open.meter.counts[`rejected ${status}`]).toBe(1);
});

test.each<[string, Partial<TextRequest> & { readonly method: string }]>([
  ['INVITE without a body', { method: 'INVITE' }],
  ['INVITE with SDP', { method: 'INVITE', lines: ['Content-Type: application/SDP; a=b'], body: SDP }],
  ['INVITE with multipart', { method: 'INVITE', lines: ['c: multipart/mixed;boundary=b'], body: '--b--' }],
  [
    'an optional body',
    { method: 'INVITE', lines: ['c: text/x', 'Content-Disposition: icon;handling=optional'], body: 'x' },
  ],
  ['MESSAGE with anything', { method: 'MESSAGE', lines: ['c: application/x'], body: 'x' }],
  ['identity coding', { method: 'MESSAGE', lines: ['c: text/plain', 'e: identity'], body: 'x' }],
  ['a telephone number', { method: 'INVITE', uri: 'tel:+4930123' }],
  ['an extension that we have', { method: 'MESSAGE', lines: ['Require: GRUU'] }],
  ['Max-Forwards 0: we are where it ends', { method: 'MESSAGE', maxForwards: 0 }],
  ['REFER in a dialog', { method: 'REFER', toTag: 'a' }],
  ['UPDATE in a dialog', { method: 'UPDATE', toTag: 'a' }],
  ['CANCEL with Require', { method: 'CANCEL', lines: ['Require: foo'] }],
])('guard - lets in %s', async (_what, request) => {
  const { peer, stack, user } = open;
  await peer.say(textRequest({ port: peer.port, ...request }), stack.port);
  await peer.rest();
  expect(user.methods).toEqual([request.method]);
});

test.each([
  ['a wrong version', (text: string) => text.replace(' SIP/2.0\r\n', ' SIP/3.0\r\n'), 505],
  ['a CSeq of another method', (text: string) => text.replace('CSeq: 1 MESSAGE', 'CSeq: 1 INVITE'), 400],
  ['no Call-ID', (text: string) => text.replace(/Call-ID: .*\r\n/, ''), 400],
  ['a Content-Length beyond the datagram', (text: string) => text.replace('Length: 0', 'Length: 9'), 400],
])('guard - %s is answered without a transaction', async (_what, change, status) => {
  const { peer, stack, meter } = open;
  await peer.say(change(textRequest({ method: 'MESSAGE', port: peer.port })), stack.port);
  const response = await peer.hear();
  expect(startLine(response)).toMatch(new RegExp(`^SIP/2.0 ${status} `));
  expect(headerOf(response, 'via')).toContain(`rport=${peer.port};received=127.0.0.1`);
  expect(meter.counts[`rejected ${status}`]).toBe(1);
});

test('guard - the same bad request gets the same answer, and its ACK goes no further', async () => {
  const { peer, stack, user, meter } = open;
  const first = await ask({ method: 'INVITE', uri: 'sips:a@b' });
  expect(await ask({ method: 'INVITE', uri: 'sips:a@b' })).toBe(first);
  const toTag = /;tag=(.*)/.exec(headerOf(first, 'to') ?? '')?.[1] ?? '';
  await peer.say(textRequest({ method: 'ACK', port: peer.port, uri: 'sips:a@b', toTag }), stack.port);
  await peer.say(textRequest({ method: 'ACK', port: peer.port, branch: 'z9hG4bK-n' }), stack.port);
  expect(await peer.rest()).toEqual([]);
  expect(user.requests).toEqual([]);
  expect(meter.counts['dropped stray-ack']).toBe(2);
});

test('guard - garbage is dropped in silence', async () => {
  const { peer, stack, user } = open;
  for (const text of ['\r\n\r\n', 'hello', 'SIP/2.0 200', '\0\u00ff', 'ACK sip:a@b SIP/2.0\r\n\r\n', '']) {
    await peer.say(text, stack.port);
  }
  expect(await peer.rest()).toEqual([]);
  expect(user.requests).toEqual([]);
});

test('guard - a refusal of the user is sent without a transaction', async () => {
  open.user.refusal = { status: 404 };
  expect(await ask({ method: 'MESSAGE' })).toMatch(/^404 Not Found/);
  expect(open.stack.transactions).toBe(0);
});

test('guard - over the limit new requests get 503, requests in dialogs 500; BYE has a reserve', async () => {
  await open.close();
  open = await openStack({ maxTransactions: 1 });
  const say = (request: Partial<TextRequest> & { readonly method: string; readonly branch: string }) =>
    open.peer.say(textRequest({ port: open.peer.port, callId: request.branch, ...request }), open.stack.port);
  await say({ method: 'INVITE', branch: 'z9hG4bK-a' });
  expect(startLine(await open.peer.hear())).toBe('SIP/2.0 100 Trying');
  await say({ method: 'MESSAGE', branch: 'z9hG4bK-b' });
  const refused = await open.peer.hear();
  expect(startLine(refused)).toBe('SIP/2.0 503 Service Unavailable');
  expect(headerOf(refused, 'retry-after')).toBe('5');
  await say({ method: 'INFO', branch: 'z9hG4bK-c', toTag: 'x' });
  expect(startLine(await open.peer.hear())).toBe('SIP/2.0 500 Server Internal Error');
  await say({ method: 'BYE', branch: 'z9hG4bK-d', toTag: 'x' });
  await open.peer.rest();
  expect(open.user.methods).toEqual(['INVITE', 'BYE']);
});

test('guard - strangers get silence for every method, or 403 when so configured', async () => {
  const stranger = await UdpPeer.open('127.0.0.2');
  const requests = ['INVITE', 'MESSAGE', 'OPTIONS', 'REGISTER', 'BYE', 'ACK', 'NONSENSE'].map((method) =>
    textRequest({ method, port: stranger.port, branch: `z9hG4bK-${method}`, callId: method }),
  );
  for (const text of requests) await stranger.say(text, open.stack.port);
  expect(await stranger.rest()).toEqual([]);
  expect(open.meter.counts).toEqual({ 'dropped stranger': 7 });
  const strict = await openStack({ strangers: '403' });
  for (const text of requests) await stranger.say(text, strict.stack.port);
  const answers = (await stranger.rest()).map(startLine);
  expect(answers).toEqual(Array.from({ length: 6 }, () => 'SIP/2.0 403 Forbidden'));
  expect(strict.user.requests).toEqual([]);
  await strict.close();
  await stranger.close();
});

test('guard - without a list of peers the proxy’s addresses are let in, whatever its name', async () => {
  const other = await openStack({
    proxy: { host: 'proxy.test', port: 5060, protocol: 'udp' },
    dns: { addresses: (host) => Promise.resolve(host === 'proxy.test' ? ['127.0.0.1'] : []) },
  });
  other.user.onRequest = (request) => other.stack.respond('t', answer(request, 200));
  await other.peer.say(textRequest({ method: 'MESSAGE', port: other.peer.port }), other.stack.port);
  expect(startLine(await other.peer.hear())).toBe('SIP/2.0 200 OK');
  await other.close();
});
