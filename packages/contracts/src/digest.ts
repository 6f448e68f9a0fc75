import { sha256 } from './sha256.ts';

const DIGITS = '0123456789abcdef';
/** Where the character codes of a name are put together, by its length in bytes. */
const codesOf: readonly number[][] = Array.from({ length: 33 }, (_, bytes) =>
  new Array<number>(2 * bytes).fill(0),
);

/**
 * Derives a stable name from text: lower-case hex of the first `bytes` bytes, at most 32, of SHA-256.
 * Ids that leave the system are derived, never drawn, so that a replay gives the same bytes.
 */
export function deriveHex(text: string, bytes: number): string {
  const words = sha256(text);
  const codes = codesOf[bytes] ?? [];
  for (let i = 0; i < codes.length; i++) {
    const digit = ((words[i >> 3] ?? 0) >>> (28 - 4 * (i & 7))) & 15;
    codes[i] = DIGITS.charCodeAt(digit);
  }
  // At once, not piece by piece: pieces would stay a chain for as long as the id is kept.
  return String.fromCharCode(...codes);
}
