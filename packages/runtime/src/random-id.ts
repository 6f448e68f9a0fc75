import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const pool = Buffer.allocUnsafe(256 * ID_BYTES);
let used = pool.length;

/**
 * A name that nobody can guess and that does not come twice: 128 random bits in 22 characters of base64url. Unlike a UUID
 * of Node, which is a chain of twenty pieces until somebody reads it, it is one short string: event ids are kept by the
 * hundred thousand.
 */
export function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + ID_BYTES);
  used += ID_BYTES;
  return id;
}
