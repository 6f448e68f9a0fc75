/**
 * SHA-256 (FIPS 180-4) of texts. An event takes several, of some forty bytes each: without an object for each it costs
 * half of what a library of streams does, and a tenth of the memory.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';

const BLOCK_WORDS = 16;
const ROUNDS = 64;
/** Words of a block that the length of the whole text leaves to it. */
const LAST_BLOCK_WORDS = BLOCK_WORDS - 2;
const MAX_ASCII = 0x7f;

const isPrime = (n: number): boolean => {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
};

/** FIPS 180-4 §4.2.2, §5.3.3: the first 32 bits behind the point of a root of each of the first `count` primes. */
function fractionsOf(root: (prime: number) => number, count: number): Int32Array {
  const words = new Int32Array(count);
  for (let n = 2, found = 0; found < count; n++) if (isPrime(n)) words[found++] = (root(n) % 1) * 2 ** 32;
  return words;
}

const INITIAL = fractionsOf(Math.sqrt, 8);
const CONSTANTS = fractionsOf(Math.cbrt, ROUNDS);

// Working memory is kept. Nothing in here can be entered twice.
const state = new Int32Array(INITIAL.length);
/** The block in hand, and what it is expanded to. */
const words = new Int32Array(ROUNDS);
const at = (list: Int32Array, index: number): number => list[index] as number;

const rotr = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));
const sigma0 = (word: number): number => rotr(word, 7) ^ rotr(word, 18) ^ (word >>> 3);
const sigma1 = (word: number): number => rotr(word, 17) ^ rotr(word, 19) ^ (word >>> 10);
const sum0 = (word: number): number => rotr(word, 2) ^ rotr(word, 13) ^ rotr(word, 22);
const sum1 = (word: number): number => rotr(word, 6) ^ rotr(word, 11) ^ rotr(word, 25);

/** FIPS 180-4 §6.2.2, by the names that the variables have there. */
function compress(): void {
  for (let t = BLOCK_WORDS; t < ROUNDS; t++) {
    words[t] = sigma1(at(words, t - 2)) + at(words, t - 7) + sigma0(at(words, t - 15)) + at(words, t - 16);
  }
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let t = 0; t < ROUNDS; t++) {
    const t1 = (h + sum1(e) + (g ^ (e & (f ^ g))) + at(CONSTANTS, t) + at(words, t)) | 0;
    const t2 = (sum0(a) + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

/** Leaves the digest of `octets`, a character each, in `state`. Returns the bits that any of them has. */
function digest(octets: string): number {
  const { length } = octets;
  let all = 0;
  state.set(INITIAL);
  let word = 0;
  let filled = 0;
  for (let i = 0; i < length; i++) {
    const octet = octets.charCodeAt(i);
    all |= octet;
    word = (word << 8) | octet;
    if ((i & 3) !== 3) continue;
    words[filled++] = word;
    if (filled < BLOCK_WORDS) continue;
    compress();
    filled = 0;
  }
  // A bit that ends the text, zeros, and the length in bits.
  words[filled++] = ((word << 8) | 0x80) << (8 * (3 - (length & 3)));
  if (filled > LAST_BLOCK_WORDS) {
    words.fill(0, filled, BLOCK_WORDS);
    compress();
    filled = 0;
  }
  words.fill(0, filled, LAST_BLOCK_WORDS);
  words[LAST_BLOCK_WORDS] = length / 2 ** 29;
  words[LAST_BLOCK_WORDS + 1] = length * 8;
  compress();
  return all;
}

/** UTF-8 of `text`, a character for each octet. */
const utf8Of = (text: string): string =>
  Array.from(utf8ToBytes(text), (byte) => String.fromCharCode(byte)).join('');

const DIGITS = '0123456789abcdef';
/** Where the character codes of a name are put together, by its length in bytes. */
const codesOf: readonly number[][] = Array.from({ length: 4 * state.length + 1 }, (_, bytes) =>
  new Array<number>(2 * bytes).fill(0),
);

/**
 * Derives a stable name from text: lower-case hex of the first `bytes` bytes, at most 32, of SHA-256.
 * Ids that leave the system are derived, never drawn, so that a replay gives the same bytes.
 */
export function deriveHex(text: string, bytes: number): string {
  if (digest(text) > MAX_ASCII) digest(utf8Of(text));
  const codes = codesOf[bytes] ?? [];
  for (let i = 0; i < codes.length; i++) {
    codes[i] = DIGITS.charCodeAt((at(state, i >> 3) >>> (28 - 4 * (i & 7))) & 15);
  }
  // At once, not piece by piece: pieces would stay a chain for as long as the id is kept.
  return String.fromCharCode(...codes);
}
