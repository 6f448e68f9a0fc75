/**
 * Byte-Range: which bytes of the whole message a chunk has. RFC 4975 §7.1.1.
 */
export interface ByteRange {
  /** From 1. */
  readonly start: number;
  /** Undefined: `*`, not known when the chunk began. `start - 1` where the chunk is empty. */
  readonly end: number | undefined;
  /** Undefined: `*`. */
  readonly total: number | undefined;
}

/** What a request without a Byte-Range is taken to have. */
export const WHOLE_MESSAGE: ByteRange = { start: 1, end: undefined, total: undefined };

const RANGE = /^([0-9]{1,15})-([0-9]{1,15}|\*)\/([0-9]{1,15}|\*)$/;

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === '*' ? undefined : Number(text);

/** Undefined when malformed or when its numbers contradict one another. */
export function parseByteRange(text: string): ByteRange | undefined {
  const match = RANGE.exec(text.trim());
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = numberOf(match[2]);
  const total = numberOf(match[3]);
  if (start < 1) return undefined;
  if (end !== undefined && end < start - 1) return undefined;
  if (total !== undefined && Math.max(start - 1, end ?? 0) > total) return undefined;
  return { start, end, total };
}

export const formatByteRange = ({ start, end, total }: ByteRange): string =>
  `${start}-${end ?? '*'}/${total ?? '*'}`;
