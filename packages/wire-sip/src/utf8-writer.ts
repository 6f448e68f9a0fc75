/**
 * Text into UTF-8 bytes: the pieces of a message are put together as one text, which costs little until it is read, and that
 * is written once.
 */
import { encodeUtf8Into } from './utf8.ts';

const SLAB_BYTES = 8192;
/** Of one UTF-16 unit. */
const MAX_BYTES = 3;

export class Utf8Writer {
  /** Shared by what is taken, one piece after the other. */
  #slab = new Uint8Array(SLAB_BYTES);
  #start = 0;
  #end = 0;
  /** Put and not written yet. */
  #text = '';

  /** Drops what was put and not taken. */
  start(): void {
    this.#text = '';
    this.#end = this.#start;
  }

  /** A lone surrogate becomes U+FFFD. */
  put(text: string): void {
    this.#text += text;
  }

  putBytes(bytes: Uint8Array): void {
    this.#write();
    this.#makeRoom(bytes.length);
    this.#slab.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** What was put since the last time. */
  take(): Uint8Array {
    this.#write();
    const bytes = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return bytes;
  }

  #write(): void {
    const text = this.#text;
    this.#text = '';
    this.#makeRoom(text.length * MAX_BYTES);
    this.#end += encodeUtf8Into(text, this.#slab.subarray(this.#end));
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
