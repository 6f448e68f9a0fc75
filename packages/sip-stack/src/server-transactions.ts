/**
 * Server transactions, by our keys. RFC 3261 §17.2.
 */
import type { OutgoingSipResponse } from '@stoxgate/contracts';
import { Generations } from './generations.ts';
import type { Path } from './hop.ts';
import { InviteServer } from './invite-server.ts';
import { NonInviteServer } from './non-invite-server.ts';
import { Overdue } from './overdue.ts';
import type {
  Remains,
  ServerTransaction,
  ServerTransactionOwner,
  ServerTransactionsUser,
} from './server-transaction.ts';
import { TIMEOUT_MS } from './timers.ts';
import { keyOfResponse, mergeKeyOfResponse } from './transaction-key.ts';

const REMAINS_MAX = 800_000;

export class ServerTransactions {
  readonly #user: ServerTransactionsUser;
  readonly #owner: ServerTransactionOwner;
  readonly #byKey = new Map<string, ServerTransaction>();
  readonly #overdue = new Overdue(this.#byKey);
  /** Merge key → key of the transaction, as long as that is held. */
  readonly #merges = new Map<string, string>();
  /** By merge key, else by key: one look-up tells a repetition from a merged request and from a new one. */
  readonly #remains = new Generations<Remains>(TIMEOUT_MS, REMAINS_MAX);
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
   * Gives a request to the transaction that it belongs to. False: there is none without a final response, or the request is an
   * ACK to a 2xx with the branch of its INVITE, which is no part of the transaction.
   */
  absorb(method: string, key: string): boolean {
    const transaction = this.#byKey.get(key);
    transaction?.receive(method);
    return transaction !== undefined;
  }

  /**
   * What a request is that no transaction absorbs. A repetition is answered as before, when it was answered at all. Of a merged
   * one a copy came by another way: 482 is owed (RFC 3261 §8.2.2.2).
   * @param merge see `mergeKey`.
   */
  recall(key: string, merge: string | undefined): 'repetition' | 'merged' | 'new' {
    if (merge !== undefined && this.#merges.has(merge)) return 'merged';
    const remains = this.#remains.get(merge ?? key);
    if (remains === undefined) return 'new';
    if (remains.key !== key) return 'merged';
    if (remains.response !== undefined) {
      this.#user.send(Buffer.from(remains.response, 'latin1'), remains.path);
    }
    return 'repetition';
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
    if (transaction.startedAt !== undefined) this.#overdue.begun();
    if (merge !== undefined) this.#merges.set(merge, key);
    return transaction;
  }

  /** The transaction that a response belongs to, by its top Via; `over`: it has had its final response. */
  find(response: OutgoingSipResponse): ServerTransaction | 'over' | undefined {
    const key = keyOfResponse(response);
    const transaction = this.#byKey.get(key);
    if (transaction !== undefined) return transaction;
    const isOver = this.#remains.has(key) || this.#remains.get(mergeKeyOfResponse(response))?.key === key;
    return isOver ? 'over' : undefined;
  }

  close(): void {
    this.#overdue.stop();
    for (const transaction of this.#byKey.values()) transaction.stop();
    this.#byKey.clear();
    this.#remains.clear();
    this.#merges.clear();
    this.#unanswered = 0;
  }

  #forget(transaction: ServerTransaction): void {
    const { key, mergeKey: merge, remains } = transaction;
    this.#byKey.delete(key);
    if (merge !== undefined) this.#merges.delete(merge);
    if (remains !== undefined) this.#remains.set(merge ?? key, remains);
  }
}
