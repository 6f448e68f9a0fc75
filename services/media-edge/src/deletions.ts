/**
 * Calls to be deleted at relays that did not answer: asked again when they are back, for a minute. What comes of none of
 * it a relay forgets by itself, as no media flows.
 */
import { deriveHex } from '@stoxgate/contracts';
import { deleteCall } from './ask/delete.ts';
import type { Relay } from './relay.ts';
import type { MediaTiming } from './timing.ts';

interface Deletion {
  readonly relay: Relay;
  readonly call: string;
  readonly until: number;
  isAsked: boolean;
  /** Called when it is over, one way or another. */
  readonly done: () => void;
  readonly whenDone: Promise<void>;
}

const MOST = 10_000;
const AT_A_TIME = 64;

export class Deletions {
  readonly #open = new Map<string, Deletion>();
  readonly #timing: MediaTiming;
  readonly #onLost: (relay: string, call: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(timing: MediaTiming, onLost: (relay: string, call: string) => void) {
    this.#timing = timing;
    this.#onLost = onLost;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Resolves when the relay has forgotten the call, gets it anew, or was away too long; not at all when this edge stops. */
  add(relay: Relay, call: string): Promise<void> {
    const known = this.#open.get(keyOf(relay, call));
    if (known !== undefined) return known.whenDone;
    const oldest = this.#open.entries().next().value;
    if (this.#open.size >= MOST && oldest !== undefined) this.#lose(...oldest);
    const until = Date.now() + this.#timing.deleteForMs;
    let done = (): void => {};
    const whenDone = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#open.set(keyOf(relay, call), { relay, call, until, isAsked: false, done, whenDone });
    this.#timer ??= setInterval(() => this.#round(), this.#timing.deleteEveryMs);
    return whenDone;
  }

  /** The relay gets the call anew. */
  cancel(relay: Relay, call: string): void {
    this.#end(keyOf(relay, call));
    this.#rest();
  }

  close(): void {
    this.#open.clear();
    this.#rest();
  }

  #round(): void {
    let room = AT_A_TIME;
    const now = Date.now();
    for (const [key, deletion] of this.#open) {
      if (deletion.until <= now) this.#lose(key, deletion);
      else if (deletion.relay.isUp && room-- > 0) void this.#ask(key, deletion);
    }
    this.#rest();
  }

  async #ask(key: string, deletion: Deletion): Promise<void> {
    if (deletion.isAsked) return;
    deletion.isAsked = true;
    const { relay, call } = deletion;
    const cookie = deriveHex(`late delete\n${call}\n${deletion.until}`, 16);
    const outcome = await relay.ask(cookie, deleteCall(call), { budgetMs: this.#timing.budgetMs });
    deletion.isAsked = false;
    if (outcome.kind === 'silent' || this.#open.get(key) !== deletion) return;
    this.#end(key);
    this.#rest();
  }

  #end(key: string): void {
    this.#open.get(key)?.done();
    this.#open.delete(key);
  }

  #lose(key: string, { relay, call }: Deletion): void {
    this.#end(key);
    this.#onLost(relay.name, call);
  }

  #rest(): void {
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const keyOf = (relay: Relay, call: string): string => `${relay.name} ${call}`;
