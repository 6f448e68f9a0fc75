import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

// A digest is taken several times an event: its working memory is kept. Nothing in here can be entered twice.
const blank = sha256.create();
const working = sha256.create();
const digest = new Uint8Array(blank.outputLen);
const ascii = new Uint8Array(512);
const DIGITS = '0123456789abcdef';
const codes: number[] = [];

/** UTF-8 of `text`; in memory that the next call overwrites when `text` is short and ASCII. */
function bytesOf(text: string): Uint8Array {
  if (text.length > ascii.length) return utf8ToBytes(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return utf8ToBytes(text);
    ascii[i] = unit;
  }
  return ascii.subarray(0, text.length);
}

/**
 * Derives a stable name from text: lower-case hex of the first `bytes` bytes of SHA-256.
 * Ids that leave the system are derived, never drawn, so that a replay gives the same bytes.
 */
export function deriveHex(text: string, bytes: number): string {
  blank._cloneInto(working);
  working.update(bytesOf(text)).digestInto(digest);
  codes.length = 0;
  for (let i = 0; i < bytes; i++) {
    const byte = digest[i] ?? 0;
    codes.push(DIGITS.charCodeAt(byte >> 4), DIGITS.charCodeAt(byte & 15));
  }
  // At once, not piece by piece: pieces would stay a chain for as long as the id is kept.
  return String.fromCharCode(...codes);
}
