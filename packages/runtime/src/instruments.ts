/**
 * How a metric of the catalogue is counted, timed or observed.
 */
import type { Attributes, Histogram, Meter, ObservableGauge } from '@opentelemetry/api';
import { Exemplars } from './exemplars.ts';
import { LabelledSums } from './labelled-sums.ts';
import { type LabelsOf, METRICS, type NamesOf } from './metrics.ts';
import type { ExemplarOf } from './open-metrics.ts';

/** Counts up. A label may be left out, never invented. */
export interface MetricCounter<Labels> {
  add(value: number, labels?: Labels): void;
}

export interface MetricHistogram<Labels> {
  /** `traceparent` says in which trace it happened: that is shown with the bucket of the value. */
  record(value: number, labels?: Labels, traceparent?: string): void;
}

export interface GaugeValue<Labels> {
  readonly value: number;
  readonly labels?: Labels;
}

const countersOf = new WeakMap<Meter, Map<string, LabelledSums>>();

/**
 * The counter of that name; asking twice gives the same series. It counts by itself and is read when /metrics is asked:
 * a counter of the SDK sorts and writes out its labels at every `add`.
 */
export function counter<Name extends NamesOf<'counter'>>(
  meter: Meter,
  name: Name,
): MetricCounter<LabelsOf<Name>> {
  const counters = countersOf.get(meter) ?? new Map<string, LabelledSums>();
  countersOf.set(meter, counters);
  const known = counters.get(name);
  if (known !== undefined) return known;
  const { labels, help } = METRICS[name];
  const sums = new LabelledSums(labels);
  counters.set(name, sums);
  meter
    .createObservableCounter(name, { description: help })
    .addCallback((result) => sums.visit((sum, labels) => result.observe(sum, labels)));
  return sums;
}

const exemplarsIn = new WeakMap<Meter, Map<string, Exemplars>>();

/** The histogram of that name, in the unit its name ends in. */
export function histogram<Name extends NamesOf<'histogram'>>(
  meter: Meter,
  name: Name,
): MetricHistogram<LabelsOf<Name>> {
  const { help, labels, buckets } = METRICS[name];
  const made: Histogram<Attributes> = meter.createHistogram(name, {
    description: help,
    advice: { explicitBucketBoundaries: [...buckets] },
  });
  const known = exemplarsIn.get(meter) ?? new Map<string, Exemplars>();
  exemplarsIn.set(meter, known);
  const exemplars = known.get(name) ?? new Exemplars(labels, buckets);
  known.set(name, exemplars);
  return {
    record: (value, labels, traceparent) => {
      made.record(value, labels);
      if (traceparent !== undefined) exemplars.keep(value, labels, traceparent);
    },
  };
}

/** The exemplars of the histograms of a meter. */
export const exemplarsOf =
  (meter: Meter): ExemplarOf =>
  (name, labels, bucket) =>
    exemplarsIn.get(meter)?.get(name)?.of(labels, bucket);

/**
 * Reads a value whenever /metrics is asked. `observe` must not throw; it may be asynchronous.
 * @returns a function that ends the observation.
 */
export function gauge<Name extends NamesOf<'gauge'>>(
  meter: Meter,
  name: Name,
  observe: () =>
    | number
    | readonly GaugeValue<LabelsOf<Name>>[]
    | Promise<readonly GaugeValue<LabelsOf<Name>>[]>,
): () => void {
  const made: ObservableGauge<Attributes> = meter.createObservableGauge(name, {
    description: METRICS[name].help,
  });
  const callback = async (result: { observe(value: number, labels?: Attributes): void }): Promise<void> => {
    const seen = await observe();
    if (typeof seen === 'number') result.observe(seen);
    else for (const { value, labels } of seen) result.observe(value, labels);
  };
  made.addCallback(callback);
  return () => made.removeCallback(callback);
}
