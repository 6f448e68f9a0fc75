import { type Bus, createMemoryBus } from '@stoxgate/bus';
import { brandEdgeId } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import { el } from '@stoxgate/wire-xmpp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LinkPeers } from './link-peers.ts';

const DOMAIN = 'sip.example.org';
const LOOK_MS = 100;

let bus: Bus;
const ends: LinkPeers[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  bus = createMemoryBus({ maxBacklog: 10, maxDeliveries: 3, onDeadLetter: () => {} });
});
afterEach(async () => {
  for (const peers of ends.splice(0)) await peers.stop();
  await bus.close();
  vi.useRealTimers();
});
const turn = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

function open(name: string, domain = DOMAIN) {
  const told: string[] = [];
  const peers = new LinkPeers({
    domain,
    bus,
    edgeId: brandEdgeId(name),
    log: { debug: () => {}, warn: () => {} } as unknown as Logger,
    lookMs: LOOK_MS,
    onTurn: (isOurs) => told.push(isOurs ? 'sends' : 'is silent'),
    onPong: (id) => told.push(`pong ${id}`),
  });
  ends.push(peers);
  return { peers, told };
}

test('link peers - a lone link sends at once, each of its domain', async () => {
  const [one, other] = [open('edge-1'), open('edge-2', 'fax.example.org')];
  one.peers.online();
  other.peers.online();
  await turn();
  expect([one.told, other.told]).toEqual([['sends'], ['sends']]);
  expect(one.peers.areOthers).toBe(false);
});

test('link peers - the eldest sends; the next one when it is gone', async () => {
  const [one, other] = [open('edge-1'), open('edge-2')];
  one.peers.online();
  await turn(1);
  other.peers.online();
  await turn(10 * LOOK_MS);
  expect([one.told, other.told]).toEqual([['sends'], []]);
  expect([one.peers.areOthers, other.peers.areOthers]).toEqual([true, true]);
  await one.peers.stop();
  await turn(LOOK_MS);
  expect([one.told, other.told]).toEqual([['sends', 'is silent'], ['sends']]);
});

test('link peers - an eldest that comes back waits until the other has seen it', async () => {
  const [one, other] = [open('edge-1'), open('edge-2')];
  one.peers.online();
  await turn(1);
  other.peers.online();
  await turn(LOOK_MS);
  one.peers.offline();
  await turn(LOOK_MS);
  expect(other.told).toEqual(['sends']);
  one.peers.online();
  await turn(1);
  expect(one.told).toEqual(['sends', 'is silent']);
  await turn(2 * LOOK_MS);
  expect([one.told, other.told]).toEqual([
    ['sends', 'is silent', 'sends'],
    ['sends', 'is silent'],
  ]);
});

test('link peers - while nobody can be seen all stays as it is', async () => {
  const one = open('edge-1');
  one.peers.online();
  await turn();
  vi.spyOn(bus, 'attended').mockRejectedValue(new Error('away'));
  await turn(10 * LOOK_MS);
  expect(one.told).toEqual(['sends']);
});

test('link peers - a ping that came to another comes to its own', async () => {
  const [one, other] = [open('edge-1'), open('edge-2')];
  one.peers.online();
  other.peers.online();
  await turn();
  one.told.length = 0;
  other.peers.handOn(brandEdgeId('edge-1'), el('iq', { type: 'get', id: 'ping.edge-1.0a.1' }));
  other.peers.handOn(brandEdgeId('edge-3'), el('iq', { type: 'get', id: 'ping.edge-3.0a.1' }));
  await turn();
  expect([one.told, other.told]).toEqual([['pong ping.edge-1.0a.1'], []]);
});
