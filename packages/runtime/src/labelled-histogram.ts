/**
 * A histogram that counts by itself and is read when /metrics is asked: one of the SDK sorts and writes out its labels for each
 * value.
 */
import { type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type HistogramMetricData } from '@opentelemetry/sdk-metrics';
import { type Labels, LabelTree } from './label-tree.ts';

interface Series {
  /** In each bucket, the one without an upper bound last. */
  readonly counts: number[];
  count: number;
  sum: number;
}

export class LabelledHistogram {
  /** Upper bounds of the buckets, rising; a bound is in its bucket. */
  readonly #bounds: readonly number[];
  readonly #series: LabelTree<Series>;
  readonly #startTime = now();

  /** @param names the labels; values of others are not looked at. */
  constructor(names: readonly string[], bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#series = new LabelTree(names, () => ({
      counts: Array.from({ length: bounds.length + 1 }, () => 0),
      count: 0,
      sum: 0,
    }));
  }

  /** Values below zero, and what is no number, are left out: a sum must not fall. */
  record(value: number, labels?: Labels): void {
    if (!(value >= 0)) return;
    const series = this.#series.leafOf(labels);
    const bucket = this.#bucketOf(value);
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.count++;
    series.sum += value;
  }

  #bucketOf(value: number): number {
    const bounds = this.#bounds;
    for (let at = 0; at < bounds.length; at++) if (value <= (bounds[at] ?? 0)) return at;
    return bounds.length;
  }

  /** What was recorded, as the SDK hands it on; undefined as long as nothing was. */
  collect(name: string, description: string): HistogramMetricData | undefined {
    const dataPoints: HistogramMetricData['dataPoints'] = [];
    const times = { startTime: this.#startTime, endTime: now() };
    this.#series.visit(({ counts, count, sum }, attributes) => {
      const buckets = { boundaries: [...this.#bounds], counts: [...counts] };
      dataPoints.push({ ...times, attributes, value: { buckets, count, sum } });
    });
    if (dataPoints.length === 0) return undefined;
    return {
      descriptor: { name, description, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints,
    };
  }
}

function now(): HrTime {
  const ms = Date.now();
  return [Math.trunc(ms / 1000), (ms % 1000) * 1_000_000];
}
