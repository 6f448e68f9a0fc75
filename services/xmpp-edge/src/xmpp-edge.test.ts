import { type Meter, metrics, type Tracer } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import {
  brandEdgeId,
  type CommandEnvelope,
  type Envelope,
  eventSubject,
  keyOfCall,
  PARTITIONS,
  rootTraceOf,
  type Subject,
  type XmlElement,
  xmppDomainSubject,
} from '@stoxgate/contracts';
import {
  Config,
  type Logger,
  NOOP_TRACER,
  type RunningService,
  type ServiceContext,
} from '@stoxgate/runtime';
import { type FakeXmppServer, startFakeXmppServer } from '@stoxgate/testkit';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterEach, expect, test, vi } from 'vitest';
import { ComponentLink } from './component-link.ts';
import { EDGE_TIMING, type EdgeTiming } from './edge-timing.ts';
import { startXmppEdgeWith } from './xmpp-edge.ts';

const DOMAIN = 'sip.example.org';
const FROM = 'alice@example.org/desk';
const TO = `romeo@${DOMAIN}`;
const TIMING: EdgeTiming = {
  link: { ...EDGE_TIMING.link, backoff: { baseMs: 4, capMs: 20 }, lingerMs: 50 },
  confirmDelayMs: 5,
  patienceMs: 40,
  publishMs: 40,
  stopMs: 300,
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface World {
  readonly server: FakeXmppServer;
  readonly edge: RunningService;
  readonly events: Envelope[];
  readonly lines: string[];
  command(id: string, stanza: XmlElement): Promise<void>;
  readonly bus: Bus;
}

interface Setting {
  readonly domains?: readonly string[];
  readonly limits?: Readonly<Record<string, number>>;
  /** Without a consumer events stay on the bus. */
  readonly isConsumed?: boolean;
  readonly secret?: string;
  /** That of another world, to share. */
  readonly bus?: Bus;
  readonly maxEvents?: number;
  readonly tracer?: Tracer;
  readonly meter?: Meter;
}

async function world(setting: Setting = {}): Promise<World> {
  const { domains = [DOMAIN], limits = {}, isConsumed = true, secret } = setting;
  const server = await startFakeXmppServer({
    components: Object.fromEntries(domains.map((domain) => [domain, 's3cret'])),
  });
  const config = Config.parse({
    xmpp: {
      domains: ['example.org'],
      components: domains.map((domain) => ({ domain, port: server.port, secret: secret ?? 's3cret' })),
    },
    limits: { backlog: 50, stanza_bytes: 10_000, ...limits },
  });
  const bus =
    setting.bus ??
    createMemoryBus({
      maxBacklog: config.limits.backlog,
      maxDeliveries: 3,
      onDeadLetter: () => {},
    });
  const events: Envelope[] = [];
  if (isConsumed) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const options = { subject: eventSubject(partition), durable: 'test', maxInFlight: 1 };
      await bus.consume(options, async (envelope) => void events.push(envelope));
    }
  }
  const lines: string[] = [];
  const line = (_: unknown, text: string) => lines.push(text);
  const log = { debug: () => {}, info: line, warn: line, error: line };
  const context: ServiceContext = {
    config,
    edgeId: brandEdgeId('edge-1'),
    bus,
    store: undefined as never,
    log: log as unknown as Logger,
    tracer: setting.tracer ?? NOOP_TRACER,
    meter: setting.meter ?? metrics.getMeter('test'),
  };
  const edge = startXmppEdgeWith(context, TIMING, setting.maxEvents);
  ends.push(
    () => server.stop(),
    () => bus.close(),
    () => edge.stop(),
  );
  const command = (id: string, stanza: XmlElement): Promise<void> => {
    const domain = stanza.attrs.from?.split('/')[0]?.split('@').at(-1) ?? '';
    const envelope: CommandEnvelope = {
      v: 1,
      id,
      key: 'call:x',
      edge: 'translator-1',
      at: 0,
      payload: { type: 'xmpp.stanza.send', domain, stanza },
    };
    return bus.publish(xmppDomainSubject(domains.includes(domain) ? domain : DOMAIN) as Subject, envelope);
  };
  return { server, edge, events, lines, command, bus };
}

const until = <Result>(check: () => Result): Promise<Result> =>
  vi.waitFor(check, { timeout: 3000, interval: 5 });
const ready = (edge: RunningService): Promise<void> =>
  until(() =>
    expect(Object.values(edge.readiness())).toEqual(Object.values(edge.readiness()).map(() => undefined)),
  );
const message = (id: string, body = 'hi'): XmlElement =>
  el('message', { from: TO, to: FROM, type: 'chat', id }, el('body', {}, body));
const jingle = (action: string, id: string): XmlElement =>
  el('iq', { type: 'set', from: FROM, to: TO, id }, el('jingle', { xmlns: NS.JINGLE, action, sid: 's1' }));
const idsOf = (server: FakeXmppServer): (string | undefined)[] =>
  server.received.map(({ stanza }) => stanza.attrs.id);

test('xmpp edge - each component has its link, and readiness tells which is away and why', async () => {
  const { server, edge } = await world({ domains: [DOMAIN, 'pbx.example.org'] });
  expect(edge.readiness()).toEqual({
    'component sip.example.org': 'not connected: not connected yet',
    'component pbx.example.org': 'not connected: not connected yet',
  });
  await ready(edge);
  expect([...server.connected()].sort()).toEqual(['pbx.example.org', 'sip.example.org']);
  await server.stop();
  await until(() =>
    expect(edge.readiness()['component pbx.example.org']).toMatch(/^not connected: .*ECONNREFUSED/),
  );
});

test('xmpp edge - stanzas become events in order, with unique ids', async () => {
  const { server, edge, events } = await world();
  await ready(edge);
  for (const action of ['session-initiate', 'transport-info', 'session-terminate']) {
    server.send(DOMAIN, jingle(action, action));
  }
  server.send(DOMAIN, el('message', { from: FROM, to: TO }, el('body', {}, 'hi')));
  await until(() => expect(events).toHaveLength(4));
  const call = events.filter(({ key }) => key === 'call:s1');
  expect(call.map(({ payload }) => payload.type === 'xmpp.iq.received' && payload.stanza.attrs.id)).toEqual([
    'session-initiate',
    'transport-info',
    'session-terminate',
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  expect(events.every(({ v, edge }) => v === 1 && edge === 'edge-1')).toBe(true);
});

test('xmpp edge - every IQ is answered, also when the bus takes nothing', async () => {
  const { server, edge } = await world({ isConsumed: false, limits: { backlog: 1 } });
  await ready(edge);
  const asked = [
    el('iq', { type: 'get', from: FROM, to: TO, id: 'ping' }, el('ping', { xmlns: NS.PING })),
    el('iq', { type: 'get', from: FROM, to: TO, id: 'odd' }, el('query', { xmlns: 'urn:odd' })),
    el('iq', { type: 'set', from: FROM, to: TO, id: 'empty' }),
    el('iq', { type: 'set', from: FROM, to: TO, id: 'deep' }, el('a', {}, el('b', {}, 'x'.repeat(20_000)))),
    el('iq', { type: 'get', from: 'eve@evil.example', to: TO, id: 'eve' }, el('ping', { xmlns: NS.PING })),
    jingle('session-initiate', 'accepted'),
    jingle('session-info', 'late'),
  ];
  for (const iq of asked) server.send(DOMAIN, iq);
  const conditions: Record<string, string> = {};
  for (let i = 0; i < asked.length - 1; i++) {
    const answer = await server.next(({ name }) => name === 'iq');
    const isError = answer.attrs.type === 'error';
    conditions[answer.attrs.id ?? ''] = isError ? readStanzaError(answer).condition : 'result';
  }
  expect(conditions).toEqual({
    ping: 'result',
    odd: 'service-unavailable',
    empty: 'bad-request',
    deep: 'policy-violation',
    eve: 'not-allowed',
    late: 'resource-constraint',
  });
});

test('xmpp edge - nothing is said to errors, results and presences of strangers, and the log says it once', async () => {
  const { server, edge, events, lines } = await world();
  await ready(edge);
  const eve = { from: 'eve@evil.example', to: TO };
  server.send(DOMAIN, el('message', { ...eve, type: 'error', id: '1' }));
  server.send(DOMAIN, el('iq', { ...eve, type: 'result', id: '2' }));
  server.send(DOMAIN, el('iq', { ...eve, type: 'error', id: '3' }));
  server.send(DOMAIN, el('presence', { ...eve, id: '4' }));
  server.send(DOMAIN, el('message', { ...eve, id: '5' }, el('body')));
  const answer = await server.next(() => true);
  expect(answer).toEqual(
    el(
      'message',
      { type: 'error', from: TO, to: 'eve@evil.example', id: '5' },
      el('error', { type: 'cancel' }, el('not-allowed', { xmlns: NS.STANZA_ERROR })),
    ),
  );
  expect(server.received).toHaveLength(1);
  expect(events).toEqual([]);
  expect(lines.filter((line) => line.includes('not in xmpp.domains'))).toHaveLength(1);
});

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

test('xmpp edge - during a long absence commands wait on the bus, and go out afterwards', async () => {
  const { server, edge, command, lines, bus } = await world();
  await ready(edge);
  await server.stop();
  await until(() => expect(edge.readiness()['component sip.example.org']).toBeDefined());
  for (const id of ['1', '2', '3']) await command(`c${id}`, message(id));
  await until(() => expect(lines.some((line) => line.includes('left on the bus'))).toBe(true));
  expect(bus.backlog()).toBe(3);
  const again = await startFakeXmppServer({ components: { [DOMAIN]: 's3cret' }, port: server.port });
  ends.push(() => again.stop());
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
  ends.push(() => again.stop());
  await ready(first.edge);
  await first.command('c2', message('2'));
  await until(() => expect(idsOf(again)).toEqual(['2']));
});

test('xmpp edge - draining refuses new calls and waits until what was sent is confirmed', async () => {
  const { server, edge, events, command } = await world();
  await ready(edge);
  await command('c1', message('1'));
  await edge.drain(1000);
  expect(idsOf(server)).toEqual(['1']);
  server.send(DOMAIN, jingle('session-initiate', 'new'));
  server.send(DOMAIN, jingle('session-terminate', 'old'));
  const refusal = await server.next(({ attrs }) => attrs.id === 'new');
  expect(readStanzaError(refusal)).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
  await until(() => expect(events).toHaveLength(1));
});

test('xmpp edge - stopping ends the streams politely, and twice is once', async () => {
  const { server, edge } = await world();
  await ready(edge);
  await edge.stop();
  await edge.stop();
  await until(() => expect(server.connected()).toEqual([]));
  expect(server.streamErrors).toEqual([]);
  expect(server.connections()).toBe(1);
});

test('xmpp edge - a component that cannot log in does not keep the edge from starting or stopping', async () => {
  const { edge } = await world({ secret: 'wrong' });
  await until(() =>
    expect(edge.readiness()['component sip.example.org']).toMatch(
      /^not connected: the server refuses the secret/,
    ),
  );
  await edge.drain(1000);
});

test('xmpp edge - a stanza carries whatever a user may write', async () => {
  const { server, edge, events } = await world();
  await ready(edge);
  const body = 'x < y & "z"\n😀 \u0085 ]]>';
  server.send(DOMAIN, el('message', { from: FROM, to: TO, 'xml:lang': 'de' }, el('body', {}, body)));
  await until(() => expect(events).toHaveLength(1));
  const [event] = events;
  const stanza = event?.payload.type === 'xmpp.message.received' ? event.payload.stanza : el('none');
  expect(stanza.attrs['xml:lang']).toBe('de');
  expect(childOf(stanza, 'body')).toEqual(el('body', {}, body));
});

test('xmpp edge - stanzas and commands are spans of the trace of their session', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  ends.push(() => provider.shutdown());
  const { server, edge, events, bus } = await world({ tracer: provider.getTracer('test') });
  await ready(edge);
  server.send(DOMAIN, jingle('session-initiate', '1'));
  await until(() => expect(events).toHaveLength(1));
  const [root, [event]] = [rootTraceOf(keyOfCall('s1')), events];
  const trace = event?.trace ?? '';
  expect(trace.slice(0, 36)).toBe(root.slice(0, 36));
  expect(trace).not.toBe(root);
  await bus.publish(xmppDomainSubject(DOMAIN), {
    v: 1,
    id: 'c1',
    key: 'call:s1',
    edge: 'translator-1',
    at: 0,
    trace,
    payload: { type: 'xmpp.stanza.send', domain: DOMAIN, stanza: message('1') },
  });
  await until(() => expect(exporter.getFinishedSpans()).toHaveLength(2));
  const [inbound, outbound] = exporter.getFinishedSpans();
  expect(inbound?.name).toBe('xmpp in iq');
  expect(inbound?.parentSpanContext?.spanId).toBe(root.slice(36, 52));
  expect(outbound?.name).toBe('xmpp out message');
  expect(outbound?.parentSpanContext?.spanId).toBe(inbound?.spanContext().spanId);
});

test('xmpp edge - metrics tell what came, what went, what was refused and how the components are', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  ends.push(() => provider.shutdown());
  const { server, edge, command, events } = await world({ meter: provider.getMeter('test') });
  await ready(edge);
  server.send(DOMAIN, jingle('session-initiate', '1'));
  server.send(DOMAIN, el('presence', { from: 'eve@evil.example', to: TO }));
  server.send(DOMAIN, el('presence', { from: FROM, to: TO }));
  await until(() => expect(events).toHaveLength(2));
  server.cut();
  await command('c1', message('1'));
  await until(() => expect(idsOf(server)).toContain('1'));
  await edge.drain(1000);
  const read = async () => {
    await reader.forceFlush();
    return Object.fromEntries(
      (exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? []).map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => [Object.values(attributes).slice(1).join(), value]),
      ]),
    );
  };
  const seen = await read();
  expect(seen).toEqual({
    stoxgate_xmpp_stanzas_received_total: [
      ['iq', 1],
      ['presence', 2],
    ],
    stoxgate_xmpp_stanzas_sent_total: [
      ['message', expect.toSatisfy((count: number) => count === 1 || count === 2)],
    ],
    stoxgate_xmpp_dropped_total: [['stranger', 1]],
    stoxgate_xmpp_reconnects_total: [['', 1]],
    stoxgate_xmpp_connected: [['', 1]],
    stoxgate_xmpp_spool: [['', 0]],
  });
  await edge.stop();
  expect((await read()).stoxgate_xmpp_reconnects_total).toEqual([['', 1]]);
});

test('xmpp edge - while the bus is behind, the sockets are not read, and nothing is left unanswered', async () => {
  const pause = vi.spyOn(ComponentLink.prototype, 'pause');
  const resume = vi.spyOn(ComponentLink.prototype, 'resume');
  const { server, edge } = await world({ isConsumed: false, limits: { backlog: 1 }, maxEvents: 20 });
  await ready(edge);
  for (let id = 0; id < 100; id++) server.send(DOMAIN, el('message', { from: FROM, to: TO, id: String(id) }));
  await until(() => expect(server.received).toHaveLength(99));
  expect(pause).toHaveBeenCalled();
  expect(resume).toHaveBeenCalledTimes(pause.mock.calls.length);
  server.send(
    DOMAIN,
    el('iq', { from: FROM, to: TO, type: 'get', id: 'after' }, el('ping', { xmlns: NS.PING })),
  );
  await server.next(({ attrs }) => attrs.id === 'after');
});
