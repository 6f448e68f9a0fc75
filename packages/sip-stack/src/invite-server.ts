/**
 * The server transaction of an INVITE: a state machine of sip.js, with timer G and the timers of reliable transports.
 * RFC 3261 §17.2.1, RFC 6026 (state "Accepted").
 */
import { InviteServerTransaction } from 'sip.js/lib/core/transactions/invite-server-transaction.js';
import { TransactionState } from 'sip.js/lib/core/transactions/transaction-state.js';
import type { Path } from './hop.ts';
import { Retransmission } from './retransmission.ts';
import type { Remains, ServerTransaction, ServerTransactionOwner } from './server-transaction.ts';
import { bytesOf, opaque, receivedRequest, SILENT } from './sip-js-message.ts';
import { T2_MS } from './timers.ts';

/** Far beyond any ringing: only a response that was lost inside can leave an INVITE here so long. */
const UNANSWERED_MS = 15 * 60_000;

const SENT = Promise.resolve();

/** To sip.js both its transport and its user. */
export class InviteServer implements ServerTransaction {
  readonly loggerFactory = SILENT;
  readonly protocol: string;
  readonly key: string;
  readonly path: Path;
  readonly mergeKey: string | undefined;
  /** Ringing may take longer. */
  readonly startedAt = undefined;
  remains: Remains | undefined;
  readonly #machine: InviteServerTransaction;
  readonly #owner: ServerTransactionOwner;
  #timerG: Retransmission | undefined;
  #unanswered: NodeJS.Timeout | undefined;

  constructor(key: string, path: Path, mergeKey: string | undefined, owner: ServerTransactionOwner) {
    this.key = key;
    this.path = path;
    this.mergeKey = mergeKey;
    this.protocol = path.hop.protocol;
    this.#owner = owner;
    this.#machine = new InviteServerTransaction(receivedRequest('INVITE', key), this, this);
    this.#unanswered = setTimeout(() => this.#end(), UNANSWERED_MS);
  }

  send(message: string): Promise<void> {
    this.#owner.send(bytesOf(message), this.path);
    return SENT;
  }

  /** The INVITE again, or an ACK to a failure. */
  receive(method: string): void {
    this.#machine.receiveRequest(receivedRequest(method, this.key));
  }

  respond(status: number, bytes: Uint8Array): boolean {
    if (this.#machine.state !== TransactionState.Proceeding) return false;
    this.#machine.receiveResponse(status, opaque(bytes));
    return true;
  }

  onStateChange(state: TransactionState): void {
    if (this.#machine.state !== TransactionState.Proceeding) this.#markAnswered();
    this.#timerG?.stop();
    const isReliable = this.protocol !== 'udp';
    if (state === TransactionState.Completed && !isReliable) {
      this.#timerG = new Retransmission(() => this.#repeatFinal(), T2_MS);
    }
    if (state === TransactionState.Accepted) {
      this.remains = { key: this.key, path: this.path, response: undefined };
    }
    // Timer I is zero for reliable transports.
    const isOver =
      state === TransactionState.Terminated || (isReliable && state === TransactionState.Confirmed);
    if (isOver || this.remains !== undefined) this.#end();
  }

  overdue(): void {}

  stop(): void {
    this.#machine.dispose();
    this.#timerG?.stop();
    clearTimeout(this.#unanswered);
  }

  #markAnswered(): void {
    if (this.#unanswered === undefined) return;
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    this.#owner.answered();
  }

  #end(): void {
    this.#markAnswered();
    this.stop();
    this.#owner.ended(this);
  }

  /** Timer G: sip.js sends the final response again when it sees the INVITE again. */
  #repeatFinal(): void {
    this.receive('INVITE');
    this.#owner.retransmitted('INVITE');
  }
}
