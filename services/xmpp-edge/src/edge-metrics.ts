/** The edge's counters, as `METRICS` of the runtime lists them. */
import type { Meter } from '@opentelemetry/api';
import { counter } from '@stoxgate/runtime';

export interface EdgeMetrics {
  received(domain: string, kind: string): void;
  sent(domain: string, kind: string): void;
  refused(domain: string, reason: string): void;
  reconnecting(domain: string): void;
}

/** A label must not be what somebody else chose. */
const KINDS: ReadonlySet<string> = new Set(['iq', 'message', 'presence']);
const kindOf = (name: string): string => (KINDS.has(name) ? name : 'other');

export function edgeMetrics(meter: Meter): EdgeMetrics {
  const received = counter(meter, 'stoxgate_xmpp_stanzas_received_total');
  const sent = counter(meter, 'stoxgate_xmpp_stanzas_sent_total');
  const dropped = counter(meter, 'stoxgate_xmpp_dropped_total');
  const reconnects = counter(meter, 'stoxgate_xmpp_reconnects_total');
  return {
    received: (domain, kind) => received.add(1, { domain, kind: kindOf(kind) }),
    sent: (domain, kind) => sent.add(1, { domain, kind: kindOf(kind) }),
    refused: (domain, reason) => dropped.add(1, { domain, reason }),
    reconnecting: (domain) => reconnects.add(1, { domain }),
  };
}
