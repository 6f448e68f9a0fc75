import { DUPLICATE_WINDOW_MS } from './port.ts';

const BUCKET_MS = 1000;
const MOST_IDS = 65_536;

interface Bucket {
  readonly startedAt: number;
  count: number;
}

/**
 * Remembers ids for the duplicate window. Memory is bounded: above `MOST_IDS` the oldest are forgotten early.
 * One hash look-up per id; age is kept per second, the set's insertion order does the rest.
 */
export class RecentIds {
  readonly #ids = new Set<string>();
  /** Always stands before the oldest id: a set's iterator follows deletions and additions. */
  readonly #oldest = this.#ids.values();
  readonly #buckets: Bucket[] = [];

  has(id: string, now: number): boolean {
    this.#forget(now);
    return this.#ids.has(id);
  }

  /** False when `id` was known already. */
  add(id: string, now: number): boolean {
    this.#forget(now);
    const before = this.#ids.size;
    if (this.#ids.add(id).size === before) return false;
    this.#bucketAt(now).count++;
    if (before === MOST_IDS) this.#forgetOldest();
    return true;
  }

  #bucketAt(now: number): Bucket {
    const newest = this.#buckets.at(-1);
    if (newest !== undefined && now - newest.startedAt < BUCKET_MS) return newest;
    const bucket = { startedAt: now, count: 0 };
    this.#buckets.push(bucket);
    return bucket;
  }

  #forget(now: number): void {
    let bucket = this.#buckets[0];
    while (bucket !== undefined && now - bucket.startedAt >= DUPLICATE_WINDOW_MS + BUCKET_MS) {
      while (bucket.count > 0) this.#forgetOldest();
      this.#buckets.shift();
      bucket = this.#buckets[0];
    }
  }

  #forgetOldest(): void {
    const id = this.#oldest.next();
    if (!id.done) this.#ids.delete(id.value);
    const bucket = this.#buckets.find(({ count }) => count > 0);
    if (bucket !== undefined) bucket.count--;
  }
}
