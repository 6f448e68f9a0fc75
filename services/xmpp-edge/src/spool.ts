/**
 * What is to be sent by one component, kept until the server is known to have processed it. A component has no
 * acknowledgements (XEP-0198 is for clients and servers), but XMPP is processed in order (RFC 6120 §10.1): a ping after a
 * batch that comes back confirms the batch. After a cut the unconfirmed are written again, with the ids they had.
 */
import { EntryQueue, type SpoolEntry } from './entry-queue.ts';

/** The part of a link that the spool uses. */
export interface SpoolLink {
  readonly canWrite: boolean;
  write(text: string, flushed: () => void): void;
  /** Sends a ping and returns its number. */
  ping(): number;
}

export interface SpoolOptions {
  readonly link: SpoolLink;
  /** Entries written and not confirmed before writing pauses. */
  readonly maxStanzas: number;
  /** How long a lone stanza waits for others before a ping asks for its confirmation. */
  readonly confirmDelayMs: number;
  /** An entry was given up: the server ended the stream over it again and again. */
  readonly onPoison: (id: string) => void;
  readonly onWritten: (entry: SpoolEntry) => void;
}

/** Unconfirmed entries that make a ping go out at once. */
const CONFIRM_BATCH = 128;
const MAX_BATCH_LENGTH = 65_536;
/** Ids that are known at least, after their entries are gone; twice as many at most. */
const RECENT_IDS = 4096;

export class Spool {
  readonly #options: SpoolOptions;
  readonly #entries = new EntryQueue();
  #recent = new Set<string>();
  #recentBefore = new Set<string>();
  #isOnline = false;
  #flushing: NodeJS.Immediate | undefined;
  #confirming: NodeJS.Timeout | undefined;
  /** The ping that is under way, and how many entries had been written in all when it was sent. */
  #asked: { readonly ping: number; readonly written: number } | undefined;
  /** Entries that are written one at a time, because one of them ended the stream. */
  #suspects = 0;
  #idle: (() => void)[] = [];

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Entries waiting, or written and not confirmed. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Takes a stanza. `settle` is called once the server has processed it or it was given up, at once when that was before; an
   * entry still held is not doubled. `flushed` is called each time the kernel has it.
   */
  add(id: string, text: string, kind: string, settle?: () => void, flushed?: () => void): void {
    const held = this.#entries.find(id);
    if (held !== undefined) {
      held.settle = settle;
    } else if (this.#recent.has(id) || this.#recentBefore.has(id)) {
      settle?.();
    } else {
      this.#entries.push({ id, text, kind, settle, flushed });
      this.#scheduleFlush();
    }
  }

  /** Whether there is room for stanzas that nobody would bring again: answers of ours. */
  get hasRoom(): boolean {
    return this.#entries.size < this.#options.maxStanzas;
  }

  /** Lets go of what the bus will deliver again; call only while offline. */
  withdraw(): void {
    this.#entries.withdraw();
    this.#checkIdle();
  }

  online(): void {
    this.#isOnline = true;
    this.#scheduleFlush();
  }

  /** @param blamesStanza the server ended the stream over something that was sent. */
  offline(blamesStanza: boolean): void {
    this.#isOnline = false;
    this.#asked = undefined;
    clearTimeout(this.#confirming);
    this.#confirming = undefined;
    const unconfirmed = this.#entries.rewind();
    if (!blamesStanza || unconfirmed === 0) return;
    if (this.#suspects === 0) {
      this.#suspects = unconfirmed;
      return;
    }
    const [poison] = this.#entries.confirm(1);
    this.#suspects--;
    if (poison === undefined) return;
    this.#settle(poison);
    this.#options.onPoison(poison.id);
  }

  writable(): void {
    this.#scheduleFlush();
  }

  /** The server has processed everything written before ping number `ping`. */
  pong(ping: number): void {
    if (this.#asked?.ping !== ping) return;
    const confirmed = this.#entries.confirm(this.#asked.written - this.#entries.confirmedTotal);
    this.#asked = undefined;
    this.#suspects = Math.max(0, this.#suspects - confirmed.length);
    for (const entry of confirmed) this.#settle(entry);
    this.#scheduleFlush();
    this.#askForConfirmation();
    this.#checkIdle();
  }

  /** Resolves when nothing is held any more, or after `timeoutMs`. */
  whenEmpty(timeoutMs: number): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Ends all timers. */
  stop(): void {
    this.#isOnline = false;
    clearImmediate(this.#flushing);
    clearTimeout(this.#confirming);
  }

  #checkIdle(): void {
    if (this.#entries.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #settle({ id, settle }: SpoolEntry): void {
    settle?.();
    this.#recent.add(id);
    if (this.#recent.size < RECENT_IDS) return;
    // Cheaper than to look for the oldest one each time: a set is slow to find its first after many were deleted.
    this.#recentBefore = this.#recent;
    this.#recent = new Set();
  }

  #scheduleFlush(): void {
    if (!this.#isOnline || this.#flushing !== undefined) return;
    this.#flushing = setImmediate(() => {
      this.#flushing = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const { link, maxStanzas } = this.#options;
    const limit = this.#suspects > 0 ? 1 : maxStanzas;
    while (this.#isOnline && link.canWrite) {
      const batch = this.#entries.take(Math.max(0, limit - this.#entries.unconfirmed), MAX_BATCH_LENGTH);
      if (batch.length === 0) break;
      let text = '';
      for (const entry of batch) {
        text += entry.text;
        this.#options.onWritten(entry);
      }
      link.write(text, () => {
        for (const entry of batch) entry.flushed?.();
      });
    }
    this.#askForConfirmation();
  }

  /** At most one ping is under way; what is written meanwhile waits for the next. */
  #askForConfirmation(): void {
    if (!this.#isOnline || this.#asked !== undefined || this.#entries.unconfirmed === 0) return;
    if (this.#suspects > 0 || this.#entries.unconfirmed >= CONFIRM_BATCH) {
      clearTimeout(this.#confirming);
      this.#confirming = undefined;
      this.#ask();
    } else {
      this.#confirming ??= setTimeout(() => {
        this.#confirming = undefined;
        this.#ask();
      }, this.#options.confirmDelayMs);
    }
  }

  #ask(): void {
    if (this.#asked !== undefined) return;
    this.#asked = { ping: this.#options.link.ping(), written: this.#entries.writtenTotal };
  }
}
