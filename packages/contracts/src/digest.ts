import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Derives a stable name from text: lower-case hex of the first `bytes` bytes of SHA-256.
 * Ids that leave the system are derived, never drawn, so that a replay gives the same bytes.
 */
export const deriveHex = (text: string, bytes: number): string =>
  bytesToHex(sha256(utf8ToBytes(text)).subarray(0, bytes));
