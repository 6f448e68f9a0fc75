import type { ServiceContext } from '@stoxgate/runtime';
import { afterEach, expect, test } from 'vitest';
import { onlyPings, willing } from './testing/fake-relay.ts';
import { FakeTimeWorld, passes } from './testing/fake-time-world.ts';
import { TIMING } from './timing.ts';

const OFFER = { kind: 'offer', from: 'xmpp', sdp: 'v=0\r\n', to: 'rtp' } as const;
const ANSWER = { kind: 'answer', from: 'sip', sdp: 'v=0\r\n', to: 'webrtc' } as const;
const DIGIT = { kind: 'digit', from: 'sip', digit: '1', durationMs: 100 } as const;
const DELETE = { kind: 'delete' } as const;
const UNREACHABLE = { type: 'media.request.failed', cause: 'unreachable' };

const world = new FakeTimeWorld();
const relay = (at: number) => world.relay(at);
afterEach(() => world.stop());

const isAsked = (count: number): Promise<void> => expect.poll(() => relay(0).asked.length).toBe(count);

test('media edge - silence is unreachable, in time; the relay is away and told once, then back', async () => {
  const edge = await world.start(1);
  expect(edge.edge.readiness()).toEqual({ media: undefined });
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await isAsked(1);
  await passes(TIMING.budgetMs - 1);
  expect(edge.events).toEqual([]);
  await passes(1);
  expect((await edge.event()).payload).toMatchObject(UNREACHABLE);
  expect(edge.edge.readiness()).toEqual({ media: `no answer from ${relay(0).name}` });
  expect(await edge.metrics()).toMatch(/stoxgate_media_relay_up\{relay="udp:[^"]+"[^}]*\} 0/);
  await passes(3 * TIMING.pingEveryMs);
  relay(0).script = willing;
  await world.untilPing();
  await expect.poll(() => edge.edge.readiness()).toEqual({ media: undefined });
  const said = edge.log.map(({ msg }) => msg).filter((msg) => /answer/.test(String(msg)));
  expect(said).toEqual(['media relay answers', 'media relay does not answer', 'media relay answers']);
});

test('media edge - a relay of which nothing is asked is found away, and back, by pings', async () => {
  const edge = await world.start(1);
  relay(0).script = () => undefined;
  await world.untilPing();
  await passes(TIMING.budgetMs);
  expect(edge.edge.readiness()).toEqual({ media: `no answer from ${relay(0).name}` });
  relay(0).script = willing;
  await world.untilPing();
  await expect.poll(() => edge.edge.readiness()).toEqual({ media: undefined });
});

test('media edge - where calls may do without a relay, its absence is no fault', async () => {
  const auto = (context: ServiceContext): ServiceContext => ({
    ...context,
    config: { ...context.config, media: { ...context.config.media, relay: 'auto' } },
  });
  const edge = await world.start(1, { change: auto });
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await passes(TIMING.budgetMs);
  expect((await edge.event()).payload).toMatchObject(UNREACHABLE);
  expect(edge.edge.readiness()).toEqual({ media: undefined });
});

test('media edge - a relay that was silent to an offer is told to forget the call when it is back', async () => {
  const edge = await world.start(1);
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await passes(TIMING.budgetMs);
  await edge.event();
  await passes(TIMING.deleteEveryMs);
  expect(relay(0).commands).toEqual(['offer']);
  relay(0).script = willing;
  await world.untilPing();
  await expect.poll(() => edge.edge.readiness()).toEqual({ media: undefined });
  await passes(TIMING.deleteEveryMs);
  await expect.poll(() => relay(0).commands).toEqual(['offer', 'delete']);
});

test('media edge - a new offer of the call takes the late delete back', async () => {
  const edge = await world.start(1);
  relay(0).script = () => undefined;
  await edge.send(OFFER);
  await passes(TIMING.budgetMs);
  await edge.event();
  relay(0).script = willing;
  await edge.send(OFFER);
  expect((await edge.event()).payload).toMatchObject({ type: 'media.request.answered' });
  await passes(TIMING.deleteEveryMs);
  // Datagrams keep their order on the loopback: a delete would have come before it.
  await edge.send(DIGIT);
  await expect.poll(() => relay(0).commands).toEqual(['offer', 'offer', 'play DTMF']);
});

test('media edge - with a relay named, no other is asked', async () => {
  const edge = await world.start(2);
  relay(0).script = onlyPings;
  await edge.send(OFFER, { relay: relay(0).name });
  await passes(TIMING.budgetMs);
  expect((await edge.event()).payload).toMatchObject(UNREACHABLE);
  await edge.send(OFFER, { relay: 'udp:192.0.2.1:1' });
  expect((await edge.event()).payload).toMatchObject(UNREACHABLE);
  expect(relay(1).asked).toEqual([]);
});

test('media edge - candidates and digits are no event, and do not wait for a relay that is away', async () => {
  const edge = await world.start(1);
  await edge.send({ kind: 'candidates', from: 'xmpp', sdp: 'm=audio 9 RTP/AVP 0\r\n' });
  await edge.send(DIGIT);
  await expect.poll(() => edge.metrics()).toMatch(/\{kind="digit",result="ok"[^}]*\} 1/);
  expect(relay(0).commands).toEqual(['offer', 'play DTMF']);
  relay(0).script = () => undefined;
  await passes(1);
  await edge.send(OFFER);
  await passes(TIMING.budgetMs);
  await edge.event();
  for (let at = 0; at < 5; at++) await edge.send(DIGIT);
  await edge.send(ANSWER, { relay: relay(0).name });
  await expect.poll(() => relay(0).commands.at(-1)).toBe('answer');
  await passes(TIMING.budgetMs);
  expect((await edge.event()).payload).toMatchObject(UNREACHABLE);
  expect(edge.events).toEqual([]);
});

test('media edge - a delete that no relay hears is tried for a while, then lost and counted', async () => {
  const edge = await world.start(1);
  relay(0).script = () => undefined;
  await edge.send(DELETE, { relay: relay(0).name });
  await passes(TIMING.budgetMs);
  await expect.poll(() => edge.metrics()).toMatch(/deletes_waiting\S* 1/);
  await passes(TIMING.deleteForMs - TIMING.deleteEveryMs);
  expect(await edge.metrics()).toMatch(/deletes_waiting\S* 1/);
  await passes(TIMING.deleteEveryMs);
  expect(await edge.metrics()).toMatch(/deletes_lost_total\S* 1/);
  expect(await edge.metrics()).toMatch(/deletes_waiting\S* 0/);
});

test('media edge - a request that was lost does not make a relay away that has answered another since', async () => {
  const edge = await world.start(1);
  relay(0).script = (asked) => {
    if (asked.request.command !== 'offer') willing(asked);
  };
  await edge.send(OFFER);
  await isAsked(1);
  await passes(1);
  await edge.send(ANSWER, { call: 'other', relay: relay(0).name });
  expect((await edge.event()).payload).toMatchObject({ type: 'media.request.answered' });
  await passes(TIMING.budgetMs - 1);
  expect((await edge.event()).payload).toMatchObject(UNREACHABLE);
  expect(edge.log.map(({ msg }) => msg)).not.toContain('media relay does not answer');
});

test('media edge - a delete stays with the bus until its relay has heard it', async () => {
  let bus: ServiceContext['bus'] | undefined;
  const edge = await world.start(1, {
    change: (context) => {
      bus = context.bus;
      return context;
    },
  });
  relay(0).script = () => undefined;
  await edge.send(DELETE);
  await isAsked(1);
  await passes(TIMING.budgetMs);
  expect(bus?.backlog()).toBe(1);
  relay(0).script = willing;
  await world.untilPing();
  await expect.poll(() => edge.edge.readiness()).toEqual({ media: undefined });
  await passes(TIMING.deleteEveryMs);
  await expect.poll(() => bus?.backlog()).toBe(0);
});
