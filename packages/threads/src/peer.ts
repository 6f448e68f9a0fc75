/**
 * Calls between two threads, both ways, over one MessagePort. What is said within a turn of the event loop crosses as one
 * message: waking a thread costs more than what is said.
 */
import type { MessagePort } from 'node:worker_threads';
import { type ErrorCode, StoxgateError } from '@stoxgate/contracts';
import { errorOf, type Fault, faultOf } from './fault.ts';

/** What a thread lets another call, by name. Arguments and results are cloned. */
export type Procedures = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

type Said =
  | readonly [kind: 'call', id: number, name: string, args: readonly unknown[]]
  | readonly [kind: 'done', id: number, value: unknown]
  | readonly [kind: 'failed', id: number, fault: Fault];

/** How long a caller waits, and what its error is called when nothing comes. */
export interface Patience {
  readonly timeoutMs: number;
  readonly code: ErrorCode;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
  readonly deadline: number;
  readonly code: ErrorCode;
}

const LOOK_EVERY_MS = 500;

export class Peer<Theirs extends Procedures> {
  readonly #port: MessagePort;
  readonly #own: ReadonlyMap<string, (...args: never[]) => Promise<unknown>>;
  readonly #pending = new Map<number, Pending>();
  readonly #timer: NodeJS.Timeout;
  #unsaid: Said[] = [];
  #ids = 0;
  #isOpen = true;

  /** Serves `own` to the thread at the other end of `port`, from now on. */
  constructor(port: MessagePort, own: Procedures) {
    this.#port = port;
    this.#own = new Map(Object.entries(own));
    this.#timer = setInterval(() => this.#giveUpLate(), LOOK_EVERY_MS).unref();
    port.on('message', (batch: readonly Said[]) => {
      for (const said of batch) this.#take(said);
    });
    port.on('close', () => this.close());
  }

  /** Rejects with the other thread's error, or with `patience.code` when there is no answer in time. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    args: Parameters<Theirs[Name]>,
    { timeoutMs, code }: Patience,
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(ended(code));
        return;
      }
      const id = this.#ids++;
      const deadline = performance.now() + timeoutMs;
      // What comes back is what the procedure of that name gave: both ends are of one build.
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, deadline, code });
      this.#say(['call', id, name, args]);
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

  #say(said: Said): void {
    if (this.#unsaid.push(said) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const batch = this.#unsaid;
    this.#unsaid = [];
    if (this.#isOpen && batch.length > 0) this.#port.postMessage(batch);
  };

  #take(said: Said): void {
    switch (said[0]) {
      case 'call':
        this.#serve(said[1], said[2], said[3]);
        return;
      case 'done':
        this.#settled(said[1])?.resolve(said[2]);
        return;
      case 'failed':
        this.#settled(said[1])?.reject(errorOf(said[2]));
    }
  }

  #serve(id: number, name: string, args: readonly unknown[]): void {
    this.#run(name, args).then(
      (value) => this.#say(['done', id, value]),
      (cause: unknown) => this.#say(['failed', id, faultOf(cause)]),
    );
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
    const now = performance.now();
    for (const [id, { deadline, reject, code }] of this.#pending) {
      if (deadline > now) continue;
      this.#pending.delete(id);
      reject(new StoxgateError(code, 'Another thread of this process does not answer.'));
    }
  }
}

const ended = (code: ErrorCode): StoxgateError =>
  new StoxgateError(code, 'Another thread of this process has ended.');
