/**
 * Chunks into whole messages, by Message-ID. RFC 4975 §5.1, §7.3.1: they may come interleaved with those of other
 * messages, out of order, and overlapping; of a byte that comes twice the later one counts.
 */
import { Coverage } from './coverage.ts';
import type { MsrpRequest } from './message.ts';

export interface ReassemblyLimits {
  readonly maxMessageBytes: number;
  /** Messages that are not complete yet. */
  readonly maxOpenMessages: number;
}

/**
 * `complete`: the bytes of the whole message. `more`: kept. `aborted`: the sender gave it up. `too-large`: over the limit
 * (413). `full`: too many messages are open, or one is in too many pieces (423). `forgotten`: a later chunk of a message
 * that was refused.
 */
export type Reassembled =
  | { readonly type: 'complete'; readonly bytes: Uint8Array }
  | { readonly type: 'more' | 'aborted' | 'too-large' | 'full' | 'forgotten' };

interface Open {
  bytes: Uint8Array;
  readonly coverage: Coverage;
  total: number | undefined;
  lastUseAt: number;
}

const MAX_GAPS = 64;
const REFUSED_MAX = 64;
const INITIAL_BYTES = 4_096;
const NONE = new Uint8Array(0);

/** One per session. */
export class Reassembly {
  readonly #limits: ReassemblyLimits;
  readonly #open = new Map<string, Open>();
  readonly #refused = new Set<string>();

  constructor(limits: ReassemblyLimits) {
    this.#limits = limits;
  }

  get openMessages(): number {
    return this.#open.size;
  }

  /** Takes a chunk with a Message-ID. @param now any clock, in ms, for `expire`. */
  take(chunk: MsrpRequest, now: number): Reassembled {
    const { messageId = '', byteRange, flag, body = NONE } = chunk;
    if (this.#refused.has(messageId)) return { type: 'forgotten' };
    if (flag === '#') {
      this.#open.delete(messageId);
      return { type: 'aborted' };
    }
    const from = byteRange.start - 1;
    const to = from + body.length;
    if (Math.max(byteRange.total ?? 0, to) > this.#limits.maxMessageBytes)
      return this.refuse(messageId, 'too-large');
    const isWhole =
      flag === '$' && from === 0 && (byteRange.total ?? to) === to && !this.#open.has(messageId);
    if (isWhole) return { type: 'complete', bytes: body };
    return this.#keep(messageId, chunk, body, from, to, now);
  }

  #keep(
    messageId: string,
    { byteRange, flag }: MsrpRequest,
    body: Uint8Array,
    from: number,
    to: number,
    now: number,
  ): Reassembled {
    let open = this.#open.get(messageId);
    if (open === undefined) {
      if (this.#open.size >= this.#limits.maxOpenMessages) return this.refuse(messageId, 'full');
      open = { bytes: NONE, coverage: new Coverage(), total: undefined, lastUseAt: now };
      this.#open.set(messageId, open);
    }
    open.lastUseAt = now;
    if (!open.coverage.add(from, to, MAX_GAPS)) return this.refuse(messageId, 'full');
    open.bytes = withRoom(open.bytes, to, this.#limits.maxMessageBytes);
    open.bytes.set(body, from);
    if (flag === '$') open.total = Math.max(byteRange.total ?? 0, to);
    const { total } = open;
    if (total === undefined || !open.coverage.covers(total)) return { type: 'more' };
    this.#open.delete(messageId);
    return { type: 'complete', bytes: open.bytes.slice(0, total) };
  }

  /** Forgets a message; its later chunks are `forgotten`. */
  refuse(messageId: string, type: 'too-large' | 'full'): Reassembled {
    this.#open.delete(messageId);
    if (this.#refused.size >= REFUSED_MAX) this.#refused.clear();
    this.#refused.add(messageId);
    return { type };
  }

  /** Forgets messages of which nothing came for `idleMs`. */
  expire(now: number, idleMs: number): void {
    for (const [messageId, { lastUseAt }] of this.#open) {
      if (now - lastUseAt > idleMs) this.#open.delete(messageId);
    }
  }
}

function withRoom(bytes: Uint8Array, needed: number, max: number): Uint8Array {
  if (needed <= bytes.length) return bytes;
  const grown = new Uint8Array(Math.min(max, Math.max(INITIAL_BYTES, needed, bytes.length * 2)));
  grown.set(bytes);
  return grown;
}
