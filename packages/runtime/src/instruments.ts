/**
 * How a metric of the catalogue is counted, timed or observed.
 */
import type { Attributes, Meter, ObservableGauge } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { Exemplars } from './exemplars.ts';
import { LabelledHistogram } from './labelled-histogram.ts';
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

interface Timed {
  readonly help: string;
  readonly values: LabelledHistogram;
  readonly exemplars: Exemplars;
}

const histogramsIn = new WeakMap<Meter, Map<string, Timed>>();

/** The histogram of that name, in the unit its name ends in; asking twice gives the same series. */
export function histogram<Name extends NamesOf<'histogram'>>(
  meter: Meter,
  name: Name,
): MetricHistogram<LabelsOf<Name>> {
  const { help, labels, buckets } = METRICS[name];
  const histograms = histogramsIn.get(meter) ?? new Map<string, Timed>();
  histogramsIn.set(meter, histograms);
  const timed = histograms.get(name) ?? {
    help,
    values: new LabelledHistogram(labels, buckets),
    exemplars: new Exemplars(labels, buckets),
  };
  histograms.set(name, timed);
  const { values, exemplars } = timed;
  return {
    record: (value, labels, traceparent) => {
      values.record(value, labels);
      if (traceparent !== undefined) exemplars.keep(value, labels, traceparent);
    },
  };
}

/** What the histograms of a meter have recorded: they are none of its own. */
export const histogramData = (meter: Meter): MetricData[] =>
  Array.from(histogramsIn.get(meter) ?? [], ([name, { values, help }]) => values.collect(name, help)).filter(
    (data) => data !== undefined,
  );

/** The exemplars of the histograms of a meter. */
export const exemplarsOf =
  (meter: Meter): ExemplarOf =>
  (name, labels, bucket) =>
    histogramsIn.get(meter)?.get(name)?.exemplars.of(labels, bucket);

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
