/**
 * Calls between two threads, both ways, over one MessagePort. What is said within a turn of the event loop crosses as one
 * message: waking a thread costs more than what is said.
 */
import type { MessagePort } from 'node:worker_threads';
import { DONE } from '@stoxgate/bus';
import { type ErrorCode, StoxgateError } from '@stoxgate/contracts';
import { errorOf, type Fault, faultOf } from './fault.ts';

/** What a thread lets another call, by name. Arguments and results are cloned. */
export type Procedures = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/**
 * What crosses, by how it begins: a call's id, name, number of arguments and arguments; the id of a call that is done; id and
 * value of one that gave something; id and fault of one that failed. All in one array: an array for each is as much again to
 * clone as what is in it.
 */
const CALL = 0;
const UNHURRIED_CALL = 1;
const ENDED = 2;
const GAVE = 3;
const FAILED = 4;

/** How long a caller waits, and what its error is called when nothing comes. */
export interface Patience {
  readonly timeoutMs: number;
  readonly code: ErrorCode;
  /**
   * Whether an answer that only says that it is done may wait for company: nothing goes on for having it, and to wake a thread
   * for it alone costs as much as all that it says.
   */
  readonly isUnhurried?: boolean;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
  /** The last look that finds it waiting without giving it up. */
  readonly lastLook: number;
  readonly code: ErrorCode;
}

const LOOK_EVERY_MS = 500;
/** How long an answer waits for company, and how much of it is company enough. */
const COMPANY_MS = 4;
const COMPANY_PARTS = 128;

export class Peer<Theirs extends Procedures> {
  readonly #port: MessagePort;
  readonly #own: ReadonlyMap<string, (...args: never[]) => Promise<unknown>>;
  readonly #pending = new Map<number, Pending>();
  readonly #timer: NodeJS.Timeout;
  #unsaid: unknown[] = [];
  #ids = 0;
  #looks = 0;
  #isAboutToSay = false;
  #isAwaitingCompany = false;
  #isOpen = true;

  /** Serves `own` to the thread at the other end of `port`, from now on. */
  constructor(port: MessagePort, own: Procedures) {
    this.#port = port;
    this.#own = new Map(Object.entries(own));
    this.#timer = setInterval(() => this.#giveUpLate(), LOOK_EVERY_MS).unref();
    port.on('message', (said: readonly unknown[]) => this.#take(said));
    port.on('close', () => this.close());
  }

  /** Rejects with the other thread's error, or with `patience.code` when there is no answer in time. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    args: Parameters<Theirs[Name]>,
    { timeoutMs, code, isUnhurried = false }: Patience,
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(ended(code));
        return;
      }
      const id = this.#ids++;
      const lastLook = this.#looks + Math.ceil(timeoutMs / LOOK_EVERY_MS);
      // What comes back is what the procedure of that name gave: both ends are of one build.
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, lastLook, code });
      this.#unsaid.push(isUnhurried ? UNHURRIED_CALL : CALL, id, name, args.length, ...args);
      this.#saySoon();
    });
  }

  /** Fails what waits for an answer. Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#flush();
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#port.close();
    for (const { reject, code } of this.#pending.values()) reject(ended(code));
    this.#pending.clear();
  }

  #saySoon(): void {
    if (this.#isAboutToSay) return;
    this.#isAboutToSay = true;
    setImmediate(() => {
      this.#isAboutToSay = false;
      this.#flush();
    });
  }

  #sayInCompany(): void {
    if (this.#unsaid.length >= COMPANY_PARTS) this.#saySoon();
    if (this.#isAboutToSay || this.#isAwaitingCompany) return;
    this.#isAwaitingCompany = true;
    setTimeout(() => {
      this.#isAwaitingCompany = false;
      this.#flush();
    }, COMPANY_MS);
  }

  #flush(): void {
    const said = this.#unsaid;
    this.#unsaid = [];
    if (this.#isOpen && said.length > 0) this.#port.postMessage(said);
  }

  #take(said: readonly unknown[]): void {
    for (let at = 0; at < said.length; ) {
      // Each of these is what the other end's peer said: both are of one build.
      const id = said[at + 1] as number;
      switch (said[at]) {
        case CALL:
        case UNHURRIED_CALL: {
          const first = at + 4;
          const isUnhurried = said[at] === UNHURRIED_CALL;
          at = first + (said[at + 3] as number);
          this.#serve(id, said[first - 2] as string, said.slice(first, at), isUnhurried);
          break;
        }
        case ENDED:
          this.#settled(id)?.resolve(undefined);
          at += 2;
          break;
        case GAVE:
          this.#settled(id)?.resolve(said[at + 2]);
          at += 3;
          break;
        default:
          this.#settled(id)?.reject(errorOf(said[at + 2] as Fault));
          at += 3;
      }
    }
  }

  #serve(id: number, name: string, args: readonly unknown[], isUnhurried: boolean): void {
    const answer = this.#run(name, args);
    if (answer === DONE) this.#ended(id, undefined, isUnhurried);
    else {
      answer.then(
        (value) => this.#ended(id, value, isUnhurried),
        (cause: unknown) => {
          this.#unsaid.push(FAILED, id, faultOf(cause));
          this.#saySoon();
        },
      );
    }
  }

  #ended(id: number, value: unknown, isUnhurried: boolean): void {
    if (value === undefined) this.#unsaid.push(ENDED, id);
    else this.#unsaid.push(GAVE, id, value);
    if (isUnhurried) this.#sayInCompany();
    else this.#saySoon();
  }

  /** A procedure that throws before it returns its promise has failed like any other. */
  #run(name: string, args: readonly unknown[]): Promise<unknown> {
    const procedure = this.#own.get(name) as ((...args: readonly unknown[]) => Promise<unknown>) | undefined;
    if (procedure === undefined) return Promise.reject(new Error(`No procedure ${name}.`));
    try {
      return procedure(...args);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  #settled(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #giveUpLate(): void {
    this.#looks++;
    for (const [id, { lastLook, reject, code }] of this.#pending) {
      if (this.#looks <= lastLook) continue;
      this.#pending.delete(id);
      reject(new StoxgateError(code, 'Another thread of this process does not answer.'));
    }
  }
}

const ended = (code: ErrorCode): StoxgateError =>
  new StoxgateError(code, 'Another thread of this process has ended.');
