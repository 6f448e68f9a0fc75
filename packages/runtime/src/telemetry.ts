/**
 * Traces by OTLP over HTTP when an endpoint is configured, metrics as Prometheus text. Nothing is global: services get
 * tracer and meter by their context.
 */
import type { Meter, Tracer } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { NOOP_TRACER } from './span.ts';
import { SpanIdGenerator } from './span-ids.ts';

export interface TelemetryOptions {
  /** `http://HOST:PORT` of an OTLP collector; empty: no traces. */
  readonly otlpEndpoint: string;
  readonly role: string;
  readonly edgeId: string;
  readonly version: string;
  /** Takes the place of the OTLP exporter, for tests. */
  readonly spanExporter?: SpanExporter;
}

export interface Telemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** The metrics of this process as Prometheus text. */
  metricsText(): Promise<string>;
  /** Sends what is left and frees everything, within `timeoutMs`; a collector that is away loses its spans. */
  stop(timeoutMs: number): Promise<void>;
}

/** Never fails because of a collector that is down: spans are dropped then. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': `stoxgate-${options.role}`,
    'service.version': options.version,
    'service.instance.id': options.edgeId,
  });
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const processor = spanProcessor(options);
  const tracers =
    processor === undefined
      ? undefined
      : new BasicTracerProvider({
          resource,
          idGenerator: new SpanIdGenerator(),
          spanProcessors: [processor],
        });
  return {
    tracer: tracers?.getTracer('stoxgate') ?? NOOP_TRACER,
    meter: meters.getMeter('stoxgate'),
    metricsText: async () =>
      serializer.serialize((await reader.collect({ timeoutMillis: 5000 })).resourceMetrics),
    stop: async (timeoutMs) => {
      const ended = Promise.allSettled([tracers?.shutdown(), meters.shutdown()]);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
    },
  };
}

function spanProcessor(options: TelemetryOptions): SpanProcessor | undefined {
  if (options.spanExporter !== undefined) return new BatchSpanProcessor(options.spanExporter);
  if (options.otlpEndpoint === '') return undefined;
  const url = `${options.otlpEndpoint.replace(/\/+$/, '')}/v1/traces`;
  return new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: 5000 }));
}
