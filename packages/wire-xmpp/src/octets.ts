/**
 * The collation i;octet: RFC 4790 §9.3.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Negative, 0 or positive, as `left` comes before `right` in UTF-8; that is by code point. */
export function compareOctets(left: string, right: string): number {
  const a = utf8ToBytes(left);
  const b = utf8ToBytes(right);
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
