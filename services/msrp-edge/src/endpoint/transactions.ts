/**
 * Requests of ours that wait for a response. RFC 4975 §7.1.1.
 */
import type { MsrpConnection } from './connection.ts';
import type { Outgoing } from './outgoing.ts';
import type { Session } from './session.ts';

export interface Transaction<Origin> {
  /** What it is for: the first SEND of a session, one that asks whether anybody is there, a chunk. */
  readonly purpose: 'bind' | 'keep-alive' | 'chunk';
  readonly session: Session<Origin>;
  readonly connection: MsrpConnection;
  readonly outgoing?: Outgoing;
  readonly dueAt: number;
}

export class Transactions<Origin> {
  /** In the order of their times. */
  readonly #waiting = new Map<string, Transaction<Origin>>();

  add(transactionId: string, transaction: Transaction<Origin>): void {
    this.#waiting.set(transactionId, transaction);
  }

  /** Takes out the transaction that a response on this connection belongs to. */
  take(transactionId: string, connection: MsrpConnection): Transaction<Origin> | undefined {
    const found = this.#waiting.get(transactionId);
    if (found?.connection !== connection) return undefined;
    this.#waiting.delete(transactionId);
    return found;
  }

  /** Takes out those whose time has passed. */
  due(now: number): readonly Transaction<Origin>[] {
    const due: Transaction<Origin>[] = [];
    for (const [id, transaction] of this.#waiting) {
      if (transaction.dueAt > now) break;
      this.#waiting.delete(id);
      due.push(transaction);
    }
    return due;
  }

  has(connection: MsrpConnection): boolean {
    for (const one of this.#waiting.values()) if (one.connection === connection) return true;
    return false;
  }

  forget(connection: MsrpConnection): void {
    for (const [id, one] of this.#waiting) if (one.connection === connection) this.#waiting.delete(id);
  }
}
