import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';
import { counter, gauge, histogram } from './instruments.ts';
import { NOOP_TRACER, startSpan } from './span.ts';
import { startTelemetry } from './telemetry.ts';

const options = { otlpEndpoint: '', role: 'all', edgeId: 'all-host-1', version: '1.2.3' };

test('metrics - appear as Prometheus text under their catalogue names and labels', async () => {
  const telemetry = startTelemetry(options);
  counter(telemetry.meter, 'stoxgate_sip_dropped_total').add(2, { reason: 'stranger' });
  histogram(telemetry.meter, 'stoxgate_step_seconds').record(0.002, { event: 'timer.fired' });
  let calls = 3;
  const stop = gauge(telemetry.meter, 'stoxgate_sessions', () => [
    { value: calls, labels: { kind: 'call' } },
  ]);
  gauge(telemetry.meter, 'stoxgate_bus_backlog', () => 7);

  const text = await telemetry.metricsText();
  expect(text).toContain('# TYPE stoxgate_sip_dropped_total counter');
  expect(text).toContain('\nstoxgate_sip_dropped_total{reason="stranger"} 2\n');
  expect(text).toContain('\nstoxgate_step_seconds_bucket{event="timer.fired",le="0.0025"} 1\n');
  expect(text).toContain('\nstoxgate_sessions{kind="call"} 3\n');
  expect(text).toContain('\nstoxgate_bus_backlog 7\n');

  stop();
  calls = 4;
  expect(await telemetry.metricsText()).toContain('\nstoxgate_sessions{kind="call"} 3\n');
  await telemetry.stop(1000);
});

test('telemetry - without an endpoint nothing is traced', async () => {
  const telemetry = startTelemetry(options);
  expect(telemetry.tracer).toBe(NOOP_TRACER);
  await telemetry.stop(1000);
});

test('telemetry - spans leave at stop, under the name of the role', async () => {
  const exporter = new InMemorySpanExporter();
  const names: unknown[] = [];
  const spanExporter = {
    export: (spans: Parameters<typeof exporter.export>[0], done: Parameters<typeof exporter.export>[1]) => {
      names.push(...spans.map((span) => [span.name, span.resource.attributes['service.name']]));
      exporter.export(spans, done);
    },
    shutdown: () => exporter.shutdown(),
  };
  const telemetry = startTelemetry({ ...options, role: 'sip-edge', spanExporter });
  startSpan(telemetry.tracer, 'sip.receive', undefined).end();
  await telemetry.stop(1000);
  expect(names).toEqual([['sip.receive', 'stoxgate-sip-edge']]);
});

test('metrics - a name or label that is not in the catalogue does not compile', () => {
  const { meter } = startTelemetry(options);
  // @ts-expect-error no such metric
  expect(() => counter(meter, 'stoxgate_nonsense_total')).toThrow();
  // @ts-expect-error a gauge is not a counter
  expect(() => counter(meter, 'stoxgate_bus_backlog')).not.toThrow();
  // @ts-expect-error no such label
  expect(() => counter(meter, 'stoxgate_sip_dropped_total').add(1, { colour: 'red' })).not.toThrow();
});

test('telemetry - spans go to the collector by OTLP over HTTP', async () => {
  const bodies: Promise<string>[] = [];
  const collector = createServer((request, response) => {
    expect(`${request.method} ${request.url}`).toBe('POST /v1/traces');
    bodies.push(text(request).finally(() => response.end('{}')));
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const telemetry = startTelemetry({ ...options, otlpEndpoint: `http://127.0.0.1:${port}/` });
  startSpan(telemetry.tracer, 'sip.receive', undefined).end();
  await telemetry.stop(3000);
  collector.close();
  expect(bodies).toHaveLength(1);
  expect(await bodies[0]).toContain('"name":"sip.receive"');
});

test('telemetry - a collector that is away does not hold up the end', async () => {
  const telemetry = startTelemetry({ ...options, otlpEndpoint: 'http://127.0.0.1:1' });
  startSpan(telemetry.tracer, 'sip.receive', undefined).end();
  await expect(telemetry.stop(200)).resolves.toBeUndefined();
});
