/**
 * A bus, a store and an outside that outlive a translator process, and a process that dies where it is told to: for
 * tests of exactly-once effect. What is durable is a plain copy, so nothing of a dead process leaks into the next.
 */
import {
  brandKey,
  type Command,
  type Envelope,
  type Event,
  type EventEnvelope,
  eventSubjectOf,
} from '@stoxgate/contracts';
import { NOOP_TRACER } from '@stoxgate/runtime';
import { type Commit, RECENT_EVENTS, type SessionStore, type StoredSession } from '@stoxgate/store';
import { createRunner, type Outcome } from '../runner.ts';
import type { StepFunction } from '../step.ts';

export class Crash extends Error {
  override readonly name = 'Crash';
}

const copy = <Value>(value: Value): Value => structuredClone(value);
const EMPTY: StoredSession = { revision: 0, record: undefined, recentEventIds: [], outbox: [] };

/** The store's contract in its least words: compare-and-set, tombstones, timers. */
class DurableStore {
  readonly sessions = new Map<string, StoredSession>();
  readonly #before = new Map<string, StoredSession>();
  #recalled = 0;
  readonly timers = new Map<string, { key: string; name: string; dueAt: number }>();
  readonly indexes = new Map<string, readonly string[]>();

  load(key: string): StoredSession {
    return copy(this.sessions.get(key) ?? EMPTY);
  }

  /** In turn what is stored, what was stored before, and nothing: whoever recalls must bear it. */
  recall(key: string): StoredSession | undefined {
    const remembered = [this.sessions, this.#before][this.#recalled++ % 3]?.get(key);
    return remembered && copy(remembered);
  }

  commit(commit: Commit): 'committed' | 'conflict' {
    const known = this.sessions.get(commit.key) ?? EMPTY;
    if (known.revision !== commit.expectedRevision) return 'conflict';
    this.#before.set(commit.key, known);
    this.sessions.set(
      commit.key,
      copy({
        revision: known.revision + 1,
        record: commit.record,
        recentEventIds: [commit.eventId, ...known.recentEventIds].slice(0, RECENT_EVENTS),
        outbox: commit.outbox,
      }),
    );
    this.indexes.set(commit.key, commit.indexes);
    for (const [id, timer] of this.timers) {
      if (
        timer.key === commit.key &&
        (commit.record === undefined || commit.timers.clear.includes(timer.name))
      ) {
        this.timers.delete(id);
      }
    }
    for (const { name, dueAt } of commit.timers.set) {
      this.timers.set(`${commit.key} ${name}`, { key: commit.key, name, dueAt });
    }
    return 'committed';
  }
}

export interface CrashPlan {
  /** How many seams (before and after each load, commit, publish and acknowledgement) each process lives. */
  readonly lives: readonly number[];
}

export class CrashWorld {
  readonly store = new DurableStore();
  /** What edges received, each once, in order. */
  readonly effects: Command[] = [];
  readonly outcomes: Outcome[] = [];
  now = 1_000_000;
  processes = 0;
  seams = 0;
  readonly #step: StepFunction;
  readonly #lives: number[];
  readonly #events: EventEnvelope[] = [];
  readonly #seen = new Map<string, string>();
  #process: Process | undefined;
  readonly #react: (command: Command) => Event | undefined;

  /** `react`: what the outside does about a command, as an event of the same session. */
  constructor(
    step: StepFunction,
    plan: CrashPlan,
    react: (command: Command) => Event | undefined = () => undefined,
  ) {
    this.#step = step;
    this.#lives = [...plan.lives];
    this.#react = react;
  }

  publish(id: string, key: string, payload: Event): void {
    this.#events.push({ v: 1, id, key, edge: 'edge-1', at: 0, payload });
  }

  /** Handles all events, with a new process after each death. */
  async run(): Promise<void> {
    for (;;) {
      this.#process ??= this.#start();
      try {
        await this.#drain(this.#process);
        return;
      } catch (cause) {
        if (!(cause instanceof Crash)) throw cause;
        this.#process = undefined;
      }
    }
  }

  #start(): Process {
    this.processes++;
    return new Process(this, this.#step, this.#lives.shift() ?? Number.POSITIVE_INFINITY);
  }

  async #drain(process: Process): Promise<void> {
    for (;;) {
      const [event] = this.#events;
      if (event === undefined) return;
      await process.handle(copy(event));
      process.seam();
      this.#events.shift();
      process.seam();
    }
  }

  /** Fires every armed timer that is due, twice as a store may, and moves on to the events. */
  async fireTimers(now: number): Promise<void> {
    this.now = now;
    for (const { key, name, dueAt } of [...this.store.timers.values()]) {
      if (dueAt > now) continue;
      const fired: Event = { type: 'timer.fired', name, dueAt };
      this.publish(`t ${key} ${name} ${dueAt}`, key, fired);
      this.publish(`t again ${key} ${name} ${dueAt}`, key, fired);
    }
    await this.run();
  }

  /** The bus and the edges: each id counts once. */
  accept(subject: string, envelope: Envelope): void {
    const text = JSON.stringify(envelope.payload);
    const before = this.#seen.get(envelope.id);
    if (before !== undefined && before !== text) throw new Error(`two messages are called ${envelope.id}`);
    if (before !== undefined) return;
    this.#seen.set(envelope.id, text);
    if (subject === eventSubjectOf(brandKey(envelope.key))) {
      this.#events.push(copy(envelope) as EventEnvelope);
      return;
    }
    const command = copy(envelope.payload) as Command;
    this.effects.push(command);
    const reaction = this.#react(command);
    if (reaction !== undefined) this.publish(`reaction to ${envelope.id}`, envelope.key, reaction);
  }
}

/** One translator process. After its death nothing of it reaches the world. */
class Process {
  readonly handle: (envelope: Envelope) => Promise<void>;
  readonly #world: CrashWorld;
  #left: number;

  constructor(world: CrashWorld, step: StepFunction, lives: number) {
    this.#world = world;
    this.#left = lives;
    const store: Pick<SessionStore, 'load' | 'recall' | 'commit'> = {
      recall: (key) => world.store.recall(key),
      load: async (key) => this.#across(() => world.store.load(key)),
      commit: async (commit) => this.#across(() => world.store.commit(commit)),
    };
    this.handle = createRunner({
      bus: {
        publish: async (subject, envelope) => this.#across(() => world.accept(subject, copy(envelope))),
      },
      store,
      step,
      now: () => world.now,
      edgeId: `translator-${world.processes}`,
      tracer: NOOP_TRACER,
      onHandled: ({ outcome }) => world.outcomes.push(outcome),
    });
  }

  seam(): void {
    this.#world.seams++;
    if (this.#left <= 0) throw new Crash();
    this.#left--;
  }

  #across<Result>(work: () => Result): Result {
    this.seam();
    const result = work();
    this.seam();
    return result;
  }
}
