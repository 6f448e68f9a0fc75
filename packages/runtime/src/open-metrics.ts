/**
 * Metrics as OpenMetrics text, which has room for exemplars. OpenMetrics 1.0.0: https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Exemplar } from './exemplars.ts';

/** Of a bucket of a histogram's series. */
export type ExemplarOf = (metric: string, labels: Attributes, bucket: number) => Exemplar | undefined;

/** What the text is called on the wire. */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Whether whoever sent this Accept header takes OpenMetrics; Prometheus does. */
export const takesOpenMetrics = (accept: string | undefined): boolean =>
  accept?.includes('application/openmetrics-text') === true;

export function openMetricsText({ scopeMetrics }: ResourceMetrics, exemplarOf: ExemplarOf): string {
  const families = scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap((metric) => familyLines(metric, exemplarOf)),
  );
  return `${[...families, '# EOF'].join('\n')}\n`;
}

function familyLines(metric: MetricData, exemplarOf: ExemplarOf): string[] {
  const { name, description } = metric.descriptor;
  switch (metric.dataPointType) {
    case DataPointType.SUM:
    case DataPointType.GAUGE: {
      const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
      // The family of a counter is named without what its samples end in.
      const family = isCounter ? name.replace(/_total$/, '') : name;
      return [
        ...head(family, isCounter ? 'counter' : 'gauge', description),
        ...metric.dataPoints.map(({ attributes, value }) => sample(name, attributes, value)),
      ];
    }
    case DataPointType.HISTOGRAM:
      return [
        ...head(name, 'histogram', description),
        ...metric.dataPoints.flatMap(({ attributes, value: { buckets, count, sum } }) => {
          let below = 0;
          const lines = buckets.counts.map((counted, at) => {
            below += counted;
            const le = canonical(buckets.boundaries[at] ?? Number.POSITIVE_INFINITY);
            const exemplar = exemplarOf(name, attributes, at);
            return sample(`${name}_bucket`, { ...attributes, le }, below) + exemplarText(exemplar);
          });
          return [
            ...lines,
            sample(`${name}_count`, attributes, count),
            sample(`${name}_sum`, attributes, sum ?? 0),
          ];
        }),
      ];
    default:
      return [];
  }
}

const head = (family: string, type: string, help: string): string[] => [
  `# HELP ${family} ${escaped(help)}`,
  `# TYPE ${family} ${type}`,
];

function sample(name: string, labels: Attributes, value: number): string {
  const list = Object.entries(labels).map(([label, text]) => `${label}="${escaped(String(text))}"`);
  return `${name}${list.length === 0 ? '' : `{${list.join(',')}}`} ${numberText(value)}`;
}

const exemplarText = (exemplar: Exemplar | undefined): string =>
  exemplar === undefined
    ? ''
    : ` # {trace_id="${exemplar.traceId}"} ${exemplar.value} ${(exemplar.at / 1000).toFixed(3)}`;

/** §4.2.1: `le` of whole numbers has a point, so that a series keeps its name. */
const canonical = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : numberText(bound));

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : `${value}`;
}

const escaped = (text: string): string =>
  text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
