/**
 * Client transactions: state machines of sip.js, with our branches, timers A and E and those of reliable transports.
 * RFC 3261 §17.1, RFC 6026 (state "Accepted").
 */
import type { OutgoingSipRequest, SipResponse } from '@stoxgate/contracts';
import { formatNameAddr } from '@stoxgate/wire-sip';
import { InviteClientTransaction } from 'sip.js/lib/core/transactions/invite-client-transaction.js';
import { NonInviteClientTransaction } from 'sip.js/lib/core/transactions/non-invite-client-transaction.js';
import { TransactionState } from 'sip.js/lib/core/transactions/transaction-state.js';
import { Generations } from './generations.ts';
import type { Hop, Path } from './hop.ts';
import { Retransmission } from './retransmission.ts';
import { bytesOf, ReceivedResponse, type SentRequestHead, SILENT, sentRequest } from './sip-js-message.ts';
import { T2_MS, TIMEOUT_MS } from './timers.ts';
import { clientTransactionKey } from './transaction-key.ts';

export interface ClientRequest<Tag> extends SentRequestHead {
  readonly bytes: Uint8Array;
  readonly path: Path;
  /** The branch that the user gave; `branch` is another one where an earlier server failed (RFC 3263 §4.3). */
  readonly asked: string;
  /** What is sent on to the next of these servers if this one fails. */
  readonly again: { readonly request: OutgoingSipRequest; readonly hops: readonly Hop[] };
  /** Comes back with everything that this request leads to. */
  readonly tag: Tag;
}

export interface ClientTransactionsUser<Tag> {
  send(bytes: Uint8Array, path: Path): Promise<void>;
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

const ENDED_MAX = 100_000;

/** What makes a provisional response another one than the last: status, dialog, RSeq, content. */
const provisionalName = ({ status, to, headers, body }: SipResponse): string =>
  `${status} ${to.params.tag ?? ''} ${headers.rseq?.[0] ?? ''} ${body?.content ?? ''}`;

/** One transaction; to sip.js both its transport and its user. */
class ClientTransaction<Tag> {
  readonly loggerFactory = SILENT;
  readonly protocol: string;
  readonly request: ClientRequest<Tag>;
  readonly #user: ClientTransactionsUser<Tag>;
  readonly #answered: () => void;
  readonly #ended: (transaction: ClientTransaction<Tag>) => void;
  readonly #machine: InviteClientTransaction | NonInviteClientTransaction;
  readonly #retransmission: Retransmission | undefined;
  /** The response in hand while sip.js looks at it. */
  #current: SipResponse | undefined;
  #lastProvisional = '';
  #cancelTimeout: NodeJS.Timeout | undefined;
  /** Sends the CANCEL of an INVITE that was given up before it was heard of. */
  #cancel: (() => void) | undefined;
  #isGivenUp = false;
  #isAnswered = false;
  #isHeard = false;
  /** A provisional response but 100 came: the user has heard of this server. */
  #isRinging = false;

  constructor(
    request: ClientRequest<Tag>,
    user: ClientTransactionsUser<Tag>,
    answered: () => void,
    ended: (transaction: ClientTransaction<Tag>) => void,
  ) {
    this.request = request;
    this.protocol = request.path.hop.protocol;
    this.#user = user;
    this.#answered = answered;
    this.#ended = ended;
    const isInvite = request.method === 'INVITE';
    const Machine = isInvite ? InviteClientTransaction : NonInviteClientTransaction;
    this.#machine = new Machine(sentRequest(request, request.bytes), this, this);
    // Timer A has no cap, timer E at most T2 (RFC 3261 §17.1.1.2, §17.1.2.2).
    const capMs = isInvite ? Number.POSITIVE_INFINITY : T2_MS;
    this.#retransmission =
      this.protocol === 'udp' ? new Retransmission(() => this.#sendAgain(), capMs) : undefined;
  }

  send(message: string): Promise<void> {
    return this.#user.send(bytesOf(message), this.request.path);
  }

  receive(response: SipResponse): void {
    const { status, to } = response;
    this.#isHeard = true;
    this.#isRinging ||= status > 100 && status < 200;
    this.#current = response;
    this.#machine.receiveResponse(new ReceivedResponse(status, formatNameAddr(to), to.params.tag ?? ''));
    this.#current = undefined;
    this.#sendCancel();
  }

  /**
   * Has the INVITE cancelled: at once if it was heard of, else when it is; after a final response not at all. Without
   * one in 64*T1 from then it is over (RFC 3261 §9.1).
   */
  giveUp(cancel: () => void): void {
    if (this.#isGivenUp || this.#isAnswered) return;
    this.#isGivenUp = true;
    this.#cancel = cancel;
    if (this.#isHeard) this.#sendCancel();
  }

  #sendCancel(): void {
    const cancel = this.#cancel;
    this.#cancel = undefined;
    if (cancel === undefined || this.#isAnswered) return;
    cancel();
    this.#cancelTimeout = setTimeout(() => {
      if (this.#isAnswered) return;
      this.#end();
      this.#user.failed(this.request, 'timeout');
    }, TIMEOUT_MS);
  }

  stop(): void {
    this.#machine.dispose();
    this.#retransmission?.stop();
    clearTimeout(this.#cancelTimeout);
  }

  receiveResponse(): void {
    const response = this.#current;
    if (response === undefined) return;
    if (response.status < 200) {
      const name = provisionalName(response);
      if (name === this.#lastProvisional) return;
      this.#lastProvisional = name;
    }
    if (response.status === 503 && !this.#isRinging && this.#goesElsewhere(response)) return;
    this.#user.responded(this.request, response);
  }

  onRequestTimeout(): void {
    // sip.js reports a received 408 as its own timeout.
    if (this.#current !== undefined) this.#user.responded(this.request, this.#current);
    else if (this.#isHeard || !this.#goesElsewhere()) this.#user.failed(this.request, 'timeout');
  }

  onTransportError(): void {
    // An ACK to a failure that cannot be sent changes nothing for the user.
    if (this.#isAnswered || (!this.#isHeard && this.#goesElsewhere())) return;
    this.#user.failed(this.request, 'transport');
  }

  /** A request that was given up is not begun anew. */
  #goesElsewhere(response?: SipResponse): boolean {
    return !this.#isGivenUp && this.#user.goesElsewhere(this.request, response);
  }

  onStateChange(state: TransactionState): void {
    if (state === TransactionState.Proceeding && this.request.method !== 'INVITE') {
      this.#retransmission?.slowDown();
      return;
    }
    this.#retransmission?.stop();
    if (state === TransactionState.Proceeding) return;
    this.#markAnswered();
    // Timers D and K are zero for reliable transports (RFC 3261 §17.1.1.2, §17.1.2.2). What K waits for, repetitions
    // of a final response, is known by the branch.
    const isOver =
      state === TransactionState.Completed && (this.protocol !== 'udp' || this.request.method !== 'INVITE');
    if (isOver || state === TransactionState.Terminated) this.#end();
  }

  #sendAgain(): void {
    this.#user.retransmitted(this.request.method);
    this.#user.send(this.request.bytes, this.request.path).catch(() => undefined);
  }

  #markAnswered(): void {
    if (!this.#isAnswered) this.#answered();
    this.#isAnswered = true;
  }

  #end(): void {
    this.#markAnswered();
    this.stop();
    this.#ended(this);
  }
}

export class ClientTransactions<Tag> {
  readonly #user: ClientTransactionsUser<Tag>;
  readonly #live = new Map<string, ClientTransaction<Tag>>();
  /** Name by the branch that the user gave → name by the branch in use, where they differ. */
  readonly #renamed = new Map<string, string>();
  readonly #over = new Generations<true>(TIMEOUT_MS, ENDED_MAX);
  readonly #answered = (): void => void this.#unanswered--;
  readonly #ended = ({ request }: ClientTransaction<Tag>): void => this.#forget(request);
  #unanswered = 0;

  constructor(user: ClientTransactionsUser<Tag>) {
    this.#user = user;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Transactions without a final response. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Whether a request of this branch and method was sent, now or in the last 64*T1: it is not sent twice. */
  knows(branch: string, method: string): boolean {
    const key = clientTransactionKey(branch, method);
    return this.#live.has(key) || this.#renamed.has(key) || this.#over.has(key);
  }

  /** @param branch on the wire, or as the user gave it. */
  find(branch: string, method: string): ClientRequest<Tag> | undefined {
    return this.#named(branch, method)?.request;
  }

  /** Sends a request and waits for its responses. */
  start(request: ClientRequest<Tag>): void {
    const { asked, branch, method } = request;
    const key = clientTransactionKey(branch, method);
    if (asked !== branch) this.#renamed.set(clientTransactionKey(asked, method), key);
    this.#unanswered++;
    this.#live.set(key, new ClientTransaction(request, this.#user, this.#answered, this.#ended));
  }

  /** Gives a response to its transaction; false when there is none, and none was that it could be a repetition in. */
  receive(branch: string, response: SipResponse): boolean {
    const { method } = response.cseq;
    const key = clientTransactionKey(branch, method);
    const transaction = this.#live.get(key);
    if (transaction === undefined) return method !== 'INVITE' && this.#over.has(key);
    transaction.receive(response);
    return true;
  }

  /**
   * Has the INVITE of this branch, as the user gave it, cancelled when its server was heard of. False when there is none.
   * @param cancel sends the CANCEL; it is given the INVITE as it was sent.
   */
  giveUp(branch: string, cancel: (invite: ClientRequest<Tag>) => void): boolean {
    const transaction = this.#named(branch, 'INVITE');
    transaction?.giveUp(() => cancel(transaction.request));
    return transaction !== undefined;
  }

  close(): void {
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

  #forget({ asked, branch, method }: ClientRequest<Tag>): void {
    const key = clientTransactionKey(branch, method);
    const askedKey = clientTransactionKey(asked, method);
    this.#live.delete(key);
    this.#over.set(key, true);
    if (this.#renamed.get(askedKey) !== key) return;
    this.#renamed.delete(askedKey);
    this.#over.set(askedKey, true);
  }
}
