import { StoxgateError } from '@stoxgate/contracts';
import { afterEach, expect, test } from 'vitest';
import { onlyPings, willing } from './testing/fake-relay.ts';
import { FakeTimeWorld, passes, settle } from './testing/fake-time-world.ts';
import { TIMING } from './timing.ts';

const OFFER = { kind: 'offer', from: 'xmpp', sdp: 'v=0\r\na=ice-pwd:hidden\r\n', to: 'rtp' } as const;
const ANSWER = { kind: 'answer', from: 'sip', sdp: 'v=0\r\n', to: 'webrtc' } as const;
const DELETE = { kind: 'delete' } as const;

const world = new FakeTimeWorld();
const relay = (at: number) => world.relay(at);
const start = world.start.bind(world);
afterEach(() => world.stop());

test('media edge - an offer and an answer come back as events, in the words of the contract', async () => {
  const edge = await start(1);
  await edge.send(OFFER, { exchange: '1' });
  await edge.send(ANSWER, { exchange: '2', relay: relay(0).name });
  expect(await edge.event()).toMatchObject({
    key: 'call:c',
    edge: 'e1',
    id: expect.stringMatching(/^media:[0-9a-f]{32}$/),
    payload: { type: 'media.request.answered', exchange: '1', relay: relay(0).name, sdp: 'v=0\r\n' },
  });
  const { payload } = await edge.event();
  expect(payload).toMatchObject({ exchange: '2', sdp: 'v=0\r\na=mid:0\r\n' });
  expect(await edge.metrics()).toMatch(/stoxgate_media_requests_total\{kind="offer",result="ok"[^}]*\} 1/);
});

test.each([
  ['refused', { result: 'error', 'error-reason': 'Unknown call-id' }],
  ['refused', { result: 'load limit' }],
  ['unreadable', 'nonsense'],
  ['unreadable', { result: 'pong' }],
  ['unreadable', { result: 'ok' }],
])('media edge - %s: %j', async (cause, body) => {
  const edge = await start(1);
  relay(0).script = (asked) => (asked.request.command === 'ping' ? willing(asked) : asked.reply(body));
  await edge.send(OFFER, { exchange: '7' });
  const { payload } = await edge.event();
  expect(payload).toEqual({ type: 'media.request.failed', exchange: '7', cause });
});

test('media edge - no line of the log has a description', async () => {
  const edge = await start(1);
  relay(0).script = (asked) =>
    asked.request.command === 'ping' ? willing(asked) : asked.reply({ result: 'error' });
  await edge.send(OFFER);
  await edge.event();
  expect(edge.log.length).toBeGreaterThan(1);
  expect(JSON.stringify(edge.log)).not.toContain('hidden');
});

test.each([
  ['is silent', onlyPings, TIMING.budgetMs / 2],
  [
    'is full',
    (asked: Parameters<typeof willing>[0]) =>
      asked.request.command === 'offer' ? asked.reply({ result: 'load limit' }) : willing(asked),
    0,
  ],
])('media edge - a new call goes to the next relay when the first %s', async (_, script, afterMs) => {
  const edge = await start(2);
  const asked = (call: string): readonly number[] =>
    [0, 1].filter((at) => relay(at).asked.some(({ request }) => request['call-id'] === call));
  for (const each of world.relays) each.script = script;
  await edge.send(OFFER, { call: 'lost' });
  for (const count of [1, 2]) {
    await expect.poll(() => asked('lost').length).toBeGreaterThanOrEqual(count);
    await passes(afterMs);
  }
  expect((await edge.event()).payload).toMatchObject({ type: 'media.request.failed' });
  for (const at of [0, 1]) {
    relay(at).script = willing;
    relay(1 - at).script = script;
    await edge.send(OFFER, { call: `found ${at}` });
    await expect.poll(() => asked(`found ${at}`)).not.toEqual([]);
    if (!asked(`found ${at}`).includes(at)) await passes(afterMs);
    expect((await edge.event()).payload).toMatchObject({ relay: relay(at).name });
  }
});

test('media edge - what concerns one call is done in order, calls do not wait for each other', async () => {
  const edge = await start(1);
  relay(0).script = (asked) => {
    const isHeld = asked.request['call-id'] === 'slow' && relay(0).asked.length === 1;
    if (!isHeld) willing(asked);
  };
  await edge.send(OFFER, { call: 'slow', exchange: '1' });
  await edge.send(ANSWER, { call: 'slow', exchange: '2', relay: relay(0).name });
  await edge.send(DELETE, { call: 'slow', relay: relay(0).name });
  await edge.send(OFFER, { call: 'quick', exchange: '3' });
  expect((await edge.event()).payload).toMatchObject({ exchange: '3' });
  expect(edge.events).toEqual([]);
  await passes(250);
  for (const exchange of ['1', '2']) expect((await edge.event()).payload).toMatchObject({ exchange });
  await expect.poll(() => relay(0).commands.at(-1)).toBe('delete');
  const slow = relay(0).asked.filter(({ request }) => request['call-id'] === 'slow');
  expect(slow.map(({ request }) => request.command)).toEqual(['offer', 'offer', 'answer', 'delete']);
});

test('media edge - a command that comes again asks with the same cookie and is one event', async () => {
  let isAway = true;
  const edge = await start(1, {
    change: (context) => ({
      ...context,
      bus: {
        ...context.bus,
        consume: (options, handler) =>
          context.bus.consume(options, async (envelope) => {
            await handler(envelope);
            if (!isAway) return;
            isAway = false;
            throw new StoxgateError('STOX_BUS_UNAVAILABLE', 'The bus is away.');
          }),
      },
    }),
  });
  await edge.send(OFFER, { exchange: '1' });
  await edge.event();
  await passes(100);
  await expect.poll(() => relay(0).asked.length).toBe(2);
  expect(relay(0).asked[0]?.cookie).toBe(relay(0).asked[1]?.cookie);
  await edge.send(OFFER, { exchange: '2' });
  expect((await edge.event()).payload).toMatchObject({ exchange: '2' });
});

test('media edge - a delete goes to the relay of the call, or to all when none is known', async () => {
  const edge = await start(2);
  await edge.send(DELETE, { relay: relay(1).name });
  await edge.send(DELETE, { call: 'other' });
  const calls = (at: number) => relay(at).asked.map(({ request }) => request['call-id']);
  await expect.poll(() => calls(0)).toEqual(['other']);
  await expect.poll(() => calls(1)).toEqual(['c/out', 'other']);
  expect(edge.events).toEqual([]);
});

test('media edge - drains what is in hand, and goes on until it is stopped', async () => {
  const edge = await start(1);
  relay(0).script = onlyPings;
  await edge.send(OFFER);
  await expect.poll(() => relay(0).asked.length).toBe(1);
  const drained = edge.edge.drain(2 * TIMING.budgetMs);
  await passes(TIMING.budgetMs + 100);
  await drained;
  expect(edge.events).toHaveLength(1);
  relay(0).script = willing;
  await edge.send(OFFER);
  await expect.poll(() => edge.events.length).toBe(2);
  await edge.edge.stop();
  await edge.send(OFFER);
  await settle();
  expect(edge.events).toHaveLength(2);
});

test('media edge - a span for each request, under the span of the command; the event goes on from it', async () => {
  const spans: { name: string; parent: string | undefined; failed: boolean; attributes: object }[] = [];
  const edge = await start(1, {
    spanExporter: {
      export: (batch, done) => {
        for (const { name, parentSpanContext, status, attributes } of batch) {
          spans.push({ name, parent: parentSpanContext?.spanId, failed: status.code === 2, attributes });
        }
        done({ code: 0 });
      },
      shutdown: async () => undefined,
    },
  });
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  await edge.send(OFFER, { trace: `00-${traceId}-${spanId}-01` });
  const { trace } = await edge.event();
  expect(trace).toMatch(new RegExp(`^00-${traceId}-(?!${spanId})[0-9a-f]{16}-01$`));
  relay(0).script = ({ reply }) => reply({ result: 'error', 'error-reason': 'no' });
  await edge.send(ANSWER, { trace: `00-${traceId}-${spanId}-01` });
  await edge.event();
  const { name } = relay(0);
  await world.stop();
  expect(spans).toMatchObject([
    { name: 'media offer', parent: spanId, failed: false, attributes: { 'media.relay': name } },
    { name: 'media answer', parent: spanId, failed: true },
  ]);
});
