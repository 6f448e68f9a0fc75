/**
 * Metrics of the BOSH edge.
 */
import type { Meter } from '@opentelemetry/api';
import type { ConnectionCause } from '@stoxgate/contracts';
import { counter, gauge, histogram } from '@stoxgate/runtime';
import type { BoshEvent } from './carry-out.ts';
import type { HttpClient } from './http/http-client.ts';

export interface EdgeMeter {
  /** A request has ended. */
  asked(event: BoshEvent, tookMs: number, traceparent?: string): void;
  /** What happened to a connection. */
  connected(change: 'opened' | ConnectionCause): void;
  /** Ends what is read when /metrics is asked. */
  stop(): void;
}

/** `ok`, `http-500`, `unreadable`, or why no answer came. */
export function resultOf(event: BoshEvent): string {
  if (event.type === 'bosh.request.failed') return event.cause;
  if (event.status !== 200) return `http-${Math.floor(event.status / 100)}xx`;
  return event.body === undefined ? 'unreadable' : 'ok';
}

export interface Metered {
  readonly http: Pick<HttpClient, 'waiting' | 'connections'>;
  readonly connections: { readonly open: number };
}

export function edgeMeter(meter: Meter, { http, connections }: Metered): EdgeMeter {
  const changes = counter(meter, 'stoxgate_phone_connections_total');
  const requests = counter(meter, 'stoxgate_bosh_requests_total');
  const seconds = histogram(meter, 'stoxgate_bosh_request_seconds');
  const gauges = [
    gauge(meter, 'stoxgate_bosh_waiting', () => http.waiting),
    gauge(meter, 'stoxgate_bosh_connections', () => http.connections),
    gauge(meter, 'stoxgate_phone_connections', () => connections.open),
  ];
  return {
    asked: (event, tookMs, traceparent) => {
      requests.add(1, { result: resultOf(event) });
      seconds.record(tookMs / 1000, undefined, traceparent);
    },
    connected: (result) => changes.add(1, { result }),
    stop: () => {
      for (const end of gauges) end();
    },
  };
}
