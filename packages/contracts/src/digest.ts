import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

// A digest is taken several times an event: its working memory is kept. Nothing in here can be entered twice.
const blank = sha256.create();
const working = sha256.create();
const digest = new Uint8Array(blank.outputLen);
const ascii = new Uint8Array(512);
/** The first bytes of `ascii`, by their number. */
const beginnings: (Uint8Array | undefined)[] = [];
const DIGITS = '0123456789abcdef';
/** Where the character codes of a name are put together, by its length in bytes. */
const codesOf: readonly number[][] = Array.from({ length: digest.length + 1 }, (_, bytes) =>
  new Array<number>(2 * bytes).fill(0),
);

/** UTF-8 of `text`; in memory that the next call overwrites when `text` is short and ASCII. */
function bytesOf(text: string): Uint8Array {
  if (text.length > ascii.length) return utf8ToBytes(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return utf8ToBytes(text);
    ascii[i] = unit;
  }
  const bytes = beginnings[text.length] ?? ascii.subarray(0, text.length);
  beginnings[text.length] = bytes;
  return bytes;
}

/**
 * Derives a stable name from text: lower-case hex of the first `bytes` bytes, at most 32, of SHA-256.
 * Ids that leave the system are derived, never drawn, so that a replay gives the same bytes.
 */
export function deriveHex(text: string, bytes: number): string {
  blank._cloneInto(working);
  working.update(bytesOf(text)).digestInto(digest);
  const codes = codesOf[bytes] ?? [];
  for (let i = 0; i < bytes; i++) {
    const byte = digest[i] ?? 0;
    codes[2 * i] = DIGITS.charCodeAt(byte >> 4);
    codes[2 * i + 1] = DIGITS.charCodeAt(byte & 15);
  }
  // At once, not piece by piece: pieces would stay a chain for as long as the id is kept.
  return String.fromCharCode(...codes);
}
