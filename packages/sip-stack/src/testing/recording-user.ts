/**
 * A user of the stack that writes down what it is told, and a meter that counts.
 */
import type { SipRequest, SipResponse, SipSource } from '@stoxgate/contracts';
import type { Refusal } from '../ingress-guard.ts';
import type { FailureCause, SipStackMeter, SipStackUser } from '../stack-user.ts';

export class RecordingUser implements SipStackUser<string> {
  readonly requests: { request: SipRequest; source: SipSource; key: string }[] = [];
  readonly responses: { tag: string; branch: string; response: SipResponse }[] = [];
  readonly failures: { tag: string; branch: string; method: string; cause: FailureCause }[] = [];
  readonly ackTimeouts: { tag: string; callId: string; localTag: string; cseq: number }[] = [];
  readonly elsewhere: { branch: string; status: number }[] = [];
  refusal: Refusal | undefined;
  servesAll = true;
  /** Called for each request, after it was written down. */
  onRequest: (request: SipRequest) => void = () => undefined;

  serves(): boolean {
    return this.servesAll;
  }

  admit(): Refusal | undefined {
    return this.refusal;
  }

  received(request: SipRequest, source: SipSource, key: string): void {
    this.requests.push({ request, source, key });
    this.onRequest(request);
  }

  responded(tag: string, branch: string, response: SipResponse): void {
    this.responses.push({ tag, branch, response });
  }

  failed(tag: string, branch: string, _callId: string, method: string, cause: FailureCause): void {
    this.failures.push({ tag, branch, method, cause });
  }

  respondedElsewhere(branch: string, { status }: SipResponse): void {
    this.elsewhere.push({ branch, status });
  }

  ackTimedOut(tag: string, callId: string, localTag: string, cseq: number): void {
    this.ackTimeouts.push({ tag, callId, localTag, cseq });
  }

  get methods(): readonly string[] {
    return this.requests.map(({ request }) => request.method);
  }

  get statuses(): readonly number[] {
    return this.responses.map(({ response }) => response.status);
  }
}

export class CountingMeter implements SipStackMeter {
  readonly counts: Record<string, number> = {};
  /** When messages went out, ms since the epoch by the clock of the test. */
  readonly sentAt: number[] = [];

  messageReceived(_protocol: string, method: string): void {
    this.#count(`received ${method}`);
  }

  messageSent(_protocol: string, method: string, status: number | undefined): void {
    this.sentAt.push(Date.now());
    this.#count(`sent ${status ?? method}`);
  }

  retransmitted(method: string): void {
    this.#count(`retransmitted ${method}`);
  }

  dropped(reason: string): void {
    this.#count(`dropped ${reason}`);
  }

  rejected(status: number): void {
    this.#count(`rejected ${status}`);
  }

  fault(cause: unknown): void {
    throw cause;
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}
