/**
 * Takes due timers out of the store and publishes their events, until stopped. Needs no lock: a timer is leased to one
 * taker at a time, and a repeated event is recognised by its id. So any number of these loops may run.
 */
import type { Bus } from '@stoxgate/bus';
import { type EdgeId, eventSubjectOf, ownTraceOf } from '@stoxgate/contracts';
import {
  NOOP_TRACER,
  type OpenSpan,
  type ServiceContext,
  sessionAttributes,
  startSpan,
} from '@stoxgate/runtime';
import type { DueTimer, SessionStore } from '@stoxgate/store';
import { timerEvent, timerEventId } from './timer-event.ts';

export interface TimerLoopOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly store: Pick<SessionStore, 'takeDueTimers' | 'nextTimerAt'>;
  readonly edgeId: EdgeId;
  readonly tracer: ServiceContext['tracer'];
  /** A timer's event is on the bus. */
  readonly onFired: (timer: DueTimer, latenessMs: number, traceparent: string | undefined) => void;
  /** Called at the first failure of store or bus in a row. */
  readonly onTrouble: (cause: unknown) => void;
}

export interface TimerLoop {
  /** What keeps timers from firing, or undefined. */
  fault(): string | undefined;
  /** Takes no more timers; resolves when those in hand are published or `timeoutMs` passed. */
  stop(timeoutMs: number): Promise<void>;
}

const MOST_IN_HAND = 256;
const LEASE_MS = 10_000;
/** Within the lease: until it ends nobody else gets the timer, and after it the store gives it again. */
const PUBLISH_TIMEOUT_MS = 9_000;
/** A timer that is set meanwhile, by whatever process, is at most so much late. */
const LONGEST_SLEEP_MS = 100;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5000;

function openSpan(tracer: ServiceContext['tracer'], timer: DueTimer): OpenSpan {
  if (tracer === NOOP_TRACER) return startSpan(tracer, '', undefined);
  const { key, name } = timer;
  const attributes = () => ({ ...sessionAttributes(key), 'stoxgate.timer': name });
  return startSpan(tracer, 'timer', ownTraceOf(key), attributes, { about: timerEventId(timer) });
}

export function startTimerLoop(options: TimerLoopOptions): TimerLoop {
  const { bus, store, edgeId } = options;
  const inHand = new Set<Promise<void>>();
  let storeFailures = 0;
  const faults: { store?: string; bus?: string } = {};
  let isRunning = true;
  let wake = (): void => {};

  function failed(part: 'store' | 'bus', cause: unknown): void {
    if (faults[part] === undefined) options.onTrouble(cause);
    faults[part] = cause instanceof Error ? cause.message : String(cause);
  }

  /** Never rejects: what could not be published comes again when its lease ends. */
  async function publish(timer: DueTimer): Promise<void> {
    const span = openSpan(options.tracer, timer);
    try {
      const event = timerEvent(timer, edgeId, Date.now(), span.traceparent);
      await bus.publish(eventSubjectOf(timer.key), event, PUBLISH_TIMEOUT_MS);
      span.end();
      delete faults.bus;
      options.onFired(timer, Math.max(0, Date.now() - timer.dueAt), span.traceparent);
    } catch (cause) {
      span.end(cause);
      failed('bus', cause);
    }
  }

  function take(timer: DueTimer): void {
    const publishing = publish(timer).finally(() => inHand.delete(publishing));
    inHand.add(publishing);
  }

  /** One round; how long to sleep after it. A full subject holds up the timers of no other. */
  async function round(): Promise<number> {
    const room = MOST_IN_HAND - inHand.size;
    if (room === 0) return LONGEST_SLEEP_MS;
    // One question to each partition, and mostly the answer is that nothing is due.
    const nextAt = (await store.nextTimerAt()) ?? Number.POSITIVE_INFINITY;
    const now = Date.now();
    if (nextAt > now) return Math.min(nextAt - now, LONGEST_SLEEP_MS);
    const due = await store.takeDueTimers(now, room, LEASE_MS);
    for (const timer of due) take(timer);
    // Another loop was faster.
    return due.length > 0 ? 0 : 1;
  }

  async function roundOrBackoff(): Promise<number> {
    try {
      const sleepMs = await round();
      storeFailures = 0;
      delete faults.store;
      return sleepMs;
    } catch (cause) {
      failed('store', cause);
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(storeFailures++, 10), LONGEST_BACKOFF_MS);
      return backoffMs * (0.5 + Math.random() / 2);
    }
  }

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function loop(): Promise<void> {
    while (isRunning) {
      const sleepMs = await roundOrBackoff();
      if (isRunning) await sleep(sleepMs);
    }
    await Promise.all(inHand);
  }

  const ended = loop();
  return {
    fault: () => faults.store ?? faults.bus,
    stop: async (timeoutMs) => {
      isRunning = false;
      wake();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([ended, late]);
      clearTimeout(timer);
    },
  };
}
