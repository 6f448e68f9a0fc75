/**
 * Makes the pure step a process: load, step, commit, publish, acknowledge. A crash between any two of them is repaired
 * by the redelivery of the event: before the commit the step runs again; after it, its stored outbox is published again
 * and the bus and the edges drop what they have seen.
 */
import type { Tracer } from '@opentelemetry/api';
import type { Bus } from '@stoxgate/bus';
import { brandKey, type Envelope, type EventEnvelope, rootTraceOf, StoxgateError } from '@stoxgate/contracts';
import { NOOP_TRACER, type OpenSpan, startSpan } from '@stoxgate/runtime';
import type { Commit, SessionStore, StoredSession } from '@stoxgate/store';
import { type ArmedTimers, changeTimers } from './armed-timers.ts';
import { dispatch, type Outgoing } from './outbox.ts';
import type { Session } from './session.ts';
import { indexesOf } from './session-facts.ts';
import type { Step, StepFunction } from './step.ts';

export interface RunnerOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly store: Pick<SessionStore, 'load' | 'commit'>;
  readonly step: StepFunction;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** This process. */
  readonly edgeId: string;
  readonly tracer: Tracer;
  /** After each event that did not fail. Must not throw. */
  readonly onHandled?: (report: StepReport) => void;
  /** A message to another session that the bus did not take even in the background. Must not throw. */
  readonly onLost?: (envelope: Envelope, cause: unknown) => void;
}

/** duplicate: applied before. stale: a timer that was moved or cleared. unchanged: nothing came of it. */
export type Outcome = 'applied' | 'unchanged' | 'duplicate' | 'stale';

export interface StepReport {
  readonly envelope: EventEnvelope;
  readonly outcome: Outcome;
  /** Session before and after; both undefined unless applied. */
  readonly before: Session | undefined;
  readonly after: Session | undefined;
  /** When the record began, ms since the epoch. */
  readonly startedAt: number;
  readonly at: number;
}

/** What is stored of a session: the core's state, and the timers that are armed for it. */
interface SessionRecord {
  readonly session: Session;
  readonly timers: ArmedTimers;
  readonly startedAt: number;
}

const MAX_CONFLICTS = 10;
/** How long a message to another session may hold up this one. */
const NOTIFY_WAIT_MS = 250;
const NOTIFY_TIMEOUT_MS = 60_000;

const NOT_ARMED: ArmedTimers = {};
const NO_CHANGES: Commit['timers'] = { set: [], clear: [] };

const isEvent = (envelope: Envelope): envelope is EventEnvelope => !envelope.payload.type.endsWith('.send');

/**
 * Handler for the event subjects. Rejects when the store or the bus does not answer, and when the step throws, which is
 * a bug: the bus delivers again and in the end gives that one message up.
 */
export function createRunner(options: RunnerOptions): (envelope: Envelope) => Promise<void> {
  const { store, now } = options;

  async function handleOnce(envelope: EventEnvelope, span: OpenSpan): Promise<StepReport | undefined> {
    const stored = await store.load(brandKey(envelope.key));
    if (stored.recentEventIds.includes(envelope.id)) {
      // Strict order: only the newest can be unpublished, and only its outbox is kept.
      if (stored.recentEventIds[0] === envelope.id) await publish(options, stored.outbox as Outgoing[]);
      return withoutEffect(envelope, 'duplicate');
    }
    const record = stored.record as SessionRecord | undefined;
    if (isStale(envelope, record)) return withoutEffect(envelope, 'stale');
    const at = now();
    const step = options.step(record?.session, {
      key: brandKey(envelope.key),
      now: at,
      eventId: envelope.id,
      edge: envelope.edge,
      event: envelope.payload,
    });
    if (isNothing(envelope, record, step)) return withoutEffect(envelope, 'unchanged');
    const outbox = await commit(options, { envelope, stored, record, step, at, trace: span.traceparent });
    if (outbox === undefined) return undefined;
    await publish(options, outbox);
    return {
      envelope,
      outcome: 'applied',
      before: record?.session,
      after: step.session,
      startedAt: record?.startedAt ?? at,
      at,
    };
  }

  return async (envelope) => {
    if (!isEvent(envelope)) return;
    const span = openSpan(options.tracer, envelope);
    try {
      for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
        const report = await handleOnce(envelope, span);
        if (report === undefined) continue;
        span.end(undefined, { outcome: report.outcome });
        options.onHandled?.(report);
        return;
      }
      throw new StoxgateError('STOX_STORE_UNAVAILABLE', `Session ${envelope.key} changes too fast.`);
    } catch (cause) {
      span.end(cause);
      throw cause;
    }
  };
}

const withoutEffect = (envelope: EventEnvelope, outcome: Outcome): StepReport => ({
  envelope,
  outcome,
  before: undefined,
  after: undefined,
  startedAt: 0,
  at: 0,
});

function openSpan(tracer: Tracer, envelope: EventEnvelope): OpenSpan {
  if (tracer === NOOP_TRACER) return startSpan(tracer, '', envelope.trace);
  const parent = envelope.trace ?? rootTraceOf(brandKey(envelope.key));
  const { type } = envelope.payload;
  return startSpan(tracer, 'translator step', parent, {
    'stoxgate.event': type,
    'stoxgate.key': envelope.key,
  });
}

/** A timer that the session no longer has armed for that time. */
function isStale({ payload }: EventEnvelope, record: SessionRecord | undefined): boolean {
  return payload.type === 'timer.fired' && record?.timers[payload.name] !== payload.dueAt;
}

/** A fired timer is always committed: it must be disarmed. */
const isNothing = (envelope: EventEnvelope, record: SessionRecord | undefined, step: Step): boolean =>
  step.commands.length === 0 && step.session === record?.session && envelope.payload.type !== 'timer.fired';

interface Applied {
  readonly envelope: EventEnvelope;
  readonly stored: StoredSession;
  readonly record: SessionRecord | undefined;
  readonly step: Step;
  readonly at: number;
  readonly trace: string | undefined;
}

/** The outbox that was stored, or undefined when another process was faster. */
async function commit(options: RunnerOptions, applied: Applied): Promise<readonly Outgoing[] | undefined> {
  const { envelope, stored, record, step, at, trace } = applied;
  const key = brandKey(envelope.key);
  const origin = { key, eventId: envelope.id, edge: options.edgeId, at, trace };
  const { outbox, timers } = dispatch(origin, step.commands);
  const changes = withFired(envelope, timers);
  const { session } = step;
  const next: SessionRecord | undefined =
    session === undefined
      ? undefined
      : {
          session,
          timers: changeTimers(record?.timers ?? NOT_ARMED, changes),
          startedAt: record?.startedAt ?? at,
        };
  const result = await options.store.commit({
    key,
    eventId: envelope.id,
    expectedRevision: stored.revision,
    record: next,
    outbox,
    timers: session === undefined ? NO_CHANGES : listed(changes),
    indexes: session === undefined ? [] : indexesOf(session),
    now: at,
  });
  return result === 'conflict' ? undefined : outbox;
}

type TimerChanges = ReadonlyMap<string, number | undefined>;

/** With the timer that fired among the cleared ones, unless it was set again. */
const withFired = ({ payload }: EventEnvelope, timers: TimerChanges): TimerChanges =>
  payload.type !== 'timer.fired' || timers.has(payload.name)
    ? timers
    : new Map([[payload.name, undefined], ...timers]);

function listed(changes: TimerChanges): Commit['timers'] {
  if (changes.size === 0) return NO_CHANGES;
  const set: { name: string; dueAt: number }[] = [];
  const clear: string[] = [];
  for (const [name, dueAt] of changes) {
    if (dueAt === undefined) clear.push(name);
    else set.push({ name, dueAt });
  }
  return { set, clear };
}

async function publish(options: RunnerOptions, outbox: readonly Outgoing[]): Promise<void> {
  for (const outgoing of outbox) {
    if (isEvent(outgoing.envelope)) await notify(options, outgoing);
    else await options.bus.publish(outgoing.subject, outgoing.envelope);
  }
}

/**
 * A message to another session may be for the very subject that this handler keeps from draining: when that is full,
 * waiting for room would never end. So it goes on in the background after a moment.
 */
async function notify(options: RunnerOptions, { subject, envelope }: Outgoing): Promise<void> {
  const sent = options.bus.publish(subject, envelope, NOTIFY_TIMEOUT_MS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), NOTIFY_WAIT_MS);
  });
  try {
    if ((await Promise.race([sent, late])) === 'late') {
      sent.catch((cause: unknown) => options.onLost?.(envelope, cause));
    }
  } finally {
    clearTimeout(timer);
  }
}
