import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  answer,
  headerOf,
  type OpenStack,
  openStack,
  startLine,
  textRequest,
  UdpPeer,
} from './testing/index.ts';

let open: OpenStack;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  open = await openStack();
});

afterEach(async () => {
  await open.close();
  vi.useRealTimers();
});

/** Says a request and lets the user answer it with these statuses. */
async function say(text: string, ...statuses: readonly number[]): Promise<void> {
  const { user, stack, peer } = open;
  user.onRequest = (request) => {
    if (request.method === 'ACK') return;
    for (const status of statuses) stack.respond('t', answer(request, status));
  };
  await peer.say(text, stack.port);
}

const lines = (messages: readonly string[]): readonly string[] => messages.map(startLine);

test('server - an INVITE gets 100 at once; its repetition gets the last response and is not seen twice', async () => {
  const invite = textRequest({ method: 'INVITE', port: open.peer.port });
  await say(invite, 180);
  expect(lines(await open.peer.rest())).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing']);
  await open.peer.say(invite, open.stack.port);
  expect(lines(await open.peer.rest())).toEqual(['SIP/2.0 180 Ringing']);
  expect(open.user.methods).toEqual(['INVITE']);
});

test('server - a repetition that was changed on the way is known after parsing', async () => {
  const invite = textRequest({ method: 'INVITE', port: open.peer.port });
  await say(invite, 180);
  await open.peer.rest();
  await open.peer.say(invite.replace(/(Via:.*)\r\n(Max-Forwards: .*)/, '$2\r\n$1'), open.stack.port);
  expect(lines(await open.peer.rest())).toEqual(['SIP/2.0 180 Ringing']);
  expect(open.user.methods).toEqual(['INVITE']);
});

test('server - timer G: a failure is repeated at T1 doubling to T2 until its ACK, which ends in the transaction', async () => {
  const { peer, stack, user, meter } = open;
  await say(textRequest({ method: 'INVITE', port: peer.port }), 486);
  const sent = await peer.rest();
  expect(lines(sent)).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 486 Busy Here']);
  await vi.advanceTimersByTimeAsync(7600);
  expect(lines(await peer.rest())).toEqual(Array.from({ length: 4 }, () => 'SIP/2.0 486 Busy Here'));
  expect(meter.counts['retransmitted INVITE']).toBe(4);
  await peer.say(textRequest({ method: 'ACK', port: peer.port, toTag: 'lt' }), stack.port);
  await peer.rest();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await peer.rest()).toEqual([]);
  expect(user.methods).toEqual(['INVITE']);
  expect(stack.transactions).toBe(0);
});

test('server - a 2xx is repeated until its ACK; ACK and INVITE repetitions are absorbed (RFC 6026)', async () => {
  const { peer, stack, user } = open;
  const invite = textRequest({ method: 'INVITE', port: peer.port });
  await say(invite, 200);
  await peer.rest();
  await vi.advanceTimersByTimeAsync(1500);
  expect(lines(await peer.rest())).toEqual(['SIP/2.0 200 OK', 'SIP/2.0 200 OK']);
  await peer.say(invite, stack.port);
  expect(await peer.rest()).toEqual([]);
  const ack = textRequest({ method: 'ACK', port: peer.port, toTag: 'lt', branch: 'z9hG4bK-ack' });
  await peer.say(ack, stack.port);
  await peer.say(ack, stack.port);
  await peer.rest();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await peer.rest()).toEqual([]);
  expect(user.methods).toEqual(['INVITE', 'ACK']);
  expect(user.ackTimeouts).toEqual([]);
});

test('server - an ACK to a 2xx with the branch of its INVITE is the ACK all the same', async () => {
  const { peer, stack, user } = open;
  await say(textRequest({ method: 'INVITE', port: peer.port }), 200);
  await peer.rest();
  await peer.say(textRequest({ method: 'ACK', port: peer.port, toTag: 'lt' }), stack.port);
  await peer.rest();
  await vi.advanceTimersByTimeAsync(2000);
  expect(await peer.rest()).toEqual([]);
  expect(user.methods).toEqual(['INVITE', 'ACK']);
});

test('server - a BYE before the ACK ends the repetition of the 2xx (RFC 3261 §15)', async () => {
  const { peer, stack, user } = open;
  await say(textRequest({ method: 'INVITE', port: peer.port }), 200);
  await peer.say(
    textRequest({ method: 'BYE', port: peer.port, toTag: 'lt', branch: 'z9hG4bK-b' }),
    stack.port,
  );
  await peer.rest();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await peer.rest()).toEqual([]);
  expect(user.ackTimeouts).toEqual([]);
});

test('server - no ACK in 64*T1 is reported with the tag of the 2xx', async () => {
  await say(textRequest({ method: 'INVITE', port: open.peer.port, cseq: 7 }), 200);
  await open.peer.rest();
  await vi.advanceTimersByTimeAsync(32_000);
  expect(open.user.ackTimeouts).toEqual([{ tag: 't', callId: 'call-1', localTag: 'lt', cseq: 7 }]);
  expect(open.stack.unfinished).toBe(0);
});

test('server - a non-INVITE is answered again for 64*T1 (timer J), then it is new', async () => {
  const { peer, stack, user } = open;
  const message = textRequest({ method: 'MESSAGE', port: peer.port });
  await say(message, 202);
  expect(lines(await peer.rest())).toEqual(['SIP/2.0 202 Accepted']);
  await vi.advanceTimersByTimeAsync(31_000);
  await peer.say(message, stack.port);
  expect(lines(await peer.rest())).toEqual(['SIP/2.0 202 Accepted']);
  expect(user.methods).toEqual(['MESSAGE']);
  await vi.advanceTimersByTimeAsync(33_000);
  await peer.say(message, stack.port);
  await peer.rest();
  expect(user.methods).toEqual(['MESSAGE', 'MESSAGE']);
});

test('server - what was answered and waits for repetitions crowds out nothing new, however long it goes on', async () => {
  await open.close();
  open = await openStack({ maxTransactions: 8 });
  const { user, stack, peer } = open;
  user.onRequest = (request) => stack.respond('t', answer(request, 200));
  const statuses = new Set<string>();
  // Close to the rate at which they would be too many; for two minutes.
  for (let count = 0; count < 360; count++) {
    const callId = `c${count}`;
    await peer.say(
      textRequest({ method: 'MESSAGE', port: peer.port, callId, branch: `z9hG4bK-${count}` }),
      stack.port,
    );
    statuses.add(startLine(await peer.hear()));
    vi.advanceTimersByTime(345);
  }
  expect([...statuses]).toEqual(['SIP/2.0 200 OK']);
});

test('server - a request that nobody answers is forgotten after 64*T1', async () => {
  await say(textRequest({ method: 'MESSAGE', port: open.peer.port }));
  await open.peer.rest();
  expect([open.stack.transactions, open.stack.unfinished]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(33_000);
  expect([open.stack.transactions, open.stack.unfinished]).toEqual([0, 0]);
});

test('server - second finals and late provisionals are left out', async () => {
  await say(textRequest({ method: 'INVITE', port: open.peer.port }), 486, 180, 200, 603);
  expect(lines(await open.peer.rest())).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 486 Busy Here']);
  await say(
    textRequest({ method: 'MESSAGE', port: open.peer.port, callId: 'm', branch: 'z9hG4bK-m' }),
    180,
    200,
    500,
  );
  expect(lines(await open.peer.rest())).toEqual(['SIP/2.0 200 OK']);
});

test('server - received and rport are written, and the answer goes back to the source port (RFC 3581)', async () => {
  const { peer, user } = open;
  await say(
    textRequest({ method: 'MESSAGE', port: 9, via: 'SIP/2.0/UDP ua.invalid:9;rport;branch=z9hG4bK-x' }),
    200,
  );
  const [response] = await peer.rest();
  const via = `SIP/2.0/UDP ua.invalid:9;rport=${peer.port};received=127.0.0.1;branch=z9hG4bK-x`;
  expect(headerOf(response ?? '', 'via')).toBe(via);
  expect(user.requests[0]?.request.vias).toEqual([via]);
  expect(user.requests[0]?.source).toEqual({ protocol: 'udp', address: '127.0.0.1', port: peer.port });
});

test('server - without rport the answer goes to the sent-by port', async () => {
  const other = await UdpPeer.open();
  await say(
    textRequest({ method: 'MESSAGE', port: 0, via: `SIP/2.0/UDP ua.invalid:${other.port};branch=z9hG4bK-x` }),
    200,
  );
  expect(startLine(await other.hear())).toBe('SIP/2.0 200 OK');
  expect(await open.peer.rest()).toEqual([]);
  await other.close();
});

test('server - an answer whose transaction another process had goes by its Via', async () => {
  const { peer, stack } = open;
  await say(textRequest({ method: 'INVITE', port: peer.port }));
  await peer.rest();
  const request = open.user.requests[0]?.request;
  if (request === undefined) throw new Error('no request');
  const other = await openStack();
  expect(other.stack.respond('t2', answer(request, 200))).toBe(true);
  expect(startLine(await peer.hear())).toBe('SIP/2.0 200 OK');
  await vi.advanceTimersByTimeAsync(500);
  expect(startLine(await peer.hear())).toBe('SIP/2.0 200 OK');
  await peer.say(
    textRequest({ method: 'ACK', port: peer.port, toTag: 'lt', branch: 'z9hG4bK-a' }),
    other.stack.port,
  );
  await peer.rest();
  expect(other.stack.unfinished).toBe(0);
  expect(stack.respond('t', { ...answer(request, 200), vias: ['SIP/2.0/UDP name.invalid'] })).toBe(false);
  await other.close();
});

test('server - the same request by two ways: the second gets 482 (RFC 3261 §8.2.2.2)', async () => {
  const { peer, stack, user } = open;
  await say(textRequest({ method: 'MESSAGE', port: peer.port, branch: 'z9hG4bK-a' }));
  await peer.say(textRequest({ method: 'MESSAGE', port: peer.port, branch: 'z9hG4bK-b' }), stack.port);
  expect(lines(await peer.rest())).toEqual(['SIP/2.0 482 Loop Detected']);
  await peer.say(
    textRequest({ method: 'MESSAGE', port: peer.port, branch: 'z9hG4bK-c', cseq: 2 }),
    stack.port,
  );
  await peer.rest();
  expect(user.requests.map(({ request }) => request.cseq.number)).toEqual([1, 2]);
});

test('server - an INVITE that comes by a second way while it rings gets 482, however long it has rung', async () => {
  const { peer, stack, user } = open;
  await say(textRequest({ method: 'INVITE', port: peer.port, branch: 'z9hG4bK-a' }), 180);
  for (let seconds = 0; seconds < 170; seconds += 10) await vi.advanceTimersByTimeAsync(10_000);
  await peer.rest();
  await peer.say(textRequest({ method: 'INVITE', port: peer.port, branch: 'z9hG4bK-b' }), stack.port);
  expect(lines(await peer.rest())).toEqual(['SIP/2.0 482 Loop Detected']);
  expect(user.methods).toEqual(['INVITE']);
});

test('server - one branch used by two hosts, or by two methods, makes two transactions', async () => {
  const { peer, stack, user } = open;
  await say(textRequest({ method: 'MESSAGE', port: peer.port, callId: 'a' }), 200);
  const via = 'SIP/2.0/UDP other.invalid;rport;branch=z9hG4bK-1';
  await peer.say(textRequest({ method: 'MESSAGE', port: peer.port, callId: 'b', via }), stack.port);
  await peer.say(textRequest({ method: 'OPTIONS', port: peer.port, callId: 'c' }), stack.port);
  expect(await peer.rest()).toHaveLength(3);
  expect(user.methods).toEqual(['MESSAGE', 'MESSAGE', 'OPTIONS']);
});

test('server - RFC 2543 requests without a branch are told apart by Call-ID, CSeq and From tag', async () => {
  const { peer, stack, user } = open;
  const via = `SIP/2.0/UDP 127.0.0.1:${peer.port}`;
  const invite = textRequest({ method: 'INVITE', port: peer.port, via });
  await say(invite, 486);
  await peer.say(invite, stack.port);
  await peer.say(textRequest({ method: 'ACK', port: peer.port, via, toTag: 'lt' }), stack.port);
  await peer.say(textRequest({ method: 'INVITE', port: peer.port, via, callId: 'b' }), stack.port);
  expect(lines(await peer.rest())).toEqual([
    'SIP/2.0 100 Trying',
    'SIP/2.0 486 Busy Here',
    'SIP/2.0 486 Busy Here',
    'SIP/2.0 100 Trying',
    'SIP/2.0 486 Busy Here',
  ]);
  expect(user.methods).toEqual(['INVITE', 'INVITE']);
});
