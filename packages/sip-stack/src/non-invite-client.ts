/**
 * A client transaction of any request but INVITE. RFC 3261 §17.1.2.
 */
import type { SipResponse } from '@stoxgate/contracts';
import {
  type ClientRequest,
  type ClientTransaction,
  type ClientTransactionOwner,
  provisionalName,
} from './client-transaction.ts';
import { Retransmission } from './retransmission.ts';
import { T2_MS } from './timers.ts';

export class NonInviteClient<Tag> implements ClientTransaction<Tag> {
  readonly request: ClientRequest<Tag>;
  readonly startedAt = performance.now();
  readonly #owner: ClientTransactionOwner<Tag>;
  readonly #timerE: Retransmission | undefined;
  #lastProvisional = '';
  #isHeard = false;
  /** A provisional response but 100 came: the user has heard of this server. */
  #isRinging = false;
  #isOver = false;

  constructor(request: ClientRequest<Tag>, owner: ClientTransactionOwner<Tag>) {
    const { bytes, path } = request;
    this.request = request;
    this.#owner = owner;
    this.#timerE =
      path.hop.protocol === 'udp' ? new Retransmission(() => this.#sendAgain(), T2_MS) : undefined;
    owner.send(bytes, path, () => this.#fail('transport'));
  }

  receive(response: SipResponse): void {
    this.#isHeard = true;
    if (response.status < 200) {
      this.#receiveProvisional(response);
      return;
    }
    // What timer K waits for, repetitions of a final response, is known by the branch.
    this.#end();
    const isElsewhere =
      response.status === 503 && !this.#isRinging && this.#owner.goesElsewhere(this.request, response);
    if (!isElsewhere) this.#owner.responded(this.request, response);
  }

  /** Timer F. */
  overdue(): void {
    this.#fail('timeout');
  }

  stop(): void {
    this.#timerE?.stop();
  }

  #receiveProvisional(response: SipResponse): void {
    this.#timerE?.slowDown();
    this.#isRinging ||= response.status > 100;
    const name = provisionalName(response);
    if (name === this.#lastProvisional) return;
    this.#lastProvisional = name;
    this.#owner.responded(this.request, response);
  }

  #sendAgain(): void {
    this.#owner.retransmitted(this.request.request.method);
    this.#owner.send(this.request.bytes, this.request.path);
  }

  #fail(cause: 'timeout' | 'transport'): void {
    if (this.#isOver) return;
    this.#end();
    if (this.#isHeard || !this.#owner.goesElsewhere(this.request)) this.#owner.failed(this.request, cause);
  }

  #end(): void {
    this.#isOver = true;
    this.stop();
    this.#owner.answered();
    this.#owner.ended(this);
  }
}
