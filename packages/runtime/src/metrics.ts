/**
 * Every metric of the gateway, in one place: docs/operate/metrics.md is generated from here, and a name that is not
 * listed does not compile.
 */
import type { Attributes, Histogram, Meter, ObservableGauge } from '@opentelemetry/api';
import { Exemplars } from './exemplars.ts';
import { LabelledSums } from './labelled-sums.ts';
import type { ExemplarOf } from './open-metrics.ts';

interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

export const METRICS = {
  stoxgate_sip_messages_received_total: {
    kind: 'counter',
    help: 'SIP messages received from peers, retransmissions included.',
    labels: ['protocol', 'method', 'status_class'],
  },
  stoxgate_sip_messages_sent_total: {
    kind: 'counter',
    help: 'SIP messages sent, retransmissions included.',
    labels: ['protocol', 'method', 'status_class'],
  },
  stoxgate_sip_retransmissions_total: {
    kind: 'counter',
    help: 'SIP messages sent again because no answer came.',
    labels: ['method'],
  },
  stoxgate_sip_dropped_total: {
    kind: 'counter',
    help: 'SIP input that was not let in: from strangers, malformed, too large, over a limit.',
    labels: ['reason'],
  },
  stoxgate_sip_rejected_total: {
    kind: 'counter',
    help: 'SIP requests that the edge itself answered with an error.',
    labels: ['status'],
  },
  stoxgate_sip_transactions: { kind: 'gauge', help: 'Live SIP transactions.', labels: [] },
  stoxgate_sip_connections: { kind: 'gauge', help: 'Open SIP connections over TCP.', labels: [] },
  stoxgate_sip_certificate_expiry_seconds: {
    kind: 'gauge',
    help: 'Seconds until the certificate of sip.tls expires; absent without TLS.',
    labels: [],
  },
  stoxgate_xmpp_stanzas_received_total: {
    kind: 'counter',
    help: 'Stanzas received from the XMPP server.',
    labels: ['domain', 'kind'],
  },
  stoxgate_xmpp_stanzas_sent_total: {
    kind: 'counter',
    help: 'Stanzas written to the XMPP server.',
    labels: ['domain', 'kind'],
  },
  stoxgate_xmpp_dropped_total: {
    kind: 'counter',
    help: 'Stanzas that were not let in: from strangers, too large, too deep, malformed.',
    labels: ['domain', 'reason'],
  },
  stoxgate_xmpp_connected: {
    kind: 'gauge',
    help: '1 while the component is connected, else 0.',
    labels: ['domain'],
  },
  stoxgate_xmpp_reconnects_total: {
    kind: 'counter',
    help: 'Times that a component lost its connection.',
    labels: ['domain'],
  },
  stoxgate_xmpp_spool: {
    kind: 'gauge',
    help: 'Stanzas waiting for the component, or written and not yet known to be processed.',
    labels: ['domain'],
  },
  stoxgate_media_requests_total: {
    kind: 'counter',
    help: 'Requests to media relays, by kind and by what became of them.',
    labels: ['kind', 'result'],
  },
  stoxgate_media_request_seconds: {
    kind: 'histogram',
    help: 'Seconds from taking a request to a media relay to its end, all relays that were tried included.',
    labels: ['kind'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
  },
  stoxgate_media_relay_up: {
    kind: 'gauge',
    help: '1 while the media relay answers, else 0.',
    labels: ['relay'],
  },
  stoxgate_media_deletes_waiting: {
    kind: 'gauge',
    help: 'Calls that are over and of which a media relay that is away was not told yet.',
    labels: [],
  },
  stoxgate_media_deletes_lost_total: {
    kind: 'counter',
    help: 'Calls that are over and of which a media relay was not told: it was away too long.',
    labels: [],
  },
  stoxgate_msrp_messages_total: {
    kind: 'counter',
    help: 'Messages of chat sessions, in and out, by what became of them.',
    labels: ['direction', 'result'],
  },
  stoxgate_msrp_dropped_total: {
    kind: 'counter',
    help: 'MSRP input that was not let in: without the id of a session, malformed, from addresses not allowed.',
    labels: ['reason'],
  },
  stoxgate_msrp_sessions: { kind: 'gauge', help: 'Chat sessions in this process.', labels: [] },
  stoxgate_msrp_connections: { kind: 'gauge', help: 'Open MSRP connections.', labels: [] },
  stoxgate_bosh_requests_total: {
    kind: 'counter',
    help: 'Requests to BOSH connection managers that have ended, by what became of them.',
    labels: ['result'],
  },
  stoxgate_bosh_request_seconds: {
    kind: 'histogram',
    help: 'Seconds from sending a request to its answer; most wait for something to happen.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15, 30, 60, 90],
  },
  stoxgate_bosh_waiting: {
    kind: 'gauge',
    help: 'Requests to BOSH connection managers that wait for their answer.',
    labels: [],
  },
  stoxgate_bosh_connections: {
    kind: 'gauge',
    help: 'Open connections to BOSH connection managers.',
    labels: [],
  },
  stoxgate_phone_reports_total: {
    kind: 'counter',
    help: 'States of phones that were told: taken; bent, which no way led to; no-account.',
    labels: ['result'],
  },
  stoxgate_phone_sessions_total: {
    kind: 'counter',
    help: 'Sessions of phones at their XMPP servers, by what became of them: opened, ended, lost, parked.',
    labels: ['change'],
  },
  stoxgate_phone_rows_total: {
    kind: 'counter',
    help: 'Rows taken from the table of phones, by what became of them.',
    labels: ['result'],
  },
  stoxgate_steps_total: {
    kind: 'counter',
    help: 'Events handled by the translator.',
    labels: ['event', 'outcome'],
  },
  stoxgate_step_seconds: {
    kind: 'histogram',
    help: 'Seconds from taking an event to its commands being on the bus.',
    labels: ['event'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  },
  stoxgate_calls_ended_total: { kind: 'counter', help: 'Calls that ended, by reason.', labels: ['reason'] },
  stoxgate_changes_failed_total: {
    kind: 'counter',
    help: 'Changes of calls by XMPP that SIP refused, by kind.',
    labels: ['change'],
  },
  stoxgate_messages_dropped_total: {
    kind: 'counter',
    help: 'Messages let go without a word, by reason: encrypted after the first, errors and notifications that nobody waits for, what SIP has no form for.',
    labels: ['reason'],
  },
  stoxgate_timers_fired_total: { kind: 'counter', help: 'Session timers that fell due.', labels: [] },
  stoxgate_timer_lateness_seconds: {
    kind: 'histogram',
    help: 'Seconds from when a session timer was due to its event being on the bus.',
    labels: [],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15],
  },
  stoxgate_sessions: { kind: 'gauge', help: 'Sessions in the store.', labels: ['kind'] },
  stoxgate_bus_backlog: {
    kind: 'gauge',
    help: 'Bus messages accepted and not yet settled, as this process sees them.',
    labels: [],
  },
  stoxgate_dead_letters_total: {
    kind: 'counter',
    help: 'Bus messages given up after too many failed deliveries.',
    labels: ['type'],
  },
  stoxgate_event_loop_lag_seconds: {
    kind: 'gauge',
    help: 'How late the event loop runs timers.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
type NamesOf<Kind> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type LabelsOf<Name extends MetricName> = {
  readonly [Label in (typeof METRICS)[Name]['labels'][number]]?: string;
};

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
