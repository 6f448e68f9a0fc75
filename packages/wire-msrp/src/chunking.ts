/**
 * A message in chunks. RFC 4975 §5.1: a chunk of more than 2048 bytes must be interruptible; ours are not larger, so that
 * whatever is urgent waits for one of them at most.
 */
import type { ByteRange } from './byte-range.ts';
import type { ContinuationFlag } from './message.ts';

export const CHUNK_BYTES = 2048;

export interface Chunk {
  readonly byteRange: ByteRange;
  readonly body: Uint8Array;
  readonly flag: ContinuationFlag;
}

/** The chunk that begins at byte `from` (0-based) of a message; its body is a view of the message's bytes. */
export function chunkAt(bytes: Uint8Array, from: number, chunkBytes: number = CHUNK_BYTES): Chunk {
  const body = bytes.subarray(from, from + chunkBytes);
  const end = from + body.length;
  return {
    byteRange: { start: from + 1, end, total: bytes.length },
    body,
    flag: end < bytes.length ? '+' : '$',
  };
}

/** All chunks of a message, in order; one, empty, for an empty message. */
export function* chunksOf(bytes: Uint8Array, chunkBytes: number = CHUNK_BYTES): Generator<Chunk> {
  let from = 0;
  do {
    const chunk = chunkAt(bytes, from, chunkBytes);
    yield chunk;
    from += chunk.body.length;
  } while (from < bytes.length);
}
