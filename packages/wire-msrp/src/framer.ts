/**
 * Cuts a byte stream into MSRP chunks by their end-lines. RFC 4975 §7.1, §7.3: the transaction id of the start line makes
 * the end-line, so nothing in a body can be taken for the end of it, and no header has to be understood.
 */
import { hasControls, isIdent } from './grammar.ts';
import { DEFAULT_MSRP_LIMITS, type MsrpLimits } from './limits.ts';
import type { ContinuationFlag } from './message.ts';
import { decodeUtf8 } from './utf8.ts';

/** One chunk, cut out and not yet read: for `parseMsrpFrame`. */
export interface MsrpFrame {
  readonly transactionId: string;
  /** What follows the transaction id in the start line: method, or status code and comment. */
  readonly verb: string;
  /** Header lines, without the start line, each with its CRLF. */
  readonly head: Uint8Array;
  /** Absent: there was no empty line after the headers. */
  readonly body?: Uint8Array;
  readonly flag: ContinuationFlag;
}

/**
 * `oversize`: the body grows over the limit; its frame has none of it, and the rest of the chunk is skipped. `fault`: the
 * stream is not MSRP or its head never ends; nothing can be answered and nothing more is read.
 */
export type MsrpFramerEvent =
  | { readonly type: 'frame'; readonly frame: MsrpFrame }
  | { readonly type: 'oversize'; readonly frame: MsrpFrame }
  | { readonly type: 'fault'; readonly phrase: string };

const CR = 13;
const LF = 10;
const DASH = 45;
const DASHES = 7;
const INITIAL_BYTES = 4_096;
const START_LINE = /^MSRP ([^ ]{1,40}) (.{1,200})$/s;
const FLAGS: Readonly<Record<number, ContinuationFlag>> = { 36: '$', 43: '+', 35: '#' };
const NONE = new Uint8Array(0);

interface Begun {
  readonly transactionId: string;
  readonly verb: string;
  /** Offsets from the start of the chunk. */
  readonly headAt: number;
  bodyAt: number | undefined;
  isSkipped: boolean;
}

/** One per connection. After a `fault` it yields nothing more. */
export class MsrpFramer {
  readonly #limits: MsrpLimits;
  #buffer = NONE;
  #start = 0;
  #end = 0;
  /** Offset from `#start` up to which all has been looked at. */
  #seen = 0;
  #begun: Begun | undefined;
  #hasFailed = false;

  constructor(limits: MsrpLimits = DEFAULT_MSRP_LIMITS) {
    this.#limits = limits;
  }

  /** Whether the beginning of a chunk is held that has not ended yet. */
  get pending(): boolean {
    return this.#end > this.#start;
  }

  /** Takes the next bytes of the stream; yields all that they complete, in order. `chunk` is copied. */
  push(chunk: Uint8Array): readonly MsrpFramerEvent[] {
    const events: MsrpFramerEvent[] = [];
    if (this.#hasFailed) return events;
    this.#append(chunk);
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      events.push(event);
      if (event.type !== 'fault') continue;
      this.#hasFailed = true;
      this.#buffer = NONE;
      this.#start = 0;
      this.#end = 0;
      break;
    }
    return events;
  }

  #append(chunk: Uint8Array): void {
    const held = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const needed = held + chunk.length;
      const fits = needed <= this.#buffer.length / 2;
      const grown = fits ? this.#buffer : new Uint8Array(Math.max(INITIAL_BYTES, needed * 2));
      grown.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = grown;
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #next(): MsrpFramerEvent | undefined {
    if (this.#begun === undefined) {
      const begun = this.#readStartLine();
      if (begun === undefined) return undefined;
      if (typeof begun === 'string') return { type: 'fault', phrase: begun };
      this.#begun = begun;
    }
    return this.#begun.bodyAt === undefined ? this.#readHeaders(this.#begun) : this.#readBody(this.#begun);
  }

  #at(offset: number): number | undefined {
    const index = this.#start + offset;
    return index < this.#end ? this.#buffer[index] : undefined;
  }

  #slice(from: number, to: number): Uint8Array {
    return this.#buffer.slice(this.#start + from, this.#start + to);
  }

  /** Offset of the first `byte` from offset `from`; -1 when there is none yet. */
  #find(byte: number, from: number): number {
    // What lies behind the end is old; looking through it at each chunk would be quadratic.
    return this.#buffer.subarray(this.#start, this.#end).indexOf(byte, from);
  }

  /** Undefined: not there yet. A text: what is wrong. */
  #readStartLine(): Begun | string | undefined {
    const lf = this.#find(LF, this.#seen);
    if (lf < 0 ? this.#end - this.#start > this.#limits.maxHeadBytes : lf > this.#limits.maxHeadBytes) {
      return 'Head Too Large';
    }
    if (lf < 0) {
      this.#seen = this.#end - this.#start;
      return this.#isPlausible() ? undefined : 'Not MSRP';
    }
    const line = this.#at(lf - 1) === CR ? decodeUtf8(this.#slice(0, lf - 1)) : undefined;
    const [, transactionId = '', verb = ''] = START_LINE.exec(line ?? '') ?? [];
    if (!isIdent(transactionId) || hasControls(verb)) return 'Not MSRP';
    this.#seen = lf + 1;
    return { transactionId, verb, headAt: lf + 1, bodyAt: undefined, isSkipped: false };
  }

  /** Whether what is there could become `MSRP `: a stranger is told from a slow peer at his first byte. */
  #isPlausible(): boolean {
    return Array.from('MSRP ').every((char, i) => (this.#at(i) ?? char.charCodeAt(0)) === char.charCodeAt(0));
  }

  /** Line by line up to the empty line or the end-line. */
  #readHeaders(begun: Begun): MsrpFramerEvent | undefined {
    for (;;) {
      const from = this.#seen;
      const lf = this.#find(LF, from);
      const reached = lf < 0 ? this.#end - this.#start : lf;
      if (reached > this.#limits.maxHeadBytes) return { type: 'fault', phrase: 'Head Too Large' };
      if (lf < 0) return undefined;
      if (this.#at(lf - 1) !== CR) return { type: 'fault', phrase: 'Bare LF in the Head' };
      this.#seen = lf + 1;
      const flag = this.#endLineAt(begun, from);
      if (flag !== undefined && flag !== 'wait') {
        return this.#complete(begun, from, undefined, flag, lf + 1);
      }
      if (lf - from !== 1) continue;
      begun.bodyAt = lf + 1;
      // The empty line's own CRLF may be that of an end-line: then there is nothing between.
      this.#seen = from;
      return this.#readBody(begun);
    }
  }

  #readBody(begun: Begun): MsrpFramerEvent | undefined {
    const { bodyAt = 0 } = begun;
    for (let cr = this.#find(CR, this.#seen); cr >= 0; cr = this.#find(CR, cr + 1)) {
      const flag = this.#at(cr + 1) === LF ? this.#endLineAt(begun, cr + 2) : this.#unlessMore(cr + 1);
      if (flag === 'wait') {
        this.#seen = cr;
        return this.#checkSize(begun, cr);
      }
      if (flag === undefined) continue;
      const next = cr + 2 + DASHES + begun.transactionId.length + 3;
      const over = begun.isSkipped ? undefined : this.#checkSize(begun, cr);
      return over ?? this.#complete(begun, bodyAt - 2, Math.max(bodyAt, cr), flag, next);
    }
    this.#seen = this.#end - this.#start;
    return this.#checkSize(begun, this.#seen);
  }

  #unlessMore(offset: number): 'wait' | undefined {
    return this.#at(offset) === undefined ? 'wait' : undefined;
  }

  /** The flag of the end-line at `offset`; `wait` when what is there could become one; undefined: it is none. */
  #endLineAt({ transactionId }: Begun, offset: number): ContinuationFlag | 'wait' | undefined {
    for (let i = 0; i < DASHES + transactionId.length; i++) {
      const byte = this.#at(offset + i);
      if (byte === undefined) return 'wait';
      if (byte !== (i < DASHES ? DASH : transactionId.charCodeAt(i - DASHES))) return undefined;
    }
    const at = offset + DASHES + transactionId.length;
    const [flag, cr, lf] = [this.#at(at), this.#at(at + 1), this.#at(at + 2)];
    if (flag === undefined) return 'wait';
    if (FLAGS[flag] === undefined || (cr ?? CR) !== CR || (lf ?? LF) !== LF) return undefined;
    return lf === undefined ? 'wait' : FLAGS[flag];
  }

  /** Reports a body over the limit once, and drops what of it is not needed to find its end. */
  #checkSize(begun: Begun, upTo: number): MsrpFramerEvent | undefined {
    const { bodyAt = 0 } = begun;
    if (begun.isSkipped) {
      this.#forget(begun, upTo);
      return undefined;
    }
    if (upTo - bodyAt <= this.#limits.maxBodyBytes) return undefined;
    begun.isSkipped = true;
    const { transactionId, verb, headAt } = begun;
    const frame: MsrpFrame = {
      transactionId,
      verb,
      head: this.#slice(headAt, bodyAt - 2),
      body: NONE,
      flag: '+',
    };
    this.#forget(begun, upTo);
    return { type: 'oversize', frame };
  }

  #forget(begun: Begun, upTo: number): void {
    this.#start += upTo;
    this.#seen = 0;
    begun.bodyAt = 0;
  }

  #complete(
    begun: Begun,
    headEnd: number,
    bodyEnd: number | undefined,
    flag: ContinuationFlag,
    next: number,
  ): MsrpFramerEvent | undefined {
    const { transactionId, verb, headAt, bodyAt, isSkipped } = begun;
    const frame = isSkipped
      ? undefined
      : {
          transactionId,
          verb,
          head: this.#slice(headAt, headEnd),
          ...(bodyAt !== undefined && bodyEnd !== undefined && { body: this.#slice(bodyAt, bodyEnd) }),
          flag,
        };
    this.#start += next;
    this.#seen = 0;
    this.#begun = undefined;
    return frame === undefined ? this.#next() : { type: 'frame', frame };
  }
}
