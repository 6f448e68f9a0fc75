/**
 * The latest trace in each bucket of each series of a histogram, for who asks for OpenMetrics: the metrics of
 * OpenTelemetry for JavaScript do not hand exemplars on.
 */
import type { Attributes } from '@opentelemetry/api';

export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Ms since the epoch. */
  readonly at: number;
}

type Labels = Readonly<Partial<Record<string, string>>>;

/** A `traceparent` of a trace that is recorded; others must not be shown, for nobody finds them. */
const SAMPLED = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/;

export class Exemplars {
  readonly #labels: readonly string[];
  /** Upper bounds, rising. */
  readonly #bounds: readonly number[];
  readonly #kept = new Map<string, (Exemplar | undefined)[]>();

  constructor(labels: readonly string[], bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
  }

  /** Keeps the trace of a value, should it be recorded. */
  keep(value: number, labels: Labels | undefined, traceparent: string): void {
    const traceId = SAMPLED.exec(traceparent)?.[1];
    if (traceId === undefined) return;
    const series = this.#seriesOf(labels ?? {});
    const buckets = this.#kept.get(series) ?? [];
    this.#kept.set(series, buckets);
    const found = this.#bounds.findIndex((bound) => value <= bound);
    buckets[found < 0 ? this.#bounds.length : found] = { traceId, value, at: Date.now() };
  }

  /** The latest in a bucket of a series, the buckets counted from 0. */
  of(labels: Attributes, bucket: number): Exemplar | undefined {
    return this.#kept.get(this.#seriesOf(labels))?.[bucket];
  }

  #seriesOf(labels: Attributes | Labels): string {
    return this.#labels.map((name) => labels[name] ?? '').join('\n');
  }
}
