/**
 * Requests to one relay: sent again until the reply with their cookie comes or their time is over.
 */
import { cookieOf, type NgReply, type NgRequest, ngDatagram, readNgReply } from './ng-message.ts';
import { NgSocket } from './ng-socket.ts';
import type { RelayAddress } from './relay-address.ts';

/** silent: no reply in time. unreadable: a reply that makes no sense. too-large: cannot be sent. */
export type NgOutcome =
  | { readonly kind: 'reply'; readonly reply: NgReply }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'too-large' };

export interface AskOptions {
  readonly budgetMs: number;
  /** Ends at once when the host says that nobody listens: there is another relay to ask. */
  readonly isHasty?: boolean;
}

interface Pending {
  readonly isHasty: boolean;
  readonly listeners: ((outcome: NgOutcome) => void)[];
  readonly late: NodeJS.Timeout;
  repeat: NodeJS.Timeout | undefined;
}

/** Time to the first repetition; doubles with each. */
const FIRST_REPEAT_MS = 250;

export class NgClient {
  readonly #socket: NgSocket;
  readonly #pending = new Map<string, Pending>();

  constructor(address: RelayAddress) {
    this.#socket = new NgSocket(address, {
      received: (datagram) => this.#received(datagram),
      unreachable: () => this.#endAll(({ isHasty }) => isHasty),
    });
  }

  /** Never rejects. Asked again under a cookie that waits, it waits for the same reply. */
  ask(cookie: string, request: NgRequest, options: AskOptions): Promise<NgOutcome> {
    const waiting = this.#pending.get(cookie);
    if (waiting !== undefined) return new Promise((resolve) => waiting.listeners.push(resolve));
    const datagram = ngDatagram(cookie, request);
    if (datagram === undefined) return Promise.resolve({ kind: 'too-large' });
    return new Promise((resolve) => {
      const pending: Pending = {
        isHasty: options.isHasty ?? false,
        listeners: [resolve],
        late: setTimeout(() => this.#end(cookie, { kind: 'silent' }), options.budgetMs),
        repeat: undefined,
      };
      this.#pending.set(cookie, pending);
      this.#send(pending, datagram, FIRST_REPEAT_MS);
    });
  }

  /** The relay may be somewhere else by now. */
  reopen(): void {
    this.#socket.reopen();
  }

  /** Ends what waits as silent. */
  close(): void {
    this.#socket.close();
    this.#endAll(() => true);
  }

  #send(pending: Pending, datagram: Buffer, pauseMs: number): void {
    this.#socket.send(datagram);
    pending.repeat = setTimeout(() => this.#send(pending, datagram, 2 * pauseMs), pauseMs);
  }

  #received(datagram: Buffer): void {
    const head = cookieOf(datagram);
    if (head === undefined || !this.#pending.has(head.cookie)) return;
    const reply = readNgReply(datagram, head.at);
    this.#end(head.cookie, reply === undefined ? { kind: 'unreadable' } : { kind: 'reply', reply });
  }

  #endAll(isMeant: (pending: Pending) => boolean): void {
    for (const [cookie, pending] of [...this.#pending]) {
      if (isMeant(pending)) this.#end(cookie, { kind: 'silent' });
    }
  }

  #end(cookie: string, outcome: NgOutcome): void {
    const pending = this.#pending.get(cookie);
    if (pending === undefined) return;
    this.#pending.delete(cookie);
    clearTimeout(pending.late);
    clearTimeout(pending.repeat);
    for (const tell of pending.listeners) tell(outcome);
  }
}
