import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { keyOfCall, rootTraceOf, xmppDomainSubject } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { expect, onTestFinished, test } from 'vitest';
import { DOMAIN, FROM, idsOf, jingle, message, ready, TO, until, world } from './testing/edge-world.ts';

test('xmpp edge - stanzas and commands are spans of the trace of their session', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(() => provider.shutdown());
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
  expect(inbound?.name).toBe('xmpp in iq session-initiate');
  expect(inbound?.attributes).toMatchObject({
    'stoxgate.call_id': 's1',
    'jingle.action': 'session-initiate',
  });
  expect(inbound?.parentSpanContext?.spanId).toBe(root.slice(36, 52));
  expect(outbound?.name).toBe('xmpp out message');
  expect(outbound?.parentSpanContext?.spanId).toBe(inbound?.spanContext().spanId);
});

test('xmpp edge - metrics tell what came, what went, what was refused and how the components are', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
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
