import { createMemoryBus } from '@stoxgate/bus';
import { WAITING_EVENTS_MAX } from '@stoxgate/runtime';
import { startFakeXmppServer } from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import { expect, onTestFinished, test } from 'vitest';
import { DOMAIN, FROM, idsOf, message, ready, TO, until, world } from './testing/edge-world.ts';

/** Whether the translators are behind is looked at each quarter of a second. */
const LOOKED_MS = 350;

test('xmpp edge - commands are sent in order by the link of their domain', async () => {
  const { server, edge, command, bus } = await world({ domains: [DOMAIN, 'pbx.example.org'] });
  await ready(edge);
  const other = el('message', { from: 'x@pbx.example.org/r', to: FROM, id: 'other' });
  await Promise.all([
    command('c1', message('1', 'grüße <&>')),
    command('c2', message('2')),
    command('c3', other),
  ]);
  await until(() => expect(server.received).toHaveLength(3));
  const byDomain = (domain: string) =>
    server.received.filter((entry) => entry.domain === domain).map(({ stanza }) => stanza);
  expect(byDomain(DOMAIN)).toEqual([message('1', 'grüße <&>'), message('2')]);
  expect(byDomain('pbx.example.org')).toEqual([other]);
  await until(() => expect(bus.backlog()).toBe(0));
});

test('xmpp edge - a stanza that is not from the component is not sent: the server would end the stream', async () => {
  const { server, edge, command, lines, bus } = await world();
  await ready(edge);
  await command('c1', el('message', { from: 'eve@evil.example', to: FROM, id: '1' }));
  await command('c2', el('message', { to: FROM, id: '2' }));
  await command('c3', el('message', { from: `x@y@${DOMAIN}/z`, to: FROM, id: '3' }));
  await command('c4', el('message', { from: `evil.example/x@${DOMAIN}`, to: FROM, id: '4' }));
  await until(() => expect(idsOf(server)).toEqual(['3']));
  await until(() => expect(bus.backlog()).toBe(0));
  expect(lines.filter((line) => line.includes('not from this component'))).toHaveLength(3);
});

test('xmpp edge - nothing is lost over cuts, whatever moment they come at', async () => {
  const { server, edge, command, bus } = await world({ limits: { backlog: 1000 } });
  await ready(edge);
  const sent = Array.from({ length: 200 }, (_, i) => String(i));
  for (const [index, id] of sent.entries()) {
    await command(`c${id}`, message(id));
    if (index % 40 === 10) server.hang();
    if (index % 40 === 20) server.cut();
    if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await until(() => expect(new Set(idsOf(server)).size).toBe(200));
  await until(() => expect(bus.backlog()).toBe(0));
  // Repetitions keep the order: without them it is the order of sending.
  expect([...new Set(idsOf(server))]).toEqual(sent);
});

test('xmpp edge - two at a server that shares out: each pong finds its way, and the order stays', async () => {
  const { server, edge, command, bus } = await world({ limits: { backlog: 1000 } });
  await ready(edge);
  const second = await world({ server, bus, edge: 'edge-2', isConsumed: false, limits: { backlog: 1000 } });
  await ready(second.edge);
  expect(server.connected()).toEqual([DOMAIN, DOMAIN]);
  const sent = Array.from({ length: 200 }, (_, i) => String(i));
  const send = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) await command(`c${id}`, message(id));
  };
  await send(sent.slice(0, 100));
  await until(() => expect(bus.backlog()).toBe(0));
  await edge.stop();
  await send(sent.slice(100));
  await until(() => expect(bus.backlog()).toBe(0));
  expect(idsOf(server)).toEqual(sent);
});

test('xmpp edge - while the translators are behind, and wait for it, what it sends is confirmed all the same', async () => {
  const bus = createMemoryBus({ maxBacklog: 5000, maxDeliveries: 3, onDeadLetter: () => undefined });
  onTestFinished(() => bus.close());
  const behind = Object.assign(Object.create(bus), { waitingEvents: () => WAITING_EVENTS_MAX });
  const { server, edge, command } = await world({ bus: behind });
  await ready(edge);
  server.send(DOMAIN, el('presence', { from: FROM, to: TO }));
  await new Promise((resolve) => setTimeout(resolve, LOOKED_MS));
  const sent = Array.from({ length: 3000 }, (_, i) => String(i));
  for (const id of sent) await command(`c${id}`, message(id));
  await until(() => expect(bus.backlog()).toBe(0));
  expect(idsOf(server)).toEqual(sent);
});

test('xmpp edge - during a long absence commands wait on the bus, and go out afterwards', async () => {
  const { server, edge, command, lines, bus } = await world();
  await ready(edge);
  await server.stop();
  await until(() => expect(edge.readiness()['component sip.example.org']).toBeDefined());
  for (const id of ['1', '2', '3']) await command(`c${id}`, message(id));
  await until(() => expect(lines.some((line) => line.includes('left on the bus'))).toBe(true));
  expect(bus.backlog()).toBe(3);
  const again = await startFakeXmppServer({ components: { [DOMAIN]: 's3cret' }, port: server.port });
  onTestFinished(() => again.stop());
  await until(() => expect(idsOf(again)).toEqual(['1', '2', '3']));
  await until(() => expect(bus.backlog()).toBe(0));
});

test('xmpp edge - what an absent edge gave back is sent by another, and not again by the first', async () => {
  const first = await world();
  await ready(first.edge);
  await first.server.stop();
  await until(() => expect(first.edge.readiness()['component sip.example.org']).toBeDefined());
  await first.command('c1', message('1'));
  await until(() => expect(first.lines.some((line) => line.includes('left on the bus'))).toBe(true));
  const second = await world({ bus: first.bus, isConsumed: false });
  await until(() => expect(idsOf(second.server)).toEqual(['1']));
  await second.edge.stop();
  const again = await startFakeXmppServer({ components: { [DOMAIN]: 's3cret' }, port: first.server.port });
  onTestFinished(() => again.stop());
  await ready(first.edge);
  await first.command('c2', message('2'));
  await until(() => expect(idsOf(again)).toEqual(['2']));
});
