/**
 * Client transactions, by our branches. RFC 3261 §17.1.
 */
import type { SipResponse } from '@stoxgate/contracts';
import type {
  ClientRequest,
  ClientTransaction,
  ClientTransactionOwner,
  ClientTransactionsUser,
} from './client-transaction.ts';
import { Generations } from './generations.ts';
import { InviteClient } from './invite-client.ts';
import { NonInviteClient } from './non-invite-client.ts';
import { Overdue } from './overdue.ts';
import { TIMEOUT_MS } from './timers.ts';
import { clientTransactionKey } from './transaction-key.ts';

const ENDED_MAX = 200_000;

export class ClientTransactions<Tag> {
  readonly #owner: ClientTransactionOwner<Tag>;
  readonly #live = new Map<string, ClientTransaction<Tag>>();
  readonly #overdue = new Overdue(this.#live);
  /** Name by the branch that the user gave → name by the branch in use, where they differ. */
  readonly #renamed = new Map<string, string>();
  readonly #over = new Generations<true>(TIMEOUT_MS, ENDED_MAX);
  #unanswered = 0;

  constructor(user: ClientTransactionsUser<Tag>) {
    this.#owner = {
      ...user,
      answered: () => {
        this.#unanswered--;
      },
      ended: ({ request }) => this.#forget(request),
    };
  }

  get size(): number {
    return this.#live.size;
  }

  /** Transactions without a final response. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Whether the request of this transaction was sent, now or in the last 64*T1: it is not sent twice. */
  knows(key: string): boolean {
    return this.#live.has(key) || this.#renamed.has(key) || this.#over.has(key);
  }

  /** @param branch on the wire, or as the user gave it. */
  find(branch: string, method: string): ClientRequest<Tag> | undefined {
    return this.#named(branch, method)?.request;
  }

  /** Sends a request and waits for its responses. */
  start(request: ClientRequest<Tag>): void {
    const { asked, branch } = request;
    const { method } = request.request;
    const key = clientTransactionKey(branch, method);
    if (asked !== branch) this.#renamed.set(clientTransactionKey(asked, method), key);
    this.#unanswered++;
    const Machine = method === 'INVITE' ? InviteClient : NonInviteClient;
    const transaction = new Machine(request, this.#owner);
    this.#live.set(key, transaction);
    if (transaction.startedAt !== undefined) this.#overdue.begun();
  }

  /** Gives a response to its transaction; false when there is none, and none was that it could be a repetition in. */
  receive(branch: string, response: SipResponse): boolean {
    const { method } = response.cseq;
    const key = clientTransactionKey(branch, method);
    const transaction = this.#live.get(key);
    if (transaction?.request.request.method !== method) return method !== 'INVITE' && this.#over.has(key);
    transaction.receive(response);
    return true;
  }

  /**
   * Has the INVITE of this branch, as the user gave it, cancelled when its server was heard of. False when there is none.
   * @param cancel sends the CANCEL; it is given the INVITE as it was sent.
   */
  giveUp(branch: string, cancel: (invite: ClientRequest<Tag>) => void): boolean {
    const transaction = this.#named(branch, 'INVITE');
    if (!(transaction instanceof InviteClient)) return false;
    transaction.giveUp(() => cancel(transaction.request));
    return true;
  }

  close(): void {
    this.#overdue.stop();
    for (const transaction of this.#live.values()) transaction.stop();
    this.#live.clear();
    this.#renamed.clear();
    this.#over.clear();
    this.#unanswered = 0;
  }

  #named(branch: string, method: string): ClientTransaction<Tag> | undefined {
    const key = clientTransactionKey(branch, method);
    return this.#live.get(this.#renamed.get(key) ?? key);
  }

  #forget({ asked, branch, request: { method } }: ClientRequest<Tag>): void {
    const key = clientTransactionKey(branch, method);
    this.#live.delete(key);
    this.#over.set(key, true);
    if (asked === branch) return;
    const askedKey = clientTransactionKey(asked, method);
    if (this.#renamed.get(askedKey) !== key) return;
    this.#renamed.delete(askedKey);
    this.#over.set(askedKey, true);
  }
}
