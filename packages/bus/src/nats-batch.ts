/** What travels as one JetStream message: one envelope as JSON, or several as a JSON array (docs/adr/0017-batches.md). */

/** Envelopes in one message: as many events as a session remembers, so that a batch that comes again is recognised whole. */
export const MOST_ENVELOPES = 32;
/** Characters in one message; each may be three bytes. */
const MOST_CHARACTERS = 65_536;
/** Characters in one message as a share of the bytes that the server takes. */
const SHARE = 1 / 4;

/** An envelope whose publisher waits. */
export interface Pending {
  readonly id: string;
  readonly trace: string | undefined;
  /** JSON. */
  readonly body: string;
  /** `Date.now()` at which its publisher hears that it was not accepted. */
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/** Takes the first of `waiting`, and as many of the next, up to `most`, as one message may hold. */
export function takeBatch(waiting: Pending[], most: number, maxPayload: number): Pending[] {
  let left = Math.min(MOST_CHARACTERS, maxPayload * SHARE);
  let count = 0;
  for (const { body } of waiting) {
    left -= body.length + 1;
    if (count === most || (left < 0 && count > 0)) break;
    count++;
  }
  return waiting.splice(0, count);
}

export const bodyOf = (batch: readonly Pending[]): string => {
  const [first, second] = batch;
  if (first !== undefined && second === undefined) return first.body;
  return `[${batch.map(({ body }) => body).join(',')}]`;
};
