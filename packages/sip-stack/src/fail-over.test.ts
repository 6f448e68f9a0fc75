import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SrvRecord } from './dns-records.ts';
import {
  headerOf,
  type OpenStack,
  openStack,
  outgoing,
  settle,
  startLine,
  TcpPeer,
  textResponse,
  UdpPeer,
} from './testing/index.ts';

let open: OpenStack;
let first: UdpPeer;
let second: UdpPeer;
/** Of the domain that requests go to. */
let srv: Record<string, readonly SrvRecord[]>;

const record = (port: number, priority: number): SrvRecord => ({ name: 'h.test', port, priority, weight: 0 });

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  first = await UdpPeer.open();
  second = await UdpPeer.open();
  srv = { '_sip._udp.sip.test': [record(first.port, 1), record(second.port, 2)] };
  open = await openStack({
    // Nobody is listed but who does not answer: answers come in because requests went there.
    peers: ['192.0.2.1'],
    dns: {
      addresses: (host) => Promise.resolve(host === 'h.test' ? ['127.0.0.1'] : []),
      srv: (name) => Promise.resolve(srv[name] ?? []),
    },
    proxy: undefined,
  });
});

afterEach(async () => {
  await open.close();
  await first.close();
  await second.close();
  vi.useRealTimers();
});

const send = (method: string, branch = 'z9hG4bK-1'): Promise<boolean> =>
  open.stack.request('t', branch, outgoing(method));
const branchOf = (message: string): string =>
  /branch=([^;\r]+)/.exec(headerOf(message, 'via') ?? '')?.[1] ?? '';
const outcomes = (): readonly string[] => [
  ...open.user.responses.map(({ branch, response }) => `${branch} ${response.status}`),
  ...open.user.failures.map(({ branch, cause }) => `${branch} ${cause}`),
];

test('fail-over - a server that never answers: the next one, on a branch of its own (RFC 3263 §4.3)', async () => {
  await send('INVITE');
  expect(branchOf(await first.hear())).toBe('z9hG4bK-1');
  await vi.advanceTimersByTimeAsync(32_000);
  const again = await second.hear();
  expect(startLine(again)).toBe('INVITE sip:romeo@sip.test SIP/2.0');
  expect(branchOf(again)).toBe('z9hG4bK-1.1');
  expect(headerOf(again, 'cseq')).toBe('1 INVITE');
  expect(outcomes()).toEqual([]);
  await second.say(textResponse(again, 200, { toTag: 'x' }), open.stack.port);
  await settle();
  expect(outcomes()).toEqual(['z9hG4bK-1 200']);
});

test('fail-over - 503: acknowledged, and the next one is asked; the server that failed is tried last for a while', async () => {
  await send('INVITE');
  await first.say(textResponse(await first.hear(), 503, { toTag: 'x' }), open.stack.port);
  expect(startLine(await first.hear())).toMatch(/^ACK /);
  await second.say(textResponse(await second.hear(), 486, { toTag: 'y' }), open.stack.port);
  expect(branchOf(await second.hear())).toBe('z9hG4bK-1.1');
  expect(outcomes()).toEqual(['z9hG4bK-1 486']);
  await send('MESSAGE', 'z9hG4bK-2');
  const message = await second.hear();
  expect(branchOf(message)).toBe('z9hG4bK-2');
  await second.say(textResponse(message, 200), open.stack.port);
  await settle();
  await vi.advanceTimersByTimeAsync(60_001);
  await send('MESSAGE', 'z9hG4bK-3');
  expect(branchOf(await first.hear())).toBe('z9hG4bK-3');
});

test('fail-over - when all have failed, the last failure is the one that is told', async () => {
  await send('MESSAGE');
  await first.say(textResponse(await first.hear(), 503), open.stack.port);
  await second.say(textResponse(await second.hear(), 503), open.stack.port);
  await settle();
  expect(outcomes()).toEqual(['z9hG4bK-1 503']);
  await send('MESSAGE');
  expect(await first.rest()).toEqual([]);
});

test('fail-over - a connection that is refused', async () => {
  const gone = await TcpPeer.listen();
  await gone.close();
  srv = { '_sip._tcp.sip.test': [record(gone.port, 1)], '_sip._udp.sip.test': [] };
  const tcp = await TcpPeer.listen();
  srv['_sip._tcp.sip.test'] = [record(gone.port, 1), record(tcp.port, 2)];
  await send('MESSAGE');
  expect(headerOf(await tcp.hear(), 'via')).toContain('SIP/2.0/TCP');
  await tcp.close();
});

test('fail-over - a server that has been heard keeps its request', async () => {
  await send('MESSAGE');
  await first.say(textResponse(await first.hear(), 100), open.stack.port);
  await settle();
  await vi.advanceTimersByTimeAsync(32_000);
  await settle();
  expect(await second.rest()).toEqual([]);
  expect(outcomes()).toEqual(['z9hG4bK-1 100', 'z9hG4bK-1 timeout']);
  await send('INVITE', 'z9hG4bK-2');
  const invite = (await first.rest()).at(-1) ?? '';
  await first.say(textResponse(invite, 180, { toTag: 'x' }), open.stack.port);
  await first.say(textResponse(invite, 503, { toTag: 'x' }), open.stack.port);
  await settle();
  expect(outcomes()).toContain('z9hG4bK-2 503');
  expect(await second.rest()).toEqual([]);
});

test('fail-over - a CANCEL goes to the server that has the INVITE, and no other one gets it after that', async () => {
  srv = { '_sip._udp.sip.test': [first, second, first].map(({ port }, at) => record(port, at)) };
  await send('INVITE');
  await first.say(textResponse(await first.hear(), 503, { toTag: 'x' }), open.stack.port);
  const invite = await second.hear();
  await second.say(textResponse(invite, 100), open.stack.port);
  await settle();
  await send('CANCEL');
  const cancel = await second.hear();
  expect(startLine(cancel)).toMatch(/^CANCEL /);
  expect(branchOf(cancel)).toBe(branchOf(invite));
  await second.say(textResponse(cancel, 200), open.stack.port);
  await second.say(textResponse(invite, 503, { toTag: 'y' }), open.stack.port);
  await settle();
  expect(outcomes()).toEqual(['z9hG4bK-1 100', 'z9hG4bK-1 200', 'z9hG4bK-1 503']);
  expect((await first.rest()).map((text) => startLine(text).split(' ')[0])).toEqual(['ACK']);
});

test('fail-over - a CANCEL waits until the server that has the INVITE now was heard (RFC 3261 §9.1)', async () => {
  await send('INVITE');
  const invite = await first.hear();
  await first.say(textResponse(invite, 100), open.stack.port);
  await first.say(textResponse(invite, 503, { toTag: 'x' }), open.stack.port);
  const again = await second.hear();
  await send('CANCEL');
  await send('CANCEL');
  expect(await second.rest()).toEqual([]);
  await second.say(textResponse(again, 180, { toTag: 'y' }), open.stack.port);
  const cancel = await second.hear();
  expect(startLine(cancel)).toMatch(/^CANCEL /);
  expect(branchOf(cancel)).toBe('z9hG4bK-1.1');
  expect(await second.rest()).toEqual([]);
  expect((await first.rest()).map((text) => startLine(text).split(' ')[0])).toEqual(['ACK']);
});

test('fail-over - a cancelled INVITE that is refused before anything else was heard: no CANCEL, no other server', async () => {
  await send('INVITE');
  await send('CANCEL');
  await first.say(textResponse(await first.hear(), 503, { toTag: 'x' }), open.stack.port);
  expect((await first.rest()).map((text) => startLine(text).split(' ')[0])).toEqual(['ACK']);
  expect(await second.rest()).toEqual([]);
  expect(outcomes()).toEqual(['z9hG4bK-1 503']);
});

test('fail-over - a CANCEL while a large INVITE is between servers: no other one gets it', async () => {
  const large = outgoing('INVITE', { headers: { subject: ['x'.repeat(1500)] } });
  await open.stack.request('t', 'z9hG4bK-1', large);
  const invite = await first.hear();
  await first.say(textResponse(invite, 100), open.stack.port);
  await settle();
  // The ACK to the 503 and the question whether the next server takes TCP go out at once; its answer is not there yet.
  vi.spyOn(open.meter, 'messageSent').mockImplementation((_protocol, method) => {
    if (method === 'ACK') queueMicrotask(() => void send('CANCEL'));
  });
  await first.say(textResponse(invite, 503, { toTag: 'x' }), open.stack.port);
  await settle();
  expect(outcomes()).toEqual(['z9hG4bK-1 100', 'z9hG4bK-1 transport']);
  expect(await second.rest()).toEqual([]);
  expect((await first.rest()).map((text) => startLine(text).split(' ')[0])).toEqual(['ACK']);
});

test('fail-over - Retry-After of a 503: tried last for longer, but for no more than five minutes (RFC 3261 §21.5.4)', async () => {
  const serverOf = async (branch: string): Promise<string> => {
    await send('MESSAGE', branch);
    const [one] = await first.rest();
    const [other] = await second.rest();
    await (one === undefined ? second : first).say(textResponse(one ?? other ?? '', 200), open.stack.port);
    await settle();
    return one === undefined ? 'second' : 'first';
  };
  const failure = async (branch: string, retryAfter: string): Promise<void> => {
    await send('MESSAGE', branch);
    const lines = [`Retry-After: ${retryAfter}`];
    await first.say(textResponse(await first.hear(), 503, { lines }), open.stack.port);
    await second.say(textResponse(await second.hear(), 200), open.stack.port);
    await settle();
  };
  await failure('z9hG4bK-1', '120 (busy);duration=60');
  await vi.advanceTimersByTimeAsync(119_000);
  expect(await serverOf('z9hG4bK-2')).toBe('second');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await serverOf('z9hG4bK-3')).toBe('first');
  await failure('z9hG4bK-4', '86400');
  await vi.advanceTimersByTimeAsync(299_000);
  expect(await serverOf('z9hG4bK-5')).toBe('second');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await serverOf('z9hG4bK-6')).toBe('first');
  await failure('z9hG4bK-7', '1');
  await vi.advanceTimersByTimeAsync(29_000);
  expect(await serverOf('z9hG4bK-8')).toBe('second');
});

test('fail-over - a command that comes again while another server has the request sends nothing', async () => {
  await send('INVITE');
  await first.hear();
  await vi.advanceTimersByTimeAsync(32_000);
  const again = await second.hear();
  await second.say(textResponse(again, 180, { toTag: 'x' }), open.stack.port);
  await settle();
  await vi.advanceTimersByTimeAsync(120_000);
  await first.rest();
  await send('INVITE');
  expect(await first.rest()).toEqual([]);
  expect(await second.rest()).toEqual([]);
});

test('fail-over - at most four servers are tried', async () => {
  const ports = [first, second, first, second, first, second].map(({ port }) => port);
  srv = { '_sip._udp.sip.test': ports.map(record) };
  await send('MESSAGE');
  for (let i = 0; i < 6; i++) {
    await vi.advanceTimersByTimeAsync(32_000);
    await settle();
  }
  expect(outcomes()).toEqual(['z9hG4bK-1 timeout']);
  expect(new Set((await first.rest()).map(branchOf))).toEqual(new Set(['z9hG4bK-1', 'z9hG4bK-1.2']));
});

test('fail-over - requests of a stranger who was asked once are none of ours', async () => {
  await send('MESSAGE');
  await first.hear();
  await first.say(
    'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n',
    open.stack.port,
  );
  await settle();
  expect(open.meter.counts['dropped stranger']).toBe(1);
});
