/**
 * Spans without a context manager: the parent is a `traceparent` that came with the event, the child is one that goes
 * with the command. A span costs next to nothing while no exporter is configured.
 */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { deriveHex, rootTraceOf, type SessionKey } from '@stoxgate/contracts';
import { withSpanIds } from './span-ids.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

/** A tracer that records nothing. Its spans hand the incoming `traceparent` on unchanged. */
export const NOOP_TRACER: Tracer = new ProxyTracerProvider().getDelegate().getTracer('stoxgate');

export interface OpenSpan {
  /**
   * Names this span; goes into the envelopes that it causes. Of a trace that is not recorded it says so. Undefined only
   * when none came and nothing is traced.
   */
  readonly traceparent: string | undefined;
  /** Whether it is recorded: else attributes need not be gathered. */
  readonly isRecorded: boolean;
  /** Closes the span. `error` marks it failed; `attributes` are those known only now. Call it once. */
  end(error?: unknown, attributes?: Attributes): void;
}

export interface SpanOrigin {
  /** Id of what the span is about. A span of that name that is written again, after a crash, takes its place: its id is the same. */
  readonly about?: string;
  /** `traceparent` of a span in another trace that led to this one: a link. */
  readonly cause?: string | undefined;
}

const doNothing = (): void => {};
const UNTRACED: OpenSpan = { traceparent: undefined, isRecorded: false, end: doNothing };

/**
 * Opens a span under the span that `traceparent` names; a new trace when it is absent or malformed.
 * Join a session's trace by passing `rootTraceOf(key)`. `attributes` is asked only when something is traced.
 */
export function startSpan(
  tracer: Tracer,
  name: string,
  traceparent: string | undefined,
  attributes?: () => Attributes,
  origin?: SpanOrigin,
): OpenSpan {
  if (tracer === NOOP_TRACER) {
    return traceparent === undefined ? UNTRACED : { traceparent, isRecorded: false, end: doNothing };
  }
  const cause = origin?.cause === undefined ? undefined : parseTraceparent(origin.cause);
  const options: SpanOptions = {
    ...(attributes && { attributes: attributes() }),
    ...(cause && { links: [{ context: cause }] }),
  };
  const context = contextOf(traceparent);
  const span =
    origin?.about === undefined
      ? tracer.startSpan(name, options, context)
      : withSpanIds({ spanId: deriveHex(`span:${name} ${origin.about}`, 8) }, () =>
          tracer.startSpan(name, options, context),
        );
  const own = span.spanContext();
  return {
    traceparent: isSpanContextValid(own) ? formatTraceparent(own) : traceparent,
    isRecorded: span.isRecording(),
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

export interface RootSpan {
  readonly name: string;
  /** Ms since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes?: Attributes;
  /** Marks it failed. */
  readonly error?: string | undefined;
}

/**
 * Writes the root span of a session, once it has ended: it has exactly the ids of `rootTraceOf(key)`, so every span
 * that joined the trace before becomes its descendant.
 */
export function emitRootSpan(tracer: Tracer, key: SessionKey, root: RootSpan): void {
  if (tracer === NOOP_TRACER) return;
  const ids = parseTraceparent(rootTraceOf(key));
  if (ids === undefined) return;
  const { name, startMs, endMs, attributes, error } = root;
  const options = { root: true, startTime: startMs, ...(attributes && { attributes }) };
  const span = withSpanIds(ids, () => tracer.startSpan(name, options, ROOT_CONTEXT));
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end(endMs);
}
