import { StoxgateError } from '@stoxgate/contracts';
import type { ServiceContext } from '@stoxgate/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { FakeRelay, onlyPings, willing } from './testing/fake-relay.ts';
import { type EdgeSettings, type OpenEdge, openEdge, SHORT } from './testing/open-edge.ts';

const OFFER = { kind: 'offer', from: 'xmpp', sdp: 'v=0\r\na=ice-pwd:hidden\r\n', to: 'rtp' } as const;
const ANSWER = { kind: 'answer', from: 'sip', sdp: 'v=0\r\n', to: 'webrtc' } as const;
const DELETE = { kind: 'delete' } as const;

let relays: FakeRelay[] = [];
let open: OpenEdge | undefined;
afterEach(async () => {
  await open?.close();
  for (const relay of relays) relay.close();
  relays = [];
  open = undefined;
});

async function start(count: number, settings: Partial<EdgeSettings> = {}): Promise<OpenEdge> {
  for (let at = 0; at < count; at++) relays.push(await FakeRelay.open());
  open = await openEdge({ relays: relays.map(({ name }) => name), timing: SHORT, ...settings });
  return open;
}

const relay = (at: number): FakeRelay => {
  const found = relays[at];
  if (found === undefined) throw new Error('no such relay');
  return found;
};

const isSaidAway = ({ edge }: OpenEdge): Promise<void> =>
  vi.waitFor(() => expect(edge.readiness()).toEqual({ media: `no answer from ${relay(0).name}` }), {
    timeout: 4000,
  });

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

test('media edge - silence is unreachable, in time; the relay is away and told once, then back', async () => {
  const edge = await start(1);
  expect(edge.edge.readiness()).toEqual({ media: undefined });
  await vi.waitFor(() => expect(relay(0).pings).toBeGreaterThan(2), { timeout: 4000 });
  relay(0).script = () => undefined;
  const before = performance.now();
  await edge.send(OFFER, { exchange: '1' });
  expect((await edge.event()).payload).toMatchObject({ cause: 'unreachable' });
  expect(performance.now() - before).toBeLessThan(3 * SHORT.budgetMs);
  // An answer to a ping of before may have come after the offer was sent: then the next ping tells.
  await isSaidAway(edge);
  expect(await edge.metrics()).toMatch(/stoxgate_media_relay_up\{relay="udp:[^"]+"[^}]*\} 0/);
  relay(0).script = willing;
  await vi.waitFor(() => expect(edge.edge.readiness()).toEqual({ media: undefined }), { timeout: 4000 });
  const said = edge.log.map(({ msg }) => msg).filter((msg) => /answer/.test(String(msg)));
  expect(said).toEqual(['media relay answers', 'media relay does not answer', 'media relay answers']);
});

test('media edge - where calls may do without a relay, its absence is no fault', async () => {
  const auto = (context: ServiceContext): ServiceContext => ({
    ...context,
    config: { ...context.config, media: { ...context.config.media, relay: 'auto' } },
  });
  const edge = await start(1, { change: auto });
  relay(0).script = () => undefined;
  await edge.send(OFFER, { exchange: '1' });
  expect((await edge.event()).payload).toMatchObject({ cause: 'unreachable' });
  expect(edge.edge.readiness()).toEqual({ media: undefined });
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
  ['is silent', onlyPings],
  [
    'is full',
    (asked: Parameters<typeof willing>[0]) =>
      asked.request.command === 'offer' ? asked.reply({ result: 'load limit' }) : willing(asked),
  ],
])('media edge - a new call goes to the next relay when the first %s', async (_, script) => {
  const edge = await start(2);
  for (const each of relays) each.script = script;
  await edge.send(OFFER, { call: 'lost' });
  expect((await edge.event()).payload).toMatchObject({ type: 'media.request.failed' });
  for (const each of relays) expect(each.commands).toContain('offer');
  for (const at of [0, 1]) {
    relay(at).script = willing;
    relay(1 - at).script = script;
    await edge.send(OFFER, { call: `found ${at}` });
    expect((await edge.event()).payload).toMatchObject({ relay: relay(at).name });
  }
});

test('media edge - a relay that was silent to an offer is told to forget the call when it is back', async () => {
  const edge = await start(1);
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await edge.event();
  expect(relay(0).commands).toEqual(['offer']);
  relay(0).script = willing;
  await vi.waitFor(() => expect(relay(0).commands).toEqual(['offer', 'delete']), { timeout: 4000 });
});

test('media edge - a new offer of the call takes the late delete back', async () => {
  const edge = await start(1);
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await edge.event();
  relay(0).script = ({ request, reply }) => {
    if (request.command === 'offer') reply({ result: 'ok', sdp: 'v=0\r\n' });
  };
  await edge.send(OFFER);
  await edge.event();
  relay(0).script = willing;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(new Set(relay(0).commands)).toEqual(new Set(['offer']));
});

test('media edge - with a relay named, no other is asked', async () => {
  const edge = await start(2);
  relay(0).script = onlyPings;
  await edge.send(OFFER, { relay: relay(0).name });
  expect((await edge.event()).payload).toMatchObject({ cause: 'unreachable' });
  await edge.send(OFFER, { relay: 'udp:192.0.2.1:1' });
  expect((await edge.event()).payload).toMatchObject({ cause: 'unreachable' });
  expect(relay(1).asked).toEqual([]);
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
  const exchanges: unknown[] = [];
  for (let at = 0; at < 3; at++) exchanges.push((await edge.event()).payload);
  expect(exchanges).toMatchObject([{ exchange: '3' }, { exchange: '1' }, { exchange: '2' }]);
  await vi.waitFor(() => expect(relay(0).commands.at(-1)).toBe('delete'));
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
  await edge.send(OFFER);
  await edge.event();
  await vi.waitFor(() => expect(relay(0).asked).toHaveLength(2));
  expect(relay(0).asked[0]?.cookie).toBe(relay(0).asked[1]?.cookie);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(edge.events).toEqual([]);
});

test('media edge - candidates and digits are no event, and do not wait for a relay that is away', async () => {
  const edge = await start(1);
  await edge.send({ kind: 'candidates', from: 'xmpp', sdp: 'm=audio 9 RTP/AVP 0\r\n' });
  await edge.send({ kind: 'digit', from: 'sip', digit: '1', durationMs: 100 });
  await vi.waitFor(() => expect(relay(0).commands).toEqual(['offer', 'play DTMF']));
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await edge.event();
  await isSaidAway(edge);
  const before = performance.now();
  for (let at = 0; at < 5; at++) await edge.send({ kind: 'digit', from: 'sip', digit: '1', durationMs: 100 });
  await edge.send(ANSWER, { relay: relay(0).name });
  expect((await edge.event()).payload).toMatchObject({ cause: 'unreachable' });
  expect(performance.now() - before).toBeLessThan(4 * SHORT.budgetMs);
  expect(edge.events).toEqual([]);
});

test('media edge - a delete goes to the relay of the call, or to all when none is known', async () => {
  const edge = await start(2);
  await edge.send(DELETE, { relay: relay(1).name });
  await edge.send(DELETE, { call: 'other' });
  await vi.waitFor(() => expect(relay(0).asked.map(({ request }) => request['call-id'])).toEqual(['other']));
  expect(relay(1).asked.map(({ request }) => request['call-id'])).toEqual(['c/out', 'other']);
  expect(edge.events).toEqual([]);
});

test('media edge - a delete that no relay hears is tried for a while, then lost and counted', async () => {
  const edge = await start(1);
  relay(0).script = () => undefined;
  await edge.send(DELETE, { relay: relay(0).name });
  await vi.waitFor(async () => expect(await edge.metrics()).toMatch(/deletes_waiting\S* 1/), {
    timeout: 2000,
  });
  await vi.waitFor(async () => expect(await edge.metrics()).toMatch(/deletes_lost_total\S* 1/), {
    timeout: 3000,
  });
  expect(await edge.metrics()).toMatch(/deletes_waiting\S* 0/);
});

test('media edge - drains what is in hand, and goes on until it is stopped', async () => {
  const edge = await start(1);
  relay(0).script = onlyPings;
  await edge.send(OFFER);
  await vi.waitFor(() => expect(relay(0).asked).toHaveLength(1));
  await edge.edge.drain(2000);
  expect(edge.events).toHaveLength(1);
  relay(0).script = willing;
  await edge.send(OFFER);
  await vi.waitFor(() => expect(edge.events).toHaveLength(2));
  await edge.edge.stop();
  await edge.send(OFFER);
  await new Promise((resolve) => setTimeout(resolve, 50));
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
  await edge.close();
  open = undefined;
  expect(spans).toMatchObject([
    { name: 'media offer', parent: spanId, failed: false, attributes: { 'media.relay': relay(0).name } },
    { name: 'media answer', parent: spanId, failed: true },
  ]);
});

test('media edge - a request that was lost does not make a relay away that has answered another since', async () => {
  const edge = await start(1);
  relay(0).script = onlyPings;
  await edge.send(OFFER);
  expect((await edge.event()).payload).toMatchObject({ cause: 'unreachable' });
  expect(edge.log.map(({ msg }) => msg)).not.toContain('media relay does not answer');
});
