import { type Bus, createMemoryBus } from '@stoxgate/bus';
import {
  brandEdgeId,
  type CommandOf,
  type EventEnvelope,
  eventSubjectOf,
  StoxgateError,
} from '@stoxgate/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { createSealer } from './sealing.ts';
import { FakeXmppServer } from './testing/fake-xmpp-server.ts';
import { type EdgeSettings, type OpenEdge, openEdge, PHONE } from './testing/open-edge.ts';

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

const waitFor = (test: () => void): Promise<void> => vi.waitFor(test, { timeout: 30_000, interval: 5 });

async function startServer(): Promise<FakeXmppServer> {
  const server = await FakeXmppServer.open();
  closes.push(() => server.close());
  return server;
}

async function startEdge(settings: EdgeSettings = {}): Promise<OpenEdge> {
  const phones = { transport: 'client', client_url: 'xmpp://127.0.0.1', ...settings.phones };
  const edge = await openEdge({ ...settings, phones });
  closes.push(edge.close);
  return edge;
}

const createBus = (): Bus =>
  createMemoryBus({ maxBacklog: 5000, maxDeliveries: 3, onDeadLetter: () => undefined });

/** What edges tell of the phone on a bus. */
async function hear(bus: Bus): Promise<string[]> {
  const told: string[] = [];
  await bus.consume({ subject: eventSubjectOf(PHONE), durable: 't', maxInFlight: 1 }, async (envelope) => {
    told.push(textOf(envelope as EventEnvelope));
  });
  return told;
}

const textOf = ({ edge, payload }: EventEnvelope): string => {
  const { type, ...rest } = payload;
  return [edge, type.slice('phone.'.length), ...Object.values(rest)].join(' ');
};

const SECRET = createSealer(undefined).seal(PHONE, 'pencil');
const keep = { type: 'phone.connection.keep', connection: 'c1' } as const;
const openAt = (url: string, edge = 'e1'): CommandOf<'phone.connection.open'> => ({
  type: 'phone.connection.open',
  connection: 'c1',
  edge,
  url,
  domain: 'localhost',
  username: 'alice',
  secret: SECRET,
  mechanisms: ['PLAIN'],
  resource: 'SIP-phone',
});
const show = {
  type: 'phone.presence.send',
  connection: 'c1',
  edge: 'e1',
  number: 1,
  presence: '<presence xmlns="jabber:client" id="p"/>',
} as const;
const close = { type: 'phone.connection.close', connection: 'c1', edge: 'e1' } as const;

test('connections - one is taken, opened, shown in, closed; what holds it is in hand until then', async () => {
  const [server, bus] = [await startServer(), createBus()];
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toEqual(['e1 connection.taken c1']));
  await edge.tell(openAt(server.url));
  await waitFor(() => expect(told[1]).toBe('e1 connection.opened c1'));
  await edge.tell(show);
  await waitFor(() => expect(told[2]).toBe('e1 presence.sent c1 1'));
  await waitFor(() => expect(server.last.heard).toContain('<presence xmlns="jabber:client" id="p"/>'));
  expect(bus.backlog()).toBe(1);
  const metrics = await edge.metrics();
  expect(metrics).toMatch(/^stoxgate_phone_connections(\{[^}]*\})? 1$/m);
  expect(metrics).toMatch(/^stoxgate_phone_connections_total\{result="opened"[^}]*\} 1$/m);
  await edge.tell(close);
  await waitFor(() => expect(told[3]).toBe('e1 connection.closed c1 asked'));
  await waitFor(() => expect(bus.backlog()).toBe(0));
  expect(server.peers.filter(({ heard }) => heard.includes('<auth'))).toHaveLength(1);
});

test('connections - one that is not to be opened is let go', async () => {
  const bus = createBus();
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toHaveLength(1));
  await edge.tell(close);
  await waitFor(() => expect(told[1]).toBe('e1 connection.closed c1 asked'));
  await waitFor(() => expect(bus.backlog()).toBe(0));
});

test('connections - of one that is not here nothing is heard', async () => {
  const [server, bus] = [await startServer(), createBus()];
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  for (const command of [openAt(server.url), show, close]) await edge.tell(command);
  await waitFor(() => expect(bus.backlog()).toBe(0));
  expect([told, server.peers]).toEqual([[], []]);
});

test('connections - told anew to keep one, it has the newer command in hand, and goes on', async () => {
  const [server, bus] = [await startServer(), createBus()];
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toHaveLength(1));
  await edge.tell(openAt(server.url));
  await waitFor(() => expect(told).toHaveLength(2));
  await edge.tell({ ...keep, edge: 'e1' });
  await edge.tell(openAt(server.url));
  await waitFor(() => expect(bus.backlog()).toBe(1));
  expect(told).toHaveLength(2);
  server.last.cut();
  await waitFor(() => expect(told[2]).toBe('e1 connection.closed c1 transport'));
  await waitFor(() => expect(bus.backlog()).toBe(0));
  expect(server.peers.filter(({ heard }) => heard.includes('<auth'))).toHaveLength(1);
});

test('connections - what an edge has when it ends is taken by another one, and told by nobody else', async () => {
  const [server, bus] = [await startServer(), createBus()];
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus, busName: 'nats://127.0.0.1' }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toHaveLength(1));
  await edge.tell(openAt(server.url));
  await waitFor(() => expect(told).toHaveLength(2));
  await startEdge({ bus, busName: 'nats://127.0.0.1', edgeId: 'e2' });
  await edge.edge.drain(5000);
  await waitFor(() => expect(told[2]).toBe('e2 connection.taken c1'));
  expect(told).toHaveLength(3);
});

test('connections - on a bus of this process alone they last until it ends', async () => {
  const [server, bus] = [await startServer(), createBus()];
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toHaveLength(1));
  await edge.tell(openAt(server.url));
  await waitFor(() => expect(told).toHaveLength(2));
  await edge.edge.drain(5000);
  await edge.tell(show);
  await waitFor(() => expect(told[2]).toBe('e1 presence.sent c1 1'));
});

test('connections - while the bus does not hear of one, it is not lost', async () => {
  const bus = createBus();
  closes.push(() => bus.close());
  let refusals = 1;
  const refusing: Bus = {
    ...bus,
    consume: (...args) => bus.consume(...args),
    deserted: (...args) => bus.deserted(...args),
    publish: (subject, envelope, timeoutMs) => {
      const isRefused = envelope.edge === 'e1' && refusals-- > 0;
      return isRefused
        ? Promise.reject(new StoxgateError('STOX_BUS_UNAVAILABLE', 'away'))
        : bus.publish(subject, envelope, timeoutMs);
    },
  };
  const [edge, told] = [await startEdge({ bus: refusing }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toEqual(['e1 connection.taken c1']));
  refusals = 1;
  await edge.tell(close);
  await waitFor(() => expect(told).toEqual(['e1 connection.taken c1', 'e1 connection.taken c1']));
});

test('connections - no login without a password that can be opened, nor to what is no address; neither is in the log', async () => {
  const bus = createBus();
  closes.push(() => bus.close());
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  const sealed = createSealer(Buffer.alloc(32, 3).toString('base64')).seal(PHONE, 'pencil');
  const wrong = [
    [{ ...openAt('xmpp://127.0.0.1'), secret: sealed }, 'secret'],
    [openAt('ws://xmpp.example.org/'), 'unusable'],
    [openAt('http://127.0.0.1/'), 'unusable'],
    [openAt('nonsense'), 'unusable'],
  ] as const;
  for (const [at, [command, cause]] of wrong.entries()) {
    const connection = `c${at}`;
    await edge.tell({ ...keep, connection });
    await waitFor(() => expect(told).toHaveLength(2 * at + 1));
    await edge.tell({ ...command, connection });
    await waitFor(() => expect(told[2 * at + 1]).toBe(`e1 connection.closed ${connection} ${cause}`));
  }
  const written = edge.log.join('');
  expect(written).toContain('see phones.key');
  for (const hidden of ['pencil', SECRET.text, sealed.text, 'alice']) expect(written).not.toContain(hidden);
});

test('connections - an edge whose phones log in over BOSH opens none, and lets go of what is left', async () => {
  const bus = createBus();
  closes.push(() => bus.close());
  const phones = { transport: 'bosh', bosh_url: 'http://127.0.0.1/http-bind' };
  const [edge, told] = [await startEdge({ bus, phones }), await hear(bus)];
  await edge.tell(keep);
  await waitFor(() => expect(told).toEqual(['e1 connection.taken c1']));
  await edge.tell(openAt('xmpp://127.0.0.1'));
  await waitFor(() => expect(told[1]).toBe('e1 connection.closed c1 refused'));
  await waitFor(() => expect(bus.backlog()).toBe(0));
});

test('connections - what was left for an edge that is gone is cleared away', async () => {
  const bus = createBus();
  closes.push(() => bus.close());
  const gone = { subject: 'stox.cmd.bosh.e0' as never, durable: 'bosh-edge.e0', maxInFlight: 1 };
  const consumer = await bus.consume(gone, async () => undefined);
  await consumer.stop(0);
  const [edge, told] = [await startEdge({ bus }), await hear(bus)];
  await edge.tell({ ...keep, edge: brandEdgeId('e0') });
  await edge.tell({ ...show, edge: 'e0' });
  await waitFor(() => expect(told).toEqual(['e1 connection.taken c1']));
  await edge.tell(close);
  await waitFor(() => expect(bus.backlog()).toBe(0));
});
