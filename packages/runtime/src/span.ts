/**
 * Spans without a context manager: the parent is a `traceparent` that came with the event, the child is one that goes
 * with the command. A span costs next to nothing while no exporter is configured.
 */
import {
  type Attributes,
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { rootTraceOf, type SessionKey } from '@stoxgate/contracts';
import { withSpanIds } from './span-ids.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

/** A tracer that records nothing. Its spans hand the incoming `traceparent` on unchanged. */
export const NOOP_TRACER: Tracer = new ProxyTracerProvider().getDelegate().getTracer('stoxgate');

export interface OpenSpan {
  /** Names this span; goes into the envelopes that it causes. Undefined only when none came and none is recorded. */
  readonly traceparent: string | undefined;
  /** Closes the span. `error` marks it failed; `attributes` are those known only now. Call it once. */
  end(error?: unknown, attributes?: Attributes): void;
}

const doNothing = (): void => {};

/**
 * Opens a span under the span that `traceparent` names; a new trace when it is absent or malformed.
 * Join a session's trace by passing `rootTraceOf(key)`.
 */
export function startSpan(
  tracer: Tracer,
  name: string,
  traceparent: string | undefined,
  attributes?: Attributes,
): OpenSpan {
  if (tracer === NOOP_TRACER) return { traceparent, end: doNothing };
  const span = tracer.startSpan(name, attributes === undefined ? {} : { attributes }, contextOf(traceparent));
  if (!span.isRecording()) return { traceparent, end: doNothing };
  return {
    traceparent: formatTraceparent(span.spanContext()),
    end: (error, late) => endSpan(span, error, late),
  };
}

function contextOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function endSpan(span: Span, error: unknown, attributes: Attributes | undefined): void {
  if (attributes !== undefined) span.setAttributes(attributes);
  if (error !== undefined) {
    const message = error instanceof Error ? error.message : String(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

/**
 * Writes the root span of a session, once it has ended: it has exactly the ids of `rootTraceOf(key)`, so every span
 * that joined the trace before becomes its descendant. Times are ms since the epoch.
 */
export function emitRootSpan(
  tracer: Tracer,
  key: SessionKey,
  name: string,
  startMs: number,
  endMs: number,
  attributes?: Attributes,
): void {
  if (tracer === NOOP_TRACER) return;
  const ids = parseTraceparent(rootTraceOf(key));
  if (ids === undefined) return;
  const options = { root: true, startTime: startMs, ...(attributes === undefined ? {} : { attributes }) };
  withSpanIds(ids, () => tracer.startSpan(name, options, ROOT_CONTEXT)).end(endMs);
}
