/**
 * Server transactions: state machines of sip.js, with our keys, timer G and the timers of reliable transports.
 * RFC 3261 §17.2, RFC 6026 (state "Accepted").
 */
import type { OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import { InviteServerTransaction } from 'sip.js/lib/core/transactions/invite-server-transaction.js';
import { NonInviteServerTransaction } from 'sip.js/lib/core/transactions/non-invite-server-transaction.js';
import { TransactionState } from 'sip.js/lib/core/transactions/transaction-state.js';
import { Generations } from './generations.ts';
import type { Path } from './hop.ts';
import { Retransmission } from './retransmission.ts';
import { bytesOf, opaque, receivedRequest, SILENT } from './sip-js-message.ts';
import { T2_MS, TIMEOUT_MS } from './timers.ts';
import { keyOfResponse, mergeKey } from './transaction-key.ts';

export interface ServerTransactionsUser {
  /** A response that is lost is sent again when the request comes again. */
  send(bytes: Uint8Array, path: Path): void;
  /** A message was sent again because no answer came. */
  retransmitted(method: string): void;
}

/** Far beyond any ringing: only a response that was lost inside can leave an INVITE here so long. */
const UNANSWERED_INVITE_MS = 15 * 60_000;

const SENT = Promise.resolve();

/**
 * What is kept of a transaction that only waits for repetitions, in place of its machine and timer (J or L). There are as many
 * as requests in a minute, so the garbage collector should find little to look at.
 */
interface Remains {
  readonly path: Path;
  /** Sent again for each, a character a byte; undefined: a 2xx to INVITE, which is repeated without being asked. */
  readonly response: string | undefined;
}

const REMAINS_MAX = 250_000;

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** One transaction; to sip.js both its transport and its user. */
export class ServerTransaction {
  readonly loggerFactory = SILENT;
  readonly protocol: string;
  readonly method: string;
  readonly key: string;
  readonly path: Path;
  readonly machine: InviteServerTransaction | NonInviteServerTransaction;
  mergeKey: string | undefined;
  /** Set when it ends and repetitions may still come. */
  remains: Remains | undefined;
  readonly #user: ServerTransactionsUser;
  readonly #answered: () => void;
  readonly #ended: (transaction: ServerTransaction) => void;
  #timerG: Retransmission | undefined;
  #unanswered: NodeJS.Timeout | undefined;
  #last: Uint8Array | undefined;

  constructor(
    method: string,
    key: string,
    path: Path,
    user: ServerTransactionsUser,
    answered: () => void,
    ended: (transaction: ServerTransaction) => void,
  ) {
    this.method = method;
    this.key = key;
    this.path = path;
    this.protocol = path.hop.protocol;
    this.#user = user;
    this.#answered = answered;
    this.#ended = ended;
    const isInvite = method === 'INVITE';
    const Machine = isInvite ? InviteServerTransaction : NonInviteServerTransaction;
    this.machine = new Machine(receivedRequest(method, key), this, this);
    this.#unanswered = setTimeout(() => this.#end(), isInvite ? UNANSWERED_INVITE_MS : TIMEOUT_MS);
  }

  get isUnanswered(): boolean {
    return (
      this.machine.state === TransactionState.Proceeding || this.machine.state === TransactionState.Trying
    );
  }

  send(message: string): Promise<void> {
    this.#user.send(bytesOf(message), this.path);
    return SENT;
  }

  /** A repetition of the request, or an ACK to a failure. */
  receive(method: string): void {
    this.machine.receiveRequest(receivedRequest(method, this.key));
  }

  /**
   * Sends a response. False when the state does not allow it (a second final, a provisional after a final): commands
   * may come twice.
   */
  respond(status: number, bytes: Uint8Array): boolean {
    // RFC 4320 §4.1: no provisional response but 100 to a non-INVITE, and that one only late.
    if (!this.isUnanswered || (status < 200 && this.method !== 'INVITE')) return false;
    this.#last = bytes;
    this.machine.receiveResponse(status, opaque(bytes));
    return true;
  }

  onStateChange(state: TransactionState): void {
    if (!this.isUnanswered) this.#markAnswered();
    this.#timerG?.stop();
    const reliable = this.protocol !== 'udp';
    if (state === TransactionState.Completed && this.method === 'INVITE' && !reliable) {
      this.#timerG = new Retransmission(() => this.#repeatFinal(), T2_MS);
    }
    // Timers I and J are zero for reliable transports (RFC 3261 §17.2.1, §17.2.2).
    const last = this.method === 'INVITE' ? TransactionState.Confirmed : TransactionState.Completed;
    if (state === TransactionState.Accepted) {
      this.remains = { path: this.path, response: undefined };
    } else if (state === TransactionState.Completed && this.method !== 'INVITE' && !reliable) {
      this.remains = { path: this.path, response: textOf(this.#last) };
    }
    const isOver = state === TransactionState.Terminated || (reliable && state === last);
    if (isOver || this.remains !== undefined) this.#end();
  }

  stop(): void {
    this.machine.dispose();
    this.#timerG?.stop();
    clearTimeout(this.#unanswered);
  }

  #markAnswered(): void {
    if (this.#unanswered === undefined) return;
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    this.#answered();
  }

  #end(): void {
    this.#markAnswered();
    this.stop();
    this.#ended(this);
  }

  /** Timer G: sip.js sends the final response again when it sees the INVITE again. */
  #repeatFinal(): void {
    this.receive('INVITE');
    this.#user.retransmitted('INVITE');
  }
}

export class ServerTransactions {
  readonly #user: ServerTransactionsUser;
  readonly #byKey = new Map<string, ServerTransaction>();
  readonly #remains = new Generations<Remains>(TIMEOUT_MS, REMAINS_MAX);
  /** Merge key → key of the transaction. */
  readonly #merges = new Generations<string>(TIMEOUT_MS, REMAINS_MAX);
  readonly #answered = (): void => void this.#unanswered--;
  readonly #ended = (transaction: ServerTransaction): void => this.#forget(transaction);
  #unanswered = 0;

  constructor(user: ServerTransactionsUser) {
    this.#user = user;
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
  isMerged(request: SipRequest, key: string): boolean {
    const other = this.#merges.get(mergeKey(request));
    return other !== undefined && other !== key;
  }

  /** Starts the transaction of a new request; its answers go by `path`. */
  open(request: SipRequest, key: string, path: Path): ServerTransaction {
    const transaction = new ServerTransaction(
      request.method,
      key,
      path,
      this.#user,
      this.#answered,
      this.#ended,
    );
    this.#unanswered++;
    this.#byKey.set(key, transaction);
    if (request.to.params.tag === undefined && request.method !== 'CANCEL') {
      transaction.mergeKey = mergeKey(request);
      this.#merges.set(transaction.mergeKey, key);
    }
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
