import type { SessionKey } from './brand.ts';

/**
 * Partition of a session key: FNV-1a (32 bit) over UTF-16 code units, modulo `count`. Every process must agree
 * on `count`; all events of one session land in one partition and are handled in order.
 */
export function partitionOf(key: SessionKey, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % count;
}
