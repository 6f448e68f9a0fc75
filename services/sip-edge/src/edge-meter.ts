/**
 * Metrics and log lines of the SIP stack.
 */
import type { Meter } from '@opentelemetry/api';
import { counter, type Logger } from '@stoxgate/runtime';
import type { DropReason, SipStackMeter } from '@stoxgate/sip-stack';
import { BatchedCounter } from './batched-counter.ts';

const METHODS = [
  ...['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'MESSAGE', 'INFO', 'UPDATE', 'PRACK'],
  ...['SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER'],
];
const PROTOCOLS = ['udp', 'tcp', 'tls'];

const METHOD_NUMBERS: ReadonlyMap<string, number> = new Map(
  METHODS.map((method, index) => [method, index + 1]),
);

/** Names from the wire do not become label values. */
const methodLabel = (method: string): string => (METHOD_NUMBERS.has(method) ? method : 'other');

/** A number for what is counted apart, since a text would be put together for every message. */
const kindOf = (protocol: string, method: string, status: number | undefined): number =>
  (PROTOCOLS.indexOf(protocol) * 32 + (METHOD_NUMBERS.get(method) ?? 0)) * 8 + classOf(status);

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
    const kind = kindOf(protocol, method, status);
    if (this.#received.add(kind)) return;
    const status_class = statusClass(status);
    this.#received.open(kind, {
      protocol,
      method: methodLabel(method),
      ...(status_class && { status_class }),
    });
  }

  messageSent(protocol: string, method: string, status: number | undefined): void {
    const kind = kindOf(protocol, status === undefined ? method : '', status);
    if (this.#sent.add(kind)) return;
    const status_class = statusClass(status);
    this.#sent.open(kind, {
      protocol,
      ...(status_class ? { status_class } : { method: methodLabel(method) }),
    });
  }

  retransmitted(method: string): void {
    if (!this.#retransmitted.add(method)) this.#retransmitted.open(method, { method });
  }

  dropped(reason: DropReason, address: string): void {
    if (!this.#dropped.add(reason)) this.#dropped.open(reason, { reason });
    if (reason === 'stranger' && this.#mayLog(address)) {
      this.#log.warn({ address }, 'SIP from an address that is not in sip.peers');
    }
  }

  rejected(status: number): void {
    if (!this.#rejected.add(status)) this.#rejected.open(status, { status: String(status) });
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

/** 0 for a request. */
const classOf = (status: number | undefined): number => (status === undefined ? 0 : Math.trunc(status / 100));

const statusClass = (status: number | undefined): string =>
  status === undefined ? '' : `${classOf(status)}xx`;
