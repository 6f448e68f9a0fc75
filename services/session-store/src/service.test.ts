import { createMemoryBus } from '@stoxgate/bus';
import { brandEdgeId, brandKey, eventSubjectOf } from '@stoxgate/contracts';
import { Config, createLog, startTelemetry } from '@stoxgate/runtime';
import { createMemoryStore } from '@stoxgate/store';
import { afterEach, expect, test, vi } from 'vitest';
import { startSessionStore } from './service.ts';

const config = Config.parse({
  xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org' }] },
});

afterEach(() => {
  vi.useRealTimers();
});

test('session store - fires a timer onto the bus, counts it, drains without stopping, stops', async () => {
  vi.useFakeTimers();
  const key = brandKey('call:a');
  const edgeId = brandEdgeId('edge-1');
  const bus = createMemoryBus({ maxBacklog: 10, maxDeliveries: 1, onDeadLetter: () => {} });
  const store = createMemoryStore();
  const telemetry = startTelemetry({ otlpEndpoint: '', role: 'session-store', edgeId, version: '0' });
  const { meter, tracer } = telemetry;
  const log = createLog({ level: 'silent', role: 'session-store', edgeId });
  const commit = (expectedRevision: number, name: string) =>
    store.commit({
      key,
      eventId: name,
      expectedRevision,
      record: {},
      outbox: [],
      timers: { set: [{ name, dueAt: Date.now() }], clear: [] },
      indexes: [],
      now: Date.now(),
    });
  const seen: string[] = [];
  await bus.consume(
    { subject: eventSubjectOf(key), durable: 't', maxInFlight: 1 },
    async ({ payload }) => void seen.push(payload.type === 'timer.fired' ? payload.name : payload.type),
  );
  const service = await startSessionStore({ config, edgeId, bus, store, log, tracer, meter });
  expect(service.readiness()).toEqual({ timers: undefined });
  await commit(0, 'ring');
  await vi.advanceTimersByTimeAsync(200);
  expect(seen).toEqual(['ring']);
  await service.drain(1000);
  await commit(1, 'after drain');
  await vi.advanceTimersByTimeAsync(200);
  expect(seen).toEqual(['ring', 'after drain']);
  const metrics = await telemetry.metricsText();
  expect(metrics).toMatch(/^stoxgate_timers_fired_total(\{.*\})? 2$/m);
  expect(metrics).toMatch(/^stoxgate_timer_lateness_seconds_count(\{.*\})? 2$/m);
  await service.stop();
  await service.stop();
  await commit(2, 'after stop');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toEqual(['ring', 'after drain']);
  await telemetry.stop(100);
});
