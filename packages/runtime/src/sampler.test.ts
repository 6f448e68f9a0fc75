import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { keyOfCall, rootTraceOf } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { emitRootSpan, startSpan } from './span.ts';
import { startTelemetry } from './telemetry.ts';

const role = (sampleRatio: number) => {
  const spanExporter = new InMemorySpanExporter();
  const names: string[] = [];
  const keep = spanExporter.export.bind(spanExporter);
  spanExporter.export = (spans, done) => {
    names.push(...spans.map(({ name }) => name));
    keep(spans, done);
  };
  const { tracer, stop } = startTelemetry({
    otlpEndpoint: '',
    role: 'r',
    edgeId: 'r',
    version: '0',
    sampleRatio,
    spanExporter,
  });
  return { tracer, stop, names };
};

test('sampling - a call is recorded by every process or by none, and so is its root', async () => {
  const [edge, translator] = [role(0.5), role(0.5)];
  for (let call = 0; call < 200; call++) {
    const key = keyOfCall(`c${call}`);
    const { traceparent } = startSpan(edge.tracer, key, rootTraceOf(key));
    // One that learns of the call by itself, as after a restart, and one that is told.
    startSpan(translator.tracer, `${key} alone`, rootTraceOf(key)).end();
    startSpan(translator.tracer, `${key} told`, traceparent).end();
    emitRootSpan(translator.tracer, key, { name: key, startMs: 0, endMs: 1 });
  }
  await Promise.all([edge.stop(1000), translator.stop(1000)]);
  const recorded = new Set(translator.names.map((name) => name.replace(/ .*/, '')));
  expect(recorded.size).toBeGreaterThan(60);
  expect(recorded.size).toBeLessThan(140);
  expect(translator.names).toHaveLength(recorded.size * 3);
});

test('sampling - what was left out stays left out, also where more is recorded', async () => {
  const [none, all] = [role(0), role(1)];
  const left = startSpan(none.tracer, 'a', undefined);
  expect(left).toMatchObject({ isRecorded: false, traceparent: expect.stringMatching(/-00$/) });
  expect(startSpan(all.tracer, 'b', left.traceparent).isRecorded).toBe(false);
  expect(startSpan(all.tracer, 'c', undefined)).toMatchObject({
    isRecorded: true,
    traceparent: expect.stringMatching(/-01$/),
  });
  await Promise.all([none.stop(1000), all.stop(1000)]);
});
