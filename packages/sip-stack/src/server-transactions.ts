/**
 * Server transactions, by our keys. RFC 3261 §17.2.
 */
import type { OutgoingSipResponse } from '@stoxgate/contracts';
import { Generations } from './generations.ts';
import type { Path } from './hop.ts';
import { InviteServer } from './invite-server.ts';
import { NonInviteServer } from './non-invite-server.ts';
import type {
  Remains,
  ServerTransaction,
  ServerTransactionOwner,
  ServerTransactionsUser,
} from './server-transaction.ts';
import { TIMEOUT_MS } from './timers.ts';
import { keyOfResponse } from './transaction-key.ts';

const REMAINS_MAX = 250_000;

export class ServerTransactions {
  readonly #user: ServerTransactionsUser;
  readonly #owner: ServerTransactionOwner;
  readonly #byKey = new Map<string, ServerTransaction>();
  readonly #remains = new Generations<Remains>(TIMEOUT_MS, REMAINS_MAX);
  /** Merge key → key of the transaction. */
  readonly #merges = new Generations<string>(TIMEOUT_MS, REMAINS_MAX);
  #unanswered = 0;

  constructor(user: ServerTransactionsUser) {
    this.#user = user;
    this.#owner = {
      send: user.send,
      retransmitted: user.retransmitted,
      answered: () => {
        this.#unanswered--;
      },
      ended: (transaction) => this.#forget(transaction),
    };
  }

  get size(): number {
    return this.#byKey.size + this.#remains.size;
  }

  /** Transactions without a final response. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /**
   * Gives a request to the transaction that it belongs to. False: there is no such transaction, or the request is an
   * ACK to a 2xx with the branch of its INVITE, which is no part of the transaction.
   */
  absorb(method: string, key: string): boolean {
    const transaction = this.#byKey.get(key);
    if (transaction !== undefined) {
      transaction.receive(method);
      return true;
    }
    const remains = method === 'ACK' ? undefined : this.#remains.get(key);
    if (remains?.response !== undefined) {
      this.#user.send(Buffer.from(remains.response, 'latin1'), remains.path);
    }
    return remains !== undefined;
  }

  /** Whether the same request came by another way and is being served: 482 is owed (RFC 3261 §8.2.2.2). */
  isMerged(merge: string, key: string): boolean {
    const other = this.#merges.get(merge);
    return other !== undefined && other !== key;
  }

  /**
   * Starts the transaction of a new request; its answers go by `path`.
   * @param merge see `mergeKey`.
   */
  open(method: string, key: string, merge: string | undefined, path: Path): ServerTransaction {
    const Machine = method === 'INVITE' ? InviteServer : NonInviteServer;
    const transaction = new Machine(key, path, merge, this.#owner);
    this.#unanswered++;
    this.#byKey.set(key, transaction);
    if (merge !== undefined) this.#merges.set(merge, key);
    return transaction;
  }

  /** The transaction that a response belongs to, by its top Via; `over`: it has had its final response. */
  find(response: OutgoingSipResponse): ServerTransaction | 'over' | undefined {
    const key = keyOfResponse(response);
    return this.#byKey.get(key) ?? (this.#remains.has(key) ? 'over' : undefined);
  }

  close(): void {
    for (const transaction of this.#byKey.values()) transaction.stop();
    this.#byKey.clear();
    this.#remains.clear();
    this.#merges.clear();
    this.#unanswered = 0;
  }

  #forget(transaction: ServerTransaction): void {
    const { key, mergeKey: merge, remains } = transaction;
    this.#byKey.delete(key);
    if (remains !== undefined) this.#remains.set(key, remains);
    else if (merge !== undefined) this.#merges.delete(merge);
  }
}
