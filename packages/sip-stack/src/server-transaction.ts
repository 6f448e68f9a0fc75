/**
 * What every server transaction is, and what it needs.
 */
import type { Path } from './hop.ts';
import type { Dated } from './overdue.ts';

export interface ServerTransactionsUser {
  /** A response that is lost is sent again when the request comes again. */
  send(bytes: Uint8Array, path: Path): void;
  /** A message was sent again because no answer came. */
  retransmitted(method: string): void;
}

/** What a transaction tells. */
export interface ServerTransactionOwner extends ServerTransactionsUser {
  /** It has had its final response, or will get none; once. */
  answered(): void;
  ended(transaction: ServerTransaction): void;
}

export interface ServerTransaction extends Dated {
  readonly key: string;
  readonly path: Path;
  /** Of a request outside a dialog. */
  readonly mergeKey: string | undefined;
  /** Set when it ends and repetitions may still come. */
  readonly remains: Remains | undefined;
  /** A repetition of the request, or an ACK to a failure. */
  receive(method: string): void;
  /**
   * Sends a response. False when the state does not allow it (a second final, a provisional after a final): commands
   * may come twice.
   */
  respond(status: number, bytes: Uint8Array): boolean;
  stop(): void;
}

/**
 * What is kept of a transaction that only waits for repetitions, in place of its machine and timer (J or L). There are as many
 * as requests in a minute, so the garbage collector should find little to look at.
 */
export interface Remains {
  readonly key: string;
  readonly path: Path;
  /** Sent again for each, a character a byte; undefined: a 2xx to INVITE, which is repeated without being asked. */
  readonly response: string | undefined;
}
