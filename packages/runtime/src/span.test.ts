import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { keyOfCall, rootTraceOf } from '@stoxgate/contracts';
import { beforeEach, expect, test } from 'vitest';
import { emitRootSpan, NOOP_TRACER, startSpan } from './span.ts';
import { SpanIdGenerator } from './span-ids.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  idGenerator: new SpanIdGenerator(),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const tracer = provider.getTracer('test');

beforeEach(() => exporter.reset());

test('span - one call is one trace: every span descends from the root span that its key names', () => {
  const key = keyOfCall('a84b4c76e66710');
  const root = rootTraceOf(key);
  const edge = startSpan(tracer, 'sip.receive', root, () => ({ 'sip.method': 'INVITE' }));
  const step = startSpan(tracer, 'step', edge.traceparent);
  step.end();
  edge.end();
  emitRootSpan(tracer, key, {
    name: 'call',
    startMs: 1_764_000_001_000,
    endMs: 1_764_000_004_500,
    attributes: { reason: 'success' },
  });

  const [stepSpan, edgeSpan, rootSpan] = exporter.getFinishedSpans();
  expect(rootSpan?.spanContext()).toMatchObject({
    traceId: root.slice(3, 35),
    spanId: root.slice(36, 52),
  });
  expect(rootSpan?.parentSpanContext).toBeUndefined();
  expect(rootSpan?.startTime).toEqual([1_764_000_001, 0]);
  expect(rootSpan?.endTime).toEqual([1_764_000_004, 500_000_000]);
  expect(rootSpan?.attributes).toEqual({ reason: 'success' });
  expect(edgeSpan?.parentSpanContext?.spanId).toBe(rootSpan?.spanContext().spanId);
  expect(edgeSpan?.attributes).toEqual({ 'sip.method': 'INVITE' });
  expect(stepSpan?.parentSpanContext?.spanId).toBe(edgeSpan?.spanContext().spanId);
  expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
});

test('span - a root span does not lend its ids to the next one', () => {
  emitRootSpan(tracer, keyOfCall('x'), { name: 'call', startMs: 0, endMs: 1 });
  startSpan(tracer, 'alone', undefined).end();
  const [root, alone] = exporter.getFinishedSpans();
  expect(alone?.spanContext().traceId).not.toBe(root?.spanContext().traceId);
});

test('span - one that is written again, about the same thing, has the same id', () => {
  const root = rootTraceOf(keyOfCall('a'));
  const ids = ['event 1', 'event 1', 'event 2'].map((about) => {
    const span = startSpan(tracer, 'step', root, undefined, { about });
    span.end();
    return span.traceparent;
  });
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(startSpan(tracer, 'timer', root, undefined, { about: 'event 1' }).traceparent).not.toBe(ids[0]);
  expect(new Set(ids.map((id) => id?.slice(0, 35)))).toEqual(new Set([root.slice(0, 35)]));
  const drawn = startSpan(tracer, 'x', root);
  expect(drawn.traceparent).not.toBe(startSpan(tracer, 'x', root).traceparent);
});

test('span - what led to it from another trace is a link', () => {
  const cause = rootTraceOf(keyOfCall('other'));
  startSpan(tracer, 'x', rootTraceOf(keyOfCall('a')), undefined, { cause }).end();
  const [span] = exporter.getFinishedSpans();
  expect(span?.spanContext().traceId).not.toBe(cause.slice(3, 35));
  expect(span?.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([
    [cause.slice(3, 35), cause.slice(36, 52)],
  ]);
});

test('span - attributes are not gathered while nothing is traced', () => {
  startSpan(NOOP_TRACER, 'x', undefined, () => expect.unreachable());
  expect(startSpan(NOOP_TRACER, 'x', undefined).isRecorded).toBe(false);
});

test('span - an error marks it failed, with its message', () => {
  startSpan(tracer, 'stanza', undefined).end(new Error('connection lost'), { domain: 'sip.example.org' });
  const [span] = exporter.getFinishedSpans();
  expect(span?.status).toEqual({ code: 2, message: 'connection lost' });
  expect(span?.attributes).toEqual({ domain: 'sip.example.org' });
});

test('span - without an exporter the traceparent passes unchanged', () => {
  const root = rootTraceOf(keyOfCall('a'));
  expect(startSpan(NOOP_TRACER, 'x', root).traceparent).toBe(root);
  expect(startSpan(trace.getTracer('unset'), 'x', root).traceparent).toBe(root);
  expect(startSpan(NOOP_TRACER, 'x', undefined).traceparent).toBeUndefined();
  expect(() =>
    emitRootSpan(NOOP_TRACER, keyOfCall('a'), { name: 'call', startMs: 0, endMs: 1 }),
  ).not.toThrow();
});

test('span - a malformed traceparent starts a trace of its own', () => {
  const span = startSpan(tracer, 'x', 'nonsense');
  span.end();
  expect(parseTraceparent(span.traceparent ?? '')).toBeDefined();
  expect(exporter.getFinishedSpans()[0]?.parentSpanContext).toBeUndefined();
});

test('traceparent - parse and format are inverse; what the grammar forbids is refused', () => {
  const text = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const parsed = parseTraceparent(text);
  expect(parsed && formatTraceparent(parsed)).toBe(text);
  for (const bad of [
    text.toUpperCase(),
    `01${text.slice(2)}`,
    `${text}-extra`,
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    '',
  ]) {
    expect(parseTraceparent(bad)).toBeUndefined();
  }
});
