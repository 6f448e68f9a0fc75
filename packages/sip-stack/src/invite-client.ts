/**
 * The client transaction of an INVITE: a state machine of sip.js, with timer A and the timers of reliable transports.
 * RFC 3261 §17.1.1, RFC 6026 (state "Accepted").
 */
import type { SipResponse } from '@stoxgate/contracts';
import { formatNameAddr } from '@stoxgate/wire-sip';
import { InviteClientTransaction } from 'sip.js/lib/core/transactions/invite-client-transaction.js';
import { TransactionState } from 'sip.js/lib/core/transactions/transaction-state.js';
import {
  type ClientRequest,
  type ClientTransaction,
  type ClientTransactionOwner,
  provisionalName,
} from './client-transaction.ts';
import { Retransmission } from './retransmission.ts';
import { bytesOf, ReceivedResponse, SILENT, sentInvite } from './sip-js-message.ts';
import { TIMEOUT_MS } from './timers.ts';

/** To sip.js both its transport and its user. */
export class InviteClient<Tag> implements ClientTransaction<Tag> {
  readonly loggerFactory = SILENT;
  readonly protocol: string;
  readonly request: ClientRequest<Tag>;
  /** Timer B is that of sip.js. */
  readonly startedAt = undefined;
  readonly #owner: ClientTransactionOwner<Tag>;
  readonly #machine: InviteClientTransaction;
  readonly #timerA: Retransmission | undefined;
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

  constructor(request: ClientRequest<Tag>, owner: ClientTransactionOwner<Tag>) {
    this.request = request;
    this.protocol = request.path.hop.protocol;
    this.#owner = owner;
    this.#machine = new InviteClientTransaction(sentInvite(request), this, this);
    this.#timerA =
      this.protocol === 'udp'
        ? new Retransmission(() => this.#sendAgain(), Number.POSITIVE_INFINITY)
        : undefined;
  }

  send(message: string): Promise<void> {
    // It is only the failure that sip.js waits for.
    return new Promise((_, reject) => {
      this.#owner.send(bytesOf(message), this.request.path, reject);
    });
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
   * Has it cancelled: at once if it was heard of, else when it is; after a final response not at all. Without one in 64*T1
   * from then it is over (RFC 3261 §9.1).
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
      this.#owner.failed(this.request, 'timeout');
    }, TIMEOUT_MS);
  }

  overdue(): void {}

  stop(): void {
    this.#machine.dispose();
    this.#timerA?.stop();
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
    this.#owner.responded(this.request, response);
  }

  onRequestTimeout(): void {
    // sip.js reports a received 408 as its own timeout.
    if (this.#current !== undefined) this.#owner.responded(this.request, this.#current);
    else if (this.#isHeard || !this.#goesElsewhere()) this.#owner.failed(this.request, 'timeout');
  }

  onTransportError(): void {
    // An ACK to a failure that cannot be sent changes nothing for the user.
    if (this.#isAnswered || (!this.#isHeard && this.#goesElsewhere())) return;
    this.#owner.failed(this.request, 'transport');
  }

  /** A request that was given up is not begun anew. */
  #goesElsewhere(response?: SipResponse): boolean {
    return !this.#isGivenUp && this.#owner.goesElsewhere(this.request, response);
  }

  onStateChange(state: TransactionState): void {
    this.#timerA?.stop();
    if (state === TransactionState.Proceeding) return;
    this.#markAnswered();
    // Timer D is zero for reliable transports.
    const isOver = state === TransactionState.Completed && this.protocol !== 'udp';
    if (isOver || state === TransactionState.Terminated) this.#end();
  }

  #sendAgain(): void {
    this.#owner.retransmitted('INVITE');
    this.#owner.send(this.request.bytes, this.request.path);
  }

  #markAnswered(): void {
    if (!this.#isAnswered) this.#owner.answered();
    this.#isAnswered = true;
  }

  #end(): void {
    this.#markAnswered();
    this.stop();
    this.#owner.ended(this);
  }
}
