/**
 * Cuts a byte stream into SIP messages by Content-Length. RFC 3261 §18.3, RFC 5626 §4.4.1 (keep-alive).
 */
import { type Defect, defect, type ParseFault, requestFault } from './fault.ts';
import { DEFAULT_SIP_LIMITS, type SipLimits } from './limits.ts';
import { decodeLatin1 } from './utf8.ts';

/**
 * `message`: bytes of one message for `parseSipMessage`. `keep-alive`: CRLFCRLF, to be answered with CRLF.
 * `fault`: the stream cannot be read any further; answer if owed, then close.
 */
export type FramerEvent =
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  | { readonly type: 'keep-alive' }
  | { readonly type: 'fault'; readonly fault: ParseFault };

const CR = 13;
const LF = 10;
const LENGTH_HEADER = /\r\n(?:content-length|l)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)/gi;
const INITIAL_BYTES = 4_096;

/** Content-Length of a head; undefined when absent, malformed or contradictory. */
function contentLengthOf(head: string): number | undefined {
  let length: number | undefined;
  for (const match of head.matchAll(LENGTH_HEADER)) {
    const text = (match[1] ?? '').trim();
    if (!/^[0-9]{1,10}$/.test(text)) return undefined;
    if (length !== undefined && length !== Number(text)) return undefined;
    length = Number(text);
  }
  return length;
}

/** One per connection. After a `fault` it yields nothing more. */
export class StreamFramer {
  readonly #limits: SipLimits;
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Everything before it has been searched for the end of the head. */
  #scanned = 0;
  /** Length of the message at `#start`, once its head is complete. */
  #messageBytes = 0;
  #failed = false;

  constructor(limits: SipLimits = DEFAULT_SIP_LIMITS) {
    this.#limits = limits;
  }

  /** Whether the beginning of a message is held that has not ended yet. Empty lines do not count. */
  get pending(): boolean {
    return this.#end > this.#start && this.#buffer[this.#start] !== CR;
  }

  /** Takes the next bytes of the stream; yields all that they complete, in order. `chunk` is copied. */
  push(chunk: Uint8Array): readonly FramerEvent[] {
    if (this.#failed) return [];
    this.#append(chunk);
    const events: FramerEvent[] = [];
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      events.push(event);
      if (event.type === 'fault') {
        this.#failed = true;
        this.#buffer = new Uint8Array(0);
        break;
      }
    }
    return events;
  }

  #append(chunk: Uint8Array): void {
    const held = this.#end - this.#start;
    const needed = held + chunk.length;
    if (needed > this.#buffer.length - this.#start) {
      const grown =
        needed > this.#buffer.length
          ? new Uint8Array(Math.max(INITIAL_BYTES, needed, held * 2))
          : this.#buffer;
      grown.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = grown;
      this.#scanned -= this.#start;
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #next(): FramerEvent | undefined {
    if (this.#messageBytes === 0) {
      const keepAlive = this.#readEmptyLines();
      if (keepAlive !== undefined) return keepAlive;
      const fault = this.#readHead();
      if (fault !== undefined) return { type: 'fault', fault };
    }
    if (this.#messageBytes === 0 || this.#end - this.#start < this.#messageBytes) return undefined;
    const bytes = this.#buffer.slice(this.#start, this.#start + this.#messageBytes);
    this.#consume(this.#messageBytes);
    this.#messageBytes = 0;
    return { type: 'message', bytes };
  }

  #consume(count: number): void {
    this.#start += count;
    this.#scanned = this.#start;
  }

  #readEmptyLines(): FramerEvent | undefined {
    while (this.#at(0) === CR && this.#at(1) === LF) {
      if (this.#at(2) === CR && this.#at(3) === LF) {
        this.#consume(4);
        return { type: 'keep-alive' };
      }
      // Half of a keep-alive that is still under way is left for the next chunk.
      if (this.#end - this.#start < 4 && (this.#at(2) ?? CR) === CR) return undefined;
      this.#consume(2);
    }
    return undefined;
  }

  #at(offset: number): number | undefined {
    return this.#start + offset < this.#end ? this.#buffer[this.#start + offset] : undefined;
  }

  /** Looks for the end of the head; sets the message's length when found. */
  #readHead(): ParseFault | undefined {
    if (this.#at(0) === CR && (this.#at(1) ?? LF) === LF) return undefined;
    const bytes = this.#buffer.subarray(0, this.#end);
    const end = this.#endOfHead(bytes);
    const headBytes = (end < 0 ? this.#end : end) - this.#start;
    if (headBytes > this.#limits.maxHeadBytes) return this.#fault(defect('limit', 'Header Too Large', 513));
    if (end < 0) return undefined;
    const length = contentLengthOf(decodeLatin1(bytes.subarray(this.#start, end)));
    if (length === undefined) return this.#fault(defect('length', 'Missing or Malformed Content-Length'));
    if (headBytes + length > this.#limits.maxBytes) {
      return this.#fault(defect('limit', 'Message Too Large', 513));
    }
    this.#messageBytes = headBytes + length;
    return undefined;
  }

  #endOfHead(bytes: Uint8Array): number {
    for (let lf = bytes.indexOf(LF, this.#scanned); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
      if (lf - 3 >= this.#start && bytes[lf - 1] === CR && bytes[lf - 2] === LF && bytes[lf - 3] === CR) {
        return lf + 1;
      }
    }
    this.#scanned = this.#end;
    return -1;
  }

  #fault(found: Defect): ParseFault {
    return requestFault(found, this.#buffer.subarray(this.#start, this.#end));
  }
}
