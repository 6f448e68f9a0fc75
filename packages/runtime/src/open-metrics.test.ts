import { expect, test } from 'vitest';
import { adminApp } from './admin.ts';
import { counter, gauge, histogram } from './instruments.ts';
import { takesOpenMetrics } from './open-metrics.ts';
import { startTelemetry } from './telemetry.ts';

const SAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const open = () => startTelemetry({ otlpEndpoint: '', role: 'r', edgeId: 'r', version: '0' });

test('metrics - as OpenMetrics a bucket shows the trace of its latest value, and only one that is recorded', async () => {
  const { meter, metricsText } = open();
  const seconds = histogram(meter, 'stoxgate_step_seconds');
  const event = 'timer.fired';
  seconds.record(0.002, { event }, SAMPLED.replaceAll('4bf9', '0000'));
  seconds.record(0.0021, { event }, SAMPLED);
  seconds.record(0.3, { event }, SAMPLED.replace(/01$/, '00'));
  seconds.record(7, { event });
  seconds.record(9, { event: 'other' }, SAMPLED);
  const lines = (await metricsText(true)).split('\n');
  const bucket = (labels: string) =>
    lines.find((line) => line.startsWith(`stoxgate_step_seconds_bucket{${labels}}`));
  const exemplar = / # \{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"\} (\S+) \d{10}\.\d{3}$/;
  const line = bucket('event="timer.fired",le="0.0025"');
  expect(line?.replace(exemplar, '')).toBe('stoxgate_step_seconds_bucket{event="timer.fired",le="0.0025"} 2');
  expect(exemplar.exec(line ?? '')?.[1]).toBe('0.0021');
  expect(bucket('event="timer.fired",le="1.0"')).toMatch(/ 3$/);
  expect(bucket('event="timer.fired",le="+Inf"')).toMatch(/ 4$/);
  expect(bucket('event="other",le="+Inf"')).toMatch(exemplar);
  expect(lines).toContain('stoxgate_step_seconds_count{event="timer.fired"} 4');
  expect(await metricsText()).not.toContain('trace_id');
});

test('metrics - OpenMetrics names the family of a counter without _total, and ends in # EOF', async () => {
  const { meter, metricsText } = open();
  counter(meter, 'stoxgate_sip_dropped_total').add(2, { reason: 'a"b\\c\nd' });
  gauge(meter, 'stoxgate_bus_backlog', () => 7);
  const text = await metricsText(true);
  expect(text).toContain('\n# TYPE stoxgate_sip_dropped counter\n');
  expect(text).toContain('\nstoxgate_sip_dropped_total{reason="a\\"b\\\\c\\nd"} 2\n');
  expect(text).toContain('# TYPE stoxgate_bus_backlog gauge\nstoxgate_bus_backlog 7\n');
  expect(text).toMatch(/^[^\n][\s\S]*\n# EOF\n$/);
  expect(text).not.toContain('\n\n');
});

test('metrics - who takes OpenMetrics gets it', async () => {
  const app = adminApp({
    readiness: () => ({ state: 'ready', parts: {} }),
    lagMs: () => 0,
    metricsText: async (isOpenMetrics) => `${isOpenMetrics}`,
    sessionsOf: async () => [],
  });
  const prometheus =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
  for (const [accept, type, body] of [
    [prometheus, 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'true'],
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8', 'false'],
  ] as const) {
    const answer = await app.request('/metrics', { headers: { accept } });
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([type, body]);
  }
  expect(takesOpenMetrics(undefined)).toBe(false);
});
