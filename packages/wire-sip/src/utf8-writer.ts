/**
 * Text into UTF-8 bytes, piece by piece: the text of a whole message is never put together, only its bytes.
 */
import { encodeUtf8Into } from './utf8.ts';

const SLAB_BYTES = 8192;
/** Of one UTF-16 unit. */
const MAX_BYTES = 3;
/** From here on the platform is faster, whatever a call into it costs. */
const LONG = 128;

export class Utf8Writer {
  /** Shared by what is taken, one piece after the other. */
  #slab = new Uint8Array(SLAB_BYTES);
  #start = 0;
  #end = 0;

  /** Drops what was put and not taken. */
  start(): void {
    this.#end = this.#start;
  }

  /** A lone surrogate becomes U+FFFD. */
  put(text: string): void {
    this.#makeRoom(text.length * MAX_BYTES);
    if (text.length >= LONG || !this.#putAscii(text)) {
      this.#end += encodeUtf8Into(text, this.#slab.subarray(this.#end));
    }
  }

  putBytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#slab.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** What was put since the last time. */
  take(): Uint8Array {
    const bytes = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return bytes;
  }

  #putAscii(text: string): boolean {
    const slab = this.#slab;
    let end = this.#end;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      slab[end++] = code;
    }
    this.#end = end;
    return true;
  }

  #makeRoom(bytes: number): void {
    if (this.#slab.length - this.#end >= bytes) return;
    const begun = this.#slab.subarray(this.#start, this.#end);
    this.#slab = new Uint8Array(Math.max(SLAB_BYTES, begun.length + bytes));
    this.#slab.set(begun);
    this.#start = 0;
    this.#end = begun.length;
  }
}
