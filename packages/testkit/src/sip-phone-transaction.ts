/**
 * A request that the scripted phone sent, and the responses to it.
 */
import type { OutgoingSipRequest, SipResponse } from '@stoxgate/contracts';
import { DeadlineQueue } from './deadline-queue.ts';

/** A status code, a class of them, or any final one. */
export type StatusPattern = number | '1xx' | '2xx' | 'final';

export const matchesStatus = (status: number, pattern: StatusPattern): boolean => {
  if (pattern === 'final') return status >= 200;
  return typeof pattern === 'number' ? status === pattern : Math.trunc(status / 100) === Number(pattern[0]);
};

export interface TransactionContext {
  readonly timeoutMs: number;
  /** What the phone saw, for errors. */
  describe(): string;
  transmit(): void;
}

/** T2 and the time until timers B and F, in units of T1 (RFC 3261 §17.1). */
const T2_PER_T1 = 8;
const GIVE_UP_PER_T1 = 64;

export class SentRequest {
  readonly request: OutgoingSipRequest;
  readonly branch: string;
  readonly responses: SipResponse[] = [];
  readonly #context: TransactionContext;
  readonly #queue = new DeadlineQueue<SipResponse>();
  readonly #listeners: ((response: SipResponse) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(request: OutgoingSipRequest, branch: string, context: TransactionContext) {
    this.request = request;
    this.branch = branch;
    this.#context = context;
  }

  /** The final response, once it has come. */
  get final(): SipResponse | undefined {
    return this.responses.find(({ status }) => status >= 200);
  }

  receive(response: SipResponse): void {
    this.responses.push(response);
    if (response.status >= 200 || this.request.method === 'INVITE') this.stopRepeating();
    for (const listener of this.#listeners) listener(response);
    this.#queue.put(response);
    if (response.status >= 200) this.#queue.failAll(`but ${response.status} ${response.reason}`);
  }

  /** Calls `listener` with each response that came or is still to come. */
  onResponse(listener: (response: SipResponse) => void): void {
    this.#listeners.push(listener);
    for (const response of this.responses) listener(response);
  }

  /**
   * The first response like `pattern`, come or still to come. Rejects, with all that the phone saw, when another final
   * response comes or the time is over.
   */
  waitFor(pattern: StatusPattern, timeoutMs: number = this.#context.timeoutMs): Promise<SipResponse> {
    const found = this.responses.find(({ status }) => matchesStatus(status, pattern));
    if (found !== undefined) return Promise.resolve(found);
    const { method, callId } = this.request;
    const missing = (reason: string): string =>
      `no ${pattern} to ${method} (call ${callId}) ${reason}; seen:${this.#context.describe()}`;
    const { final } = this;
    if (final !== undefined) return Promise.reject(new Error(missing(`but ${final.status} ${final.reason}`)));
    return this.#queue.take(({ status }) => matchesStatus(status, pattern), timeoutMs, missing);
  }

  /** Repeats the request until it is answered (timers A and E of RFC 3261 §17.1). */
  repeat(t1Ms: number, waitMs = t1Ms, spentMs = 0): void {
    if (spentMs >= GIVE_UP_PER_T1 * t1Ms) return;
    this.#timer = setTimeout(() => {
      this.#context.transmit();
      const doubled = waitMs * 2;
      const next = this.request.method === 'INVITE' ? doubled : Math.min(doubled, T2_PER_T1 * t1Ms);
      this.repeat(t1Ms, next, spentMs + waitMs);
    }, waitMs);
    this.#timer.unref();
  }

  stopRepeating(): void {
    clearTimeout(this.#timer);
  }
}
