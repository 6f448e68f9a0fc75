/**
 * What the stack needs from its user, and what it tells it.
 */
import type { SipRequest, SipResponse, SipSource } from '@stoxgate/contracts';
import type { Refusal } from './ingress-guard.ts';

export type FailureCause = 'timeout' | 'transport' | 'unresolvable' | 'no-credentials';

/** Names of the reasons for which input is dropped without an answer. */
export type DropReason = 'stranger' | 'malformed' | 'unmatched-response' | 'stray-ack' | 'unanswerable';

export interface SipStackUser<Tag> {
  /** Whether the Request-URI names a user behind this gateway: then a request of ours that comes back is no loop. */
  serves(request: SipRequest): boolean;
  /**
   * Asked before a transaction starts. A refusal (of any final status) is sent without one; undefined lets the
   * request in.
   */
  admit(request: SipRequest): Refusal | undefined;
  /**
   * A request to serve; ACK included, which is not to be answered. `key` names its transaction. Of repetitions and
   * merged copies nothing is seen here.
   */
  received(request: SipRequest, source: SipSource, key: string): void;
  /** A response to the request sent with `tag` on `branch`: each provisional, the first final, 2xx of other dialogs. */
  responded(tag: Tag, branch: string, response: SipResponse): void;
  /**
   * A response to an INVITE that was not sent here, or not in the life of this stack: from where a client transaction of
   * another process, or of one before, had its address.
   */
  respondedElsewhere(branch: string, response: SipResponse): void;
  /** The request sent with `tag` on `branch` gets no final response. */
  failed(tag: Tag, branch: string, callId: string, method: string, cause: FailureCause): void;
  /** The 2xx answered with `tag` got no ACK in 64*T1 (RFC 3261 §13.3.1.4). */
  ackTimedOut(tag: Tag, callId: string, localTag: string, cseq: number): void;
}

/** Counts of what passes; all optional work of the hot path is behind it. */
export interface SipStackMeter {
  messageReceived(protocol: string, method: string, status: number | undefined): void;
  messageSent(protocol: string, method: string, status: number | undefined): void;
  retransmitted(method: string): void;
  dropped(reason: DropReason, address: string): void;
  rejected(status: number): void;
  /** A flow failed, or handling a message did: a fault of ours, not of a peer. */
  fault(cause: unknown): void;
}
