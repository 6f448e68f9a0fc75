/**
 * Metrics of the MSRP edge.
 */
import type { Meter } from '@opentelemetry/api';
import { counter, gauge } from '@stoxgate/runtime';
import type { MsrpDropReason, MsrpEvent } from './endpoint/endpoint-user.ts';

export interface Counted {
  readonly sessions: number;
  readonly connections: number;
}

export interface EdgeMeter {
  happened(event: MsrpEvent, isTaken: boolean): void;
  dropped(reason: MsrpDropReason): void;
  /** Starts to read the gauges; ends them when what is returned is called. */
  watch(counted: Counted): () => void;
}

export function edgeMeter(meter: Meter): EdgeMeter {
  const messages = counter(meter, 'stoxgate_msrp_messages_total');
  const drops = counter(meter, 'stoxgate_msrp_dropped_total');
  return {
    happened: (event, isTaken) => {
      if (event.type === 'msrp.message.received') {
        messages.add(1, { direction: 'in', result: isTaken ? 'ok' : 'not-taken' });
      } else if (event.type === 'msrp.message.sent') {
        messages.add(1, { direction: 'out', result: 'ok' });
      } else if (event.type === 'msrp.message.failed') {
        messages.add(1, { direction: 'out', result: event.cause });
      }
    },
    dropped: (reason) => drops.add(1, { reason }),
    watch: (counted) => {
      const gauges = [
        gauge(meter, 'stoxgate_msrp_sessions', () => counted.sessions),
        gauge(meter, 'stoxgate_msrp_connections', () => counted.connections),
      ];
      return () => {
        for (const end of gauges) end();
      };
    },
  };
}
