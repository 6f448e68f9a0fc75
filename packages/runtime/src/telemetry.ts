/**
 * Traces by OTLP over HTTP when an endpoint is configured, metrics as Prometheus text. Nothing is global: services get
 * tracer and meter by their context.
 */
import type { Meter, Tracer } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricData, type MetricProducer } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { exemplarsOf, histogramData } from './instruments.ts';
import { openMetricsText } from './open-metrics.ts';
import { TraceSampler } from './sampler.ts';
import { PeopleRemover } from './session-attributes.ts';
import { NOOP_TRACER } from './span.ts';
import { SpanIdGenerator } from './span-ids.ts';

export interface TelemetryOptions {
  /** `http://HOST:PORT` of an OTLP collector; empty: no traces. */
  readonly otlpEndpoint: string;
  /** Share of the traces that is recorded, 0 to 1; all when absent. */
  readonly sampleRatio?: number;
  /** Whether spans may name people; they do when absent. */
  readonly namesUsers?: boolean;
  readonly role: string;
  readonly edgeId: string;
  readonly version: string;
  /** Takes the place of the OTLP exporter, for tests. */
  readonly spanExporter?: SpanExporter;
}

/** The metrics of one thread: data that can be cloned. */
export type ThreadMetrics = readonly MetricData[];

export interface Telemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /**
   * The metrics of this process as Prometheus text, or as OpenMetrics text, which has exemplars. `more`: those of its other
   * threads.
   */
  metricsText(isOpenMetrics?: boolean, more?: readonly ThreadMetrics[]): Promise<string>;
  /** The same as data, for the thread that makes the text; without exemplars. */
  metrics(): Promise<ThreadMetrics>;
  /** Sends what is left and frees everything, within `timeoutMs`; a collector that is away loses its spans. */
  stop(timeoutMs: number): Promise<void>;
}

const SCOPE = { name: 'stoxgate' };

/** Never fails because of a collector that is down: spans are dropped then. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': `stoxgate-${options.role}`,
    'service.version': options.version,
    'service.instance.id': options.edgeId,
  });
  const histograms: MetricProducer = {
    collect: async () => ({
      resourceMetrics: { resource, scopeMetrics: [{ scope: SCOPE, metrics: histogramData(meter) }] },
      errors: [],
    }),
  };
  const reader = new PrometheusExporter({ preventServerStart: true, metricProducers: [histograms] });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const collect = () => reader.collect({ timeoutMillis: 5000 });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const meter = meters.getMeter(SCOPE.name);
  const processor = spanProcessor(options);
  const tracers =
    processor === undefined
      ? undefined
      : new BasicTracerProvider({
          resource,
          sampler: new TraceSampler(options.sampleRatio ?? 1),
          idGenerator: new SpanIdGenerator(),
          spanProcessors: options.namesUsers === false ? [new PeopleRemover(), processor] : [processor],
        });
  return {
    tracer: tracers?.getTracer(SCOPE.name) ?? NOOP_TRACER,
    meter,
    metricsText: async (isOpenMetrics, more = []) => {
      const { resourceMetrics } = await collect();
      const scopes = more.map((metrics) => ({ scope: SCOPE, metrics: [...metrics] }));
      const all = { ...resourceMetrics, scopeMetrics: [...resourceMetrics.scopeMetrics, ...scopes] };
      return isOpenMetrics ? openMetricsText(all, exemplarsOf(meter)) : serializer.serialize(all);
    },
    metrics: async () => (await collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics),
    stop: async (timeoutMs) => {
      const ended = Promise.allSettled([tracers?.shutdown(), meters.shutdown()]);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
    },
  };
}

/** What a process that is killed takes along is the spans of so long. */
const EXPORT_EVERY_MS = 500;
const MAX_WAITING = 8192;

function spanProcessor(options: TelemetryOptions): SpanProcessor | undefined {
  if (options.spanExporter === undefined && options.otlpEndpoint === '') return undefined;
  const url = `${options.otlpEndpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = options.spanExporter ?? new OTLPTraceExporter({ url, timeoutMillis: 5000 });
  return new BatchSpanProcessor(exporter, {
    scheduledDelayMillis: EXPORT_EVERY_MS,
    maxQueueSize: MAX_WAITING,
  });
}
