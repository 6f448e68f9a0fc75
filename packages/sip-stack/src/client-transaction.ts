/**
 * What every client transaction is, and what it needs.
 */
import type { SipResponse } from '@stoxgate/contracts';
import type { Hop, Path } from './hop.ts';
import type { Dated } from './overdue.ts';
import type { SentRequest } from './sip-js-message.ts';

export interface ClientRequest<Tag> extends SentRequest {
  readonly path: Path;
  /** The branch that the user gave; `branch` is another one where an earlier server failed (RFC 3263 §4.3). */
  readonly asked: string;
  /** Servers that it is sent to, one after the other, if this one fails. */
  readonly others: readonly Hop[];
  /** Comes back with everything that this request leads to. */
  readonly tag: Tag;
}

export interface ClientTransactionsUser<Tag> {
  /** `failed` is called, later, when there is no way there (RFC 3261 §18.4). */
  send(bytes: Uint8Array, path: Path, failed?: (cause: unknown) => void): void;
  retransmitted(method: string): void;
  /**
   * The server failed (503, a transport error, or no answer of any kind). True: the request goes on to another one, and
   * nothing is told of this one.
   */
  goesElsewhere(request: ClientRequest<Tag>, response?: SipResponse): boolean;
  /** A response that was not seen before: each provisional, the first final, further 2xx of other dialogs. */
  responded(request: ClientRequest<Tag>, response: SipResponse): void;
  /** No final response will come. */
  failed(request: ClientRequest<Tag>, cause: 'timeout' | 'transport'): void;
}

/** What a transaction tells. */
export interface ClientTransactionOwner<Tag> extends ClientTransactionsUser<Tag> {
  /** It has had its final response, or will get none; once. */
  answered(): void;
  ended(transaction: ClientTransaction<Tag>): void;
}

export interface ClientTransaction<Tag> extends Dated {
  readonly request: ClientRequest<Tag>;
  receive(response: SipResponse): void;
  stop(): void;
}

/** What makes a provisional response another one than the last: status, dialog, RSeq, content. */
export const provisionalName = ({ status, to, headers, body }: SipResponse): string =>
  `${status} ${to.params.tag ?? ''} ${headers.rseq?.[0] ?? ''} ${body?.content ?? ''}`;
