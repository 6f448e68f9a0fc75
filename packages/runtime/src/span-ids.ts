import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-node';

export interface SpanIds {
  /** Counts for a root span only: others are in the trace of their parent. */
  readonly traceId?: string;
  readonly spanId: string;
}

let chosen: SpanIds | undefined;

/** Runs `start`; a span started in it by a tracer of ours has these ids. */
export function withSpanIds<Result>(ids: SpanIds, start: () => Result): Result {
  chosen = ids;
  try {
    return start();
  } finally {
    chosen = undefined;
  }
}

/** Random ids, except inside `withSpanIds`. */
export class SpanIdGenerator implements IdGenerator {
  readonly #random = new RandomIdGenerator();

  generateTraceId = (): string => chosen?.traceId ?? this.#random.generateTraceId();
  generateSpanId = (): string => chosen?.spanId ?? this.#random.generateSpanId();
}
