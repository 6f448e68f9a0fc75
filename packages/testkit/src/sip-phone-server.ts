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

/** A fork has several answers to one INVITE: they differ by the tag of this side. */
const sideOf = ({ callId, to }: Pick<SipRequest, 'callId' | 'to'>): string => `${callId} ${to.params.tag}`;

export class ServerTransactions {
  readonly #reply: (transaction: ServerTransaction, bytes: Uint8Array) => void;
  readonly #t1Ms: number | undefined;
  readonly #known = new Map<string, ServerTransaction>();
  /** Responses to INVITE that are repeated: final ones until the ACK, reliable ones until the PRACK. */
  readonly #repeating = new Map<string, NodeJS.Timeout>();

  /** @param t1Ms responses to INVITE are repeated until they are acknowledged, first after this time; absent: never. */
  constructor(reply: (transaction: ServerTransaction, bytes: Uint8Array) => void, t1Ms: number | undefined) {
    this.#reply = reply;
    this.#t1Ms = t1Ms;
  }

  /** The transaction of a request that the script must see; undefined: it must not. */
  accept(request: SipRequest, topVia: Via, flow: PhoneFlow): ServerTransaction | undefined {
    const id = `${topVia.branch} ${topVia.host}:${topVia.port}`;
    if (request.method === 'PRACK') this.#stop(`${sideOf(request)} ${request.headers.rack?.[0]}`);
    if (request.method === 'ACK') {
      this.#stop(`${sideOf(request)} ${request.cseq.number}`);
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
    const { status, cseq, headers } = response;
    if (this.#t1Ms === undefined || cseq.method !== 'INVITE') return;
    const send = (): void => this.#reply(transaction, bytes);
    if (status >= 200) {
      this.#repeat(`${sideOf(response)} ${cseq.number}`, send, this.#t1Ms, T2_PER_T1 * this.#t1Ms);
    } else if (headers.rseq !== undefined) {
      // RFC 3262 §3: no upper bound for these.
      this.#repeat(`${sideOf(response)} ${headers.rseq[0]} ${cseq.number} INVITE`, send, this.#t1Ms);
    }
  }

  #repeat(key: string, send: () => void, t1Ms: number, mostMs = Number.POSITIVE_INFINITY): void {
    this.#stop(key);
    const again = (waitMs: number, spentMs: number): void => {
      if (spentMs >= GIVE_UP_PER_T1 * t1Ms) return;
      const timer = setTimeout(() => {
        send();
        again(Math.min(waitMs * 2, mostMs), spentMs + waitMs);
      }, waitMs);
      timer.unref();
      this.#repeating.set(key, timer);
    };
    again(t1Ms, 0);
  }

  #stop(key: string): void {
    clearTimeout(this.#repeating.get(key));
    this.#repeating.delete(key);
  }

  /** Ends all repetition. */
  close(): void {
    for (const key of [...this.#repeating.keys()]) this.#stop(key);
  }
}
