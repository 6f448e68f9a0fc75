/**
 * Every metric of the gateway, in one place: docs/operate/metrics.md is generated from here, and a name that is not
 * listed does not compile.
 */
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
  stoxgate_sip_admitted_share: {
    kind: 'gauge',
    help: 'Share of the SIP requests that begin something which is let in: below 1 in overload.',
    labels: [],
  },
  stoxgate_sip_transactions: { kind: 'gauge', help: 'Live SIP transactions.', labels: [] },
  stoxgate_sip_connections: { kind: 'gauge', help: 'Open SIP connections over TCP.', labels: [] },
  stoxgate_sip_certificate_expiry_seconds: {
    kind: 'gauge',
    help: 'Seconds until the certificate of sip.tls expires; absent without TLS.',
    labels: [],
  },
  stoxgate_sip_registrations: {
    kind: 'gauge',
    help: 'Addresses of sip.registrations by whether this edge is registered for them: registered, unregistered.',
    labels: ['state'],
  },
  stoxgate_sip_register_failures_total: {
    kind: 'counter',
    help: 'Registrations that failed, by the status of the registrar, or timeout, transport, unresolvable, no-credentials.',
    labels: ['cause'],
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
  stoxgate_phone_connections: {
    kind: 'gauge',
    help: 'Phones that are logged in over TCP or WebSocket.',
    labels: [],
  },
  stoxgate_phone_connections_total: {
    kind: 'counter',
    help: 'Logins of phones over TCP or WebSocket, opened, and by what ended them or kept them from it.',
    labels: ['result'],
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
export type NamesOf<Kind> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in (typeof METRICS)[Name]['labels'][number]]?: string;
};
