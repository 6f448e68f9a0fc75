import { type Context, TraceFlags, trace } from '@opentelemetry/api';
import {
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';

/**
 * Records a share of the traces. The trace id alone decides, so that every process decides alike, also those that join a
 * call's trace by its Call-ID; a trace that was left out upstream stays left out.
 */
export class TraceSampler implements Sampler {
  readonly #share: TraceIdRatioBasedSampler;

  /** @param ratio share of the traces, 0 to 1. */
  constructor(ratio: number) {
    this.#share = new TraceIdRatioBasedSampler(ratio);
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = trace.getSpanContext(context);
    const isLeftOut = parent !== undefined && (parent.traceFlags & TraceFlags.SAMPLED) === 0;
    return isLeftOut ? { decision: SamplingDecision.NOT_RECORD } : this.#share.shouldSample(context, traceId);
  }

  toString = (): string => `TraceSampler{${this.#share.toString()}}`;
}
