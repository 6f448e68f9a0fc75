/**
 * The server transactions of the scripted phone: a repeated request gets the same answer, and no script sees it twice.
 */
import type { OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import type { Via } from '@stoxgate/wire-sip';
import { rememberUpTo } from './remember-up-to.ts';
import type { PhoneFlow } from './sip-phone-transport.ts';

export interface ServerTransaction {
  readonly flow: PhoneFlow;
  lastResponse?: Uint8Array;
}

/** T2 and the time until timer H, in units of T1 (RFC 3261 §17.2.1). */
const T2_PER_T1 = 8;
const GIVE_UP_PER_T1 = 64;

export class ServerTransactions {
  readonly #reply: (transaction: ServerTransaction, bytes: Uint8Array) => void;
  readonly #t1Ms: number | undefined;
  readonly #known = new Map<string, ServerTransaction>();
  /** Final responses to INVITE that wait for their ACK, by Call-ID and CSeq. */
  readonly #unacknowledged = new Map<string, NodeJS.Timeout>();

  /** @param t1Ms final responses to INVITE are repeated until the ACK comes, first after this time; absent: never. */
  constructor(reply: (transaction: ServerTransaction, bytes: Uint8Array) => void, t1Ms: number | undefined) {
    this.#reply = reply;
    this.#t1Ms = t1Ms;
  }

  /** The transaction of a request that the script must see; undefined: it must not. */
  accept(request: SipRequest, topVia: Via, flow: PhoneFlow): ServerTransaction | undefined {
    const id = `${topVia.branch} ${topVia.host}:${topVia.port}`;
    if (request.method === 'ACK') {
      this.#stop(`${request.callId} ${request.cseq.number}`);
      // On the branch of its INVITE it ends a failed one (RFC 3261 §17.2.1): no business of the script.
      if (this.#known.has(`${id} INVITE`)) return undefined;
    }
    const known = this.#known.get(`${id} ${request.method}`);
    if (known !== undefined) {
      if (known.lastResponse !== undefined) this.#reply(known, known.lastResponse);
      return undefined;
    }
    const transaction: ServerTransaction = { flow };
    rememberUpTo(this.#known, `${id} ${request.method}`, transaction);
    return transaction;
  }

  respond(transaction: ServerTransaction, response: OutgoingSipResponse, bytes: Uint8Array): void {
    transaction.lastResponse = bytes;
    this.#reply(transaction, bytes);
    if (this.#t1Ms !== undefined && response.status >= 200 && response.cseq.method === 'INVITE') {
      this.#repeat(`${response.callId} ${response.cseq.number}`, transaction, this.#t1Ms, this.#t1Ms, 0);
    }
  }

  #repeat(key: string, transaction: ServerTransaction, t1Ms: number, waitMs: number, spentMs: number): void {
    this.#stop(key);
    if (spentMs >= GIVE_UP_PER_T1 * t1Ms) return;
    const timer = setTimeout(() => {
      if (transaction.lastResponse !== undefined) this.#reply(transaction, transaction.lastResponse);
      this.#repeat(key, transaction, t1Ms, Math.min(waitMs * 2, T2_PER_T1 * t1Ms), spentMs + waitMs);
    }, waitMs);
    timer.unref();
    this.#unacknowledged.set(key, timer);
  }

  #stop(key: string): void {
    clearTimeout(this.#unacknowledged.get(key));
    this.#unacknowledged.delete(key);
  }

  /** Ends all repetition. */
  close(): void {
    for (const key of [...this.#unacknowledged.keys()]) this.#stop(key);
  }
}
