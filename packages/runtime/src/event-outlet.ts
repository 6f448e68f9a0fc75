/**
 * Events to the bus: enveloped, traced, and never more under way than can be held.
 */
import type { Attributes, Tracer } from '@opentelemetry/api';
import { type Bus, DONE } from '@stoxgate/bus';
import {
  type EdgeId,
  type Envelope,
  type Event,
  eventSubjectOf,
  ownTraceOf,
  type SessionKey,
} from '@stoxgate/contracts';
import type { Logger } from './log.ts';
import { randomId } from './random-id.ts';
import { sessionAttributes } from './session-attributes.ts';
import { NOOP_TRACER, type OpenSpan, type SpanOrigin, startSpan } from './span.ts';

export interface EventOutletOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly edgeId: EdgeId;
  readonly tracer: Tracer;
  readonly log: Logger;
  /** Events that wait for the bus at a time, before new requests are refused. */
  readonly maxWaiting: number;
}

export interface EventSpan extends Omit<SpanOrigin, 'about'> {
  readonly name: string;
  /** `traceparent` of its parent; absent: the root of the session's own trace, else a new trace. */
  readonly trace?: string | undefined;
  readonly attributes?: Attributes;
}

/** What `publish` returns where the bus took the event at once. */
export const TAKEN = Promise.resolve(true);

export class EventOutlet {
  readonly #options: EventOutletOptions;
  #waiting = 0;

  constructor(options: EventOutletOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#options.maxWaiting;
  }

  /**
   * Publishes an event of a session; false when the bus did not take it in time, which is logged. Event ids are drawn: what
   * derives from them (tags, branches) must not be guessed from outside.
   */
  publish(key: SessionKey, payload: Event, told: EventSpan, timeoutMs: number): Promise<boolean> {
    const { bus, edgeId, tracer } = this.#options;
    const span = openSpan(tracer, key, told);
    const envelope: Envelope = {
      v: 1,
      id: randomId(),
      key,
      edge: edgeId,
      at: Date.now(),
      trace: span.traceparent,
      payload,
    };
    const taken = bus.publish(eventSubjectOf(key), envelope, timeoutMs);
    if (taken !== DONE) return this.#taken(taken, envelope, span);
    span.end();
    return TAKEN;
  }

  async #taken(taken: Promise<void>, { key, payload }: Envelope, span: OpenSpan): Promise<boolean> {
    this.#waiting++;
    try {
      await taken;
      span.end();
      return true;
    } catch (err) {
      span.end(err);
      this.#options.log.error({ err, key, event: payload.type }, 'event not taken by the bus');
      return false;
    } finally {
      this.#waiting--;
    }
  }
}

function openSpan(tracer: Tracer, key: SessionKey, { name, trace, attributes, cause }: EventSpan): OpenSpan {
  if (tracer === NOOP_TRACER) return startSpan(tracer, name, trace);
  const all = (): Attributes => ({ ...sessionAttributes(key), ...attributes });
  return startSpan(tracer, name, trace ?? ownTraceOf(key), all, { cause });
}
