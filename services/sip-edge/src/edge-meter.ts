/**
 * Metrics and log lines of the SIP stack.
 */
import type { Meter } from '@opentelemetry/api';
import { counter, type Logger } from '@stoxgate/runtime';
import type { DropReason, SipStackMeter } from '@stoxgate/sip-stack';
import { BatchedCounter } from './batched-counter.ts';

const METHODS: ReadonlySet<string> = new Set([
  ...['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'MESSAGE', 'INFO', 'UPDATE', 'PRACK'],
  ...['SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER'],
]);

/** Names from the wire do not become label values. */
const methodLabel = (method: string): string => (METHODS.has(method) ? method : 'other');

const LOG_AGAIN_MS = 60_000;
const LOGGED_MAX = 10_000;

export class EdgeMeter implements SipStackMeter {
  readonly #received;
  readonly #sent;
  readonly #retransmitted;
  readonly #dropped;
  readonly #rejected;
  readonly #log: Logger;
  /** Source address → when a line was last written about it. */
  readonly #loggedAt = new Map<string, number>();

  constructor(meter: Meter, log: Logger) {
    this.#received = new BatchedCounter(counter(meter, 'stoxgate_sip_messages_received_total'));
    this.#sent = new BatchedCounter(counter(meter, 'stoxgate_sip_messages_sent_total'));
    this.#retransmitted = new BatchedCounter(counter(meter, 'stoxgate_sip_retransmissions_total'));
    this.#dropped = new BatchedCounter(counter(meter, 'stoxgate_sip_dropped_total'));
    this.#rejected = new BatchedCounter(counter(meter, 'stoxgate_sip_rejected_total'));
    this.#log = log;
  }

  messageReceived(protocol: string, method: string, status: number | undefined): void {
    const name = methodLabel(method);
    const status_class = statusClass(status);
    this.#received.add(`${protocol} ${name} ${status_class}`, () => ({
      protocol,
      method: name,
      ...(status_class && { status_class }),
    }));
  }

  messageSent(protocol: string, method: string, status: number | undefined): void {
    const status_class = statusClass(status);
    const name = status_class === '' ? methodLabel(method) : '';
    this.#sent.add(`${protocol} ${name} ${status_class}`, () => ({
      protocol,
      ...(name && { method: name }),
      ...(status_class && { status_class }),
    }));
  }

  retransmitted(method: string): void {
    this.#retransmitted.add(method, () => ({ method }));
  }

  dropped(reason: DropReason, address: string): void {
    this.#dropped.add(reason, () => ({ reason }));
    if (reason === 'stranger' && this.#mayLog(address)) {
      this.#log.warn({ address }, 'SIP from an address that is not in sip.peers');
    }
  }

  rejected(status: number): void {
    this.#rejected.add(String(status), () => ({ status: String(status) }));
  }

  fault(cause: unknown): void {
    this.#log.error({ err: cause }, 'SIP message not handled');
  }

  /** Hands on what is counted. */
  flush(): void {
    for (const batch of [this.#received, this.#sent, this.#retransmitted, this.#dropped, this.#rejected]) {
      batch.flush();
    }
  }

  #mayLog(address: string): boolean {
    const now = Date.now();
    const last = this.#loggedAt.get(address);
    if (last !== undefined && now - last < LOG_AGAIN_MS) return false;
    if (this.#loggedAt.size >= LOGGED_MAX) this.#loggedAt.clear();
    this.#loggedAt.set(address, now);
    return true;
  }
}

const statusClass = (status: number | undefined): string =>
  status === undefined ? '' : `${Math.trunc(status / 100)}xx`;
