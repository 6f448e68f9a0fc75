/**
 * Makes the pure step a process: load, step, commit, publish, acknowledge. A crash between any two of them is repaired
 * by the redelivery of the event: before the commit the step runs again; after it, its stored outbox is published again
 * and the bus and the edges drop what they have seen.
 */
import type { Attributes, Tracer } from '@opentelemetry/api';
import { type Bus, DONE } from '@stoxgate/bus';
import {
  brandKey,
  type Envelope,
  type EventEnvelope,
  isEventEnvelope,
  ownTraceOf,
  type SessionKey,
  StoxgateError,
} from '@stoxgate/contracts';
import { isSameTrace, NOOP_TRACER, type OpenSpan, sessionAttributes, startSpan } from '@stoxgate/runtime';
import { COMMITTED, type SessionStore, type StoredSession } from '@stoxgate/store';
import type { Outgoing } from './outbox.ts';
import { type Outcome, type Plan, type Planner, planFor, type StepReport } from './plan.ts';
import { recordAttributes } from './trace-facts.ts';

export type { Outcome, StepReport };

export interface RunnerOptions extends Planner {
  readonly bus: Pick<Bus, 'publish'>;
  readonly store: Pick<SessionStore, 'load' | 'loadAtOnce' | 'recall' | 'commit' | 'published'>;
  readonly tracer: Tracer;
  /** After each event that did not fail. Must not throw. */
  readonly onHandled?: (report: StepReport, tookMs: number) => void;
  /** After each that did. Must not throw. */
  readonly onFailed?: (envelope: EventEnvelope, cause: unknown, tookMs: number) => void;
  /** A message to another session that the bus did not take even in the background. Must not throw. */
  readonly onLost?: (envelope: Envelope, cause: unknown) => void;
}

const MAX_CONFLICTS = 10;
/** How long a message to another session may hold up this one. */
const NOTIFY_WAIT_MS = 250;
const NOTIFY_TIMEOUT_MS = 60_000;

/** One event in the runner's hands. */
interface Handling {
  readonly options: RunnerOptions;
  readonly envelope: EventEnvelope;
  readonly key: SessionKey;
  readonly startedAt: number;
  readonly span: OpenSpan;
}

/**
 * Handler for the event subjects. Rejects when the store or the bus does not answer, and when the step throws, which is
 * a bug: the bus delivers again and in the end gives that one message up.
 */
export function createRunner(options: RunnerOptions): (envelope: Envelope) => Promise<void> {
  return (envelope) => {
    if (!isEventEnvelope(envelope)) return DONE;
    const startedAt = performance.now();
    const span = openSpan(options.tracer, envelope);
    return handle({ options, envelope, key: brandKey(envelope.key), startedAt, span });
  };
}

/** What store and bus do at once is not waited for: async functions for it would take as many bytes as a message has. */
function handle(handling: Handling): Promise<void> {
  const { options, key } = handling;
  try {
    const stored = options.store.loadAtOnce?.(key);
    if (stored === undefined) return reported(handling, handleWaiting(handling));
    const plan = planOf(handling, stored);
    const committed = commitOf(options, plan);
    if (committed !== COMMITTED) return reported(handling, publishAfter(handling, plan, committed));
    const published = publish(options, plan.outbox);
    if (published !== DONE)
      return reported(
        handling,
        published.then(() => plan),
      );
    succeeded(handling, plan);
    return DONE;
  } catch (cause) {
    failed(handling, cause);
    return Promise.reject(cause);
  }
}

const planOf = ({ options, envelope, span }: Handling, stored: StoredSession): Plan =>
  planFor(options, envelope, stored, span.traceparent);

const commitOf = ({ store }: RunnerOptions, { commit }: Plan): Promise<'committed' | 'conflict'> =>
  commit === undefined ? COMMITTED : store.commit(commit);

async function handleWaiting(handling: Handling): Promise<Plan> {
  const { options, key } = handling;
  const { store } = options;
  for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
    const recalled = attempt === 0 ? store.recall?.(key) : undefined;
    const plan = planOf(handling, recalled ?? (await store.load(key)));
    // What is recalled may be old, and only a commit shows that it is not.
    if (recalled !== undefined && plan.commit === undefined) continue;
    if ((await commitOf(options, plan)) === 'conflict') continue;
    await publish(options, plan.outbox);
    return plan;
  }
  throw new StoxgateError('STOX_STORE_UNAVAILABLE', `Session ${key} changes too fast.`);
}

async function publishAfter(
  handling: Handling,
  plan: Plan,
  committed: Promise<'committed' | 'conflict'>,
): Promise<Plan> {
  if ((await committed) === 'conflict') return handleWaiting(handling);
  await publish(handling.options, plan.outbox);
  return plan;
}

async function reported(handling: Handling, handled: Promise<Plan>): Promise<void> {
  try {
    succeeded(handling, await handled);
  } catch (cause) {
    failed(handling, cause);
    throw cause;
  }
}

function succeeded({ options, envelope, key, span, startedAt }: Handling, { outbox, report }: Plan): void {
  if (outbox.length > 0) options.store.published?.(key, envelope.id);
  span.end(undefined, span.isRecorded ? attributesOf(report) : undefined);
  options.onHandled?.(report, performance.now() - startedAt);
}

function failed({ options, envelope, span, startedAt }: Handling, cause: unknown): void {
  span.end(cause);
  options.onFailed?.(envelope, cause, performance.now() - startedAt);
}

function openSpan(tracer: Tracer, envelope: EventEnvelope): OpenSpan {
  if (tracer === NOOP_TRACER) return startSpan(tracer, '', envelope.trace);
  const { id, key, trace, payload } = envelope;
  const own = ownTraceOf(brandKey(key));
  // What another session's trace has led to stays in the trace of its own session.
  const isElsewhere = own !== undefined && trace !== undefined && !isSameTrace(own, trace);
  const [parent, cause] = isElsewhere ? [own, trace] : [trace ?? own, undefined];
  const attributes = () => ({ 'stoxgate.event': payload.type, ...sessionAttributes(key) });
  return startSpan(tracer, `step ${payload.type}`, parent, attributes, { about: id, cause });
}

const attributesOf = ({ outcome, before, after }: StepReport): Attributes => ({
  'stoxgate.outcome': outcome,
  ...recordAttributes(after ?? before),
});

/**
 * What other sessions are told is on the bus before anything leaves: the answer to that may be theirs, such as the NOTIFY that
 * follows a SUBSCRIBE at once.
 */
function publish(options: RunnerOptions, outbox: readonly Outgoing[]): Promise<unknown> {
  const told = publishThose(options, outbox, true);
  return told === DONE
    ? publishThose(options, outbox, false)
    : told.then(() => publishThose(options, outbox, false));
}

/** The events or the commands, all at once: the bus keeps those of one session and subject in order. */
function publishThose(
  options: RunnerOptions,
  outbox: readonly Outgoing[],
  areEvents: boolean,
): Promise<unknown> {
  const waiting: Promise<void>[] = [];
  for (const outgoing of outbox) {
    if (isEventEnvelope(outgoing.envelope) !== areEvents) continue;
    const published = publishOne(options, outgoing);
    if (published !== DONE) waiting.push(published);
  }
  return waiting.length === 0 ? DONE : Promise.all(waiting);
}

const publishOne = (options: RunnerOptions, outgoing: Outgoing): Promise<void> =>
  isEventEnvelope(outgoing.envelope)
    ? notify(options, outgoing)
    : options.bus.publish(outgoing.subject, outgoing.envelope);

/**
 * A message to another session may be for the very subject that this handler keeps from draining: when that is full,
 * waiting for room would never end. So it goes on in the background after a moment.
 */
function notify(options: RunnerOptions, { subject, envelope }: Outgoing): Promise<void> {
  const sent = options.bus.publish(subject, envelope, NOTIFY_TIMEOUT_MS);
  return sent === DONE ? DONE : notified(options, envelope, sent);
}

async function notified(options: RunnerOptions, envelope: Envelope, sent: Promise<void>): Promise<void> {
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
