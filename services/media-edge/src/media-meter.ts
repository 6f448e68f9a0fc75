import type { Meter } from '@opentelemetry/api';
import type { MediaRequest } from '@stoxgate/contracts';
import { counter, gauge, histogram } from '@stoxgate/runtime';
import type { Outcome } from './carry-out.ts';
import type { Deletions } from './deletions.ts';
import type { Relays } from './relays.ts';

export interface MediaMeter {
  asked(kind: MediaRequest['kind'], result: Outcome['result'], tookMs: number, traceparent?: string): void;
  deleteLost(): void;
  /** Ends what is read when /metrics is asked. */
  stop(): void;
}

export function mediaMeter(meter: Meter, relays: Relays, deletions: Deletions): MediaMeter {
  const requests = counter(meter, 'stoxgate_media_requests_total');
  const seconds = histogram(meter, 'stoxgate_media_request_seconds');
  const lost = counter(meter, 'stoxgate_media_deletes_lost_total');
  const gauges = [
    gauge(meter, 'stoxgate_media_relay_up', () =>
      relays.all.map(({ name, isUp }) => ({ value: isUp ? 1 : 0, labels: { relay: name } })),
    ),
    gauge(meter, 'stoxgate_media_deletes_waiting', () => deletions.size),
  ];
  return {
    asked: (kind, result, tookMs, traceparent) => {
      requests.add(1, { kind, result });
      seconds.record(tookMs / 1000, { kind }, traceparent);
    },
    deleteLost: () => lost.add(1),
    stop: () => {
      for (const end of gauges) end();
    },
  };
}
