import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { createMemoryBus } from '@stoxgate/bus';
import { brandKey, type EventEnvelope, keyOfCall, ownTraceOf } from '@stoxgate/contracts';
import { startTelemetry } from '@stoxgate/runtime';
import { createMemoryStore } from '@stoxgate/store';
import { expect, test } from 'vitest';
import type { StepReport } from './plan.ts';
import { createRunner } from './runner.ts';
import type { CallSession, DialogSession } from './session.ts';
import { recordAttributes, rootSpanOf } from './trace-facts.ts';

const out = (end?: { label: string; result: string }) =>
  ({
    kind: 'call',
    out: {
      sid: 's1',
      user: 'alice@example.org/desk',
      invite: { request: { to: { uri: 'sip:bob@example.net;user=phone', params: {} } } },
      ...(end && { end }),
    },
  }) as unknown as CallSession;
const dialog = (owner: string): DialogSession => ({ kind: 'dialog', owner });
const envelope: EventEnvelope = {
  v: 1,
  id: 'e',
  key: 'call:s1@host',
  edge: 'x',
  at: 5,
  payload: { type: 'timer.fired', name: 't', dueAt: 5 },
};
const report = (changes: Partial<StepReport>): StepReport => ({
  envelope,
  outcome: 'applied',
  before: undefined,
  after: undefined,
  startedAt: 1000,
  at: 4000,
  ...changes,
});

test('traces - a call tells whose it is, which way it went and how it ended', () => {
  const after = out({ label: 'sip-503', result: 'upstream_error' });
  expect(rootSpanOf(report({ before: out(), after }))).toEqual({
    name: 'call',
    startMs: 1000,
    endMs: 4000,
    error: 'upstream_error',
    attributes: {
      'stoxgate.call_id': 's1@host',
      'jingle.sid': 's1',
      'stoxgate.user': 'alice@example.org',
      'stoxgate.phone': 'sip:bob@example.net',
      'stoxgate.direction': 'xmpp-to-sip',
      'stoxgate.end_reason': 'sip-503',
      'stoxgate.end_result': 'upstream_error',
      'sip.status_code': 503,
    },
  });
  expect(recordAttributes(out())).not.toHaveProperty(['stoxgate.end_reason']);
});

test('traces - the root is written once, and again only with the event that ended the call', () => {
  const ended = out({ label: 'sip-bye', result: 'success' });
  const isWritten = (changes: Partial<StepReport>) => rootSpanOf(report(changes)) !== undefined;
  expect(isWritten({ before: out(), after: out() })).toBe(false);
  expect(isWritten({ before: out(), after: ended })).toBe(true);
  expect(isWritten({ before: ended, after: ended })).toBe(false);
  expect(isWritten({ outcome: 'duplicate', after: ended })).toBe(true);
  expect(isWritten({ outcome: 'duplicate', after: out() })).toBe(false);
  expect(isWritten({ outcome: 'stale' })).toBe(false);
});

test.each([
  ['presence:alice@example.org sip:bob@example.net', 'subscription'],
  ['pair:alice@example.org sip:bob@example.net', 'chat'],
])('traces - what stands under a Call-ID for %s is a %s, and its ends are told', (owner, name) => {
  const root = rootSpanOf(report({ before: dialog(owner), after: undefined }));
  expect(root).toMatchObject({
    name,
    attributes: {
      'stoxgate.call_id': 's1@host',
      'stoxgate.user': 'alice@example.org',
      'stoxgate.phone': 'sip:bob@example.net',
    },
  });
  expect(rootSpanOf(report({ before: dialog(owner), after: dialog(owner) }))).toBeUndefined();
});

async function spansOf(events: readonly EventEnvelope[]) {
  const spans: { id: string; traceId: string; parent: string | undefined; links: string[] }[] = [];
  const spanExporter = new InMemorySpanExporter();
  spanExporter.export = (batch, done) => {
    for (const span of batch) {
      const { traceId, spanId: id } = span.spanContext();
      const links = span.links.map(({ context }) => context.spanId);
      spans.push({ id, traceId, parent: span.parentSpanContext?.spanId, links });
    }
    done({ code: 0 });
  };
  const { tracer, stop } = startTelemetry({
    otlpEndpoint: '',
    role: 't',
    edgeId: 't',
    version: '0',
    spanExporter,
  });
  const handle = createRunner({
    step: (session) => ({ session, commands: [] }),
    now: () => 1,
    edgeId: 't',
    tracer,
    bus: createMemoryBus({ maxBacklog: 9, maxDeliveries: 1, onDeadLetter: () => {} }),
    store: createMemoryStore(),
  });
  for (const event of events) await handle(event);
  await stop(1000);
  return spans;
}

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const [TRACE_ID, SPAN_ID] = [TRACE.slice(3, 35), TRACE.slice(36, 52)];

test('traces - a step of a call stays in the trace of the call; what led to it from another is linked', async () => {
  const own = ownTraceOf(keyOfCall('s1@host')) ?? '';
  const [within, alone, led] = await spansOf([
    { ...envelope, id: 'a', trace: own.replace(/-[0-9a-f]{16}-/, `-${SPAN_ID}-`) },
    { ...envelope, id: 'b' },
    { ...envelope, id: 'c', trace: TRACE },
  ]);
  const [traceId, root] = [own.slice(3, 35), own.slice(36, 52)];
  expect(within).toMatchObject({ traceId, parent: SPAN_ID, links: [] });
  expect(alone).toMatchObject({ traceId, parent: root, links: [] });
  expect(led).toMatchObject({ traceId, parent: root, links: [SPAN_ID] });
});

test('traces - a step of another session is in the trace of what came, and begins one where nothing did', async () => {
  const key = brandKey('pair:alice@example.org sip:bob@example.net');
  const [led, alone, other] = await spansOf([
    { ...envelope, key, id: 'a', trace: TRACE },
    { ...envelope, key, id: 'b' },
    { ...envelope, key, id: 'c' },
  ]);
  expect(led).toMatchObject({ traceId: TRACE_ID, parent: SPAN_ID });
  expect(alone?.parent).toBeUndefined();
  expect(other?.traceId).not.toBe(alone?.traceId);
});

test('traces - a step that another process does again takes the place of the lost one', async () => {
  const [first, again] = await spansOf([envelope, envelope]);
  expect(again?.id).toBe(first?.id);
});
