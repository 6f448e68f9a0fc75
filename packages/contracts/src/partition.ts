import type { SessionKey } from './brand.ts';
import { fnv1a } from './fnv1a.ts';

/**
 * Partition of a session key: its FNV-1a hash modulo `count`. Every process must agree on `count`; all events of one
 * session land in one partition and are handled in order.
 */
export const partitionOf = (key: SessionKey, count: number): number => fnv1a(key) % count;
