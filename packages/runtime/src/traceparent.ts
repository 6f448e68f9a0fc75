/**
 * W3C Trace Context `traceparent`, version 00: https://www.w3.org/TR/trace-context/#traceparent-header
 */
import type { SpanContext } from '@opentelemetry/api';

const FORM = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The span that `traceparent` names, or undefined when it is not a valid one. */
export function parseTraceparent(traceparent: string): SpanContext | undefined {
  const match = FORM.exec(traceparent);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  return {
    traceId: match[1],
    spanId: match[2],
    traceFlags: Number.parseInt(match[3], 16) & 1,
    isRemote: true,
  };
}

/** Whether both name spans of one trace. */
export const isSameTrace = (one: string, other: string): boolean => one.slice(3, 35) === other.slice(3, 35);

export const formatTraceparent = (span: SpanContext): string =>
  `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 1).toString().padStart(2, '0')}`;
