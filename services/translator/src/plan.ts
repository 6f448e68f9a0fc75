/**
 * What one event comes to, given what is stored of its session: what to commit and what to publish after it.
 */
import { brandKey, type EventEnvelope } from '@stoxgate/contracts';
import type { Commit, StoredSession } from '@stoxgate/store';
import {
  type ArmedTimers,
  changeTimers,
  isChanged,
  type TimerChange,
  type TimerChanges,
} from './armed-timers.ts';
import { dispatch, type Outgoing } from './outbox.ts';
import type { Session } from './session.ts';
import { indexesOf } from './session-facts.ts';
import type { Dropped, Step, StepFunction } from './step.ts';

/** duplicate: applied before. stale: a timer that was moved or cleared. unchanged: nothing came of it. */
export type Outcome = 'applied' | 'unchanged' | 'duplicate' | 'stale';

export interface StepReport {
  readonly envelope: EventEnvelope;
  readonly outcome: Outcome;
  /** Session before and after; both undefined unless applied. What the newest event has made of it, also when that comes again. */
  readonly before: Session | undefined;
  readonly after: Session | undefined;
  /** When what began the record happened, ms since the epoch. */
  readonly startedAt: number;
  readonly at: number;
  /** What the step let go without a word. */
  readonly dropped?: Dropped | undefined;
}

export interface Plan {
  /** Undefined: there is nothing to commit. */
  readonly commit: Commit | undefined;
  readonly outbox: readonly Outgoing[];
  readonly report: StepReport;
}

export interface Planner {
  readonly step: StepFunction;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** This process. */
  readonly edgeId: string;
}

/** What is stored of a session: the core's state, and the timers that are armed for it. */
interface SessionRecord {
  readonly session: Session;
  readonly timers: ArmedTimers;
  readonly startedAt: number;
}

const NOT_ARMED: ArmedTimers = {};
const NO_CHANGES: Commit['timers'] = { set: [], clear: [] };
const NOTHING: readonly never[] = [];

/** Steps the core. `trace` goes along with what is published. Throws what the step throws, which is a bug. */
export function planFor(
  planner: Planner,
  envelope: EventEnvelope,
  stored: StoredSession,
  trace: string | undefined,
): Plan {
  if (stored.recentEventIds.includes(envelope.id)) {
    // Strict order: only the newest can be unpublished, and only its outbox is kept.
    const isNewest = stored.recentEventIds[0] === envelope.id;
    const plan = withoutEffect(envelope, 'duplicate', isNewest ? (stored.outbox as Outgoing[]) : NOTHING);
    const known = isNewest ? (stored.record as SessionRecord | undefined) : undefined;
    if (known === undefined) return plan;
    const { session: after, startedAt } = known;
    return { ...plan, report: { ...plan.report, after, startedAt, at: planner.now() } };
  }
  const record = stored.record as SessionRecord | undefined;
  if (isStale(envelope, record)) return withoutEffect(envelope, 'stale');
  const key = brandKey(envelope.key);
  const at = planner.now();
  const step = planner.step(record?.session, {
    key,
    now: at,
    eventId: envelope.id,
    edge: envelope.edge,
    event: envelope.payload,
  });
  const { dropped } = step;
  if (isNothing(envelope, record, step)) {
    const plan = withoutEffect(envelope, 'unchanged');
    return dropped === undefined ? plan : { ...plan, report: { ...plan.report, dropped } };
  }
  const origin = { key, eventId: envelope.id, edge: planner.edgeId, at, trace };
  const { outbox, timers } = dispatch(origin, step.commands);
  const changes = withFired(envelope, timers);
  const startedAt = record?.startedAt ?? Math.min(at, envelope.at);
  const { session } = step;
  return {
    commit: {
      key,
      eventId: envelope.id,
      expectedRevision: stored.revision,
      record: session && { session, timers: changeTimers(record?.timers ?? NOT_ARMED, changes), startedAt },
      outbox,
      timers: session === undefined ? NO_CHANGES : listed(changes),
      indexes: session === undefined ? NOTHING : indexesOf(session),
      now: at,
    },
    outbox,
    report: { envelope, outcome: 'applied', before: record?.session, after: session, startedAt, at, dropped },
  };
}

const withoutEffect = (
  envelope: EventEnvelope,
  outcome: Outcome,
  outbox: readonly Outgoing[] = NOTHING,
): Plan => ({
  commit: undefined,
  outbox,
  report: { envelope, outcome, before: undefined, after: undefined, startedAt: 0, at: 0 },
});

/** A timer that the session no longer has armed for that time. */
function isStale({ payload }: EventEnvelope, record: SessionRecord | undefined): boolean {
  return payload.type === 'timer.fired' && record?.timers[payload.name] !== payload.dueAt;
}

/** A fired timer is always committed: it must be disarmed. */
const isNothing = (envelope: EventEnvelope, record: SessionRecord | undefined, step: Step): boolean =>
  step.commands.length === 0 && step.session === record?.session && envelope.payload.type !== 'timer.fired';

/** With the timer that fired among the cleared ones, unless it was set again. */
const withFired = ({ payload }: EventEnvelope, timers: TimerChanges): TimerChanges =>
  payload.type !== 'timer.fired' || isChanged(timers, payload.name)
    ? timers
    : [{ name: payload.name, dueAt: undefined }, ...timers];

const isSet = (change: TimerChange): change is TimerChange & { readonly dueAt: number } =>
  change.dueAt !== undefined;

const areSet = (changes: TimerChanges): changes is readonly (TimerChange & { readonly dueAt: number })[] =>
  changes.every(isSet);

function listed(changes: TimerChanges): Commit['timers'] {
  if (changes.length === 0) return NO_CHANGES;
  if (areSet(changes)) return { set: changes, clear: NOTHING };
  const clear = changes.filter((change) => !isSet(change)).map(({ name }) => name);
  return { set: changes.filter(isSet), clear };
}
