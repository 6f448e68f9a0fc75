import { counter, histogram, type RunningService, type StartService } from '@stoxgate/runtime';
import { startTimerLoop } from './timer-loop.ts';

const STOP_TIMEOUT_MS = 2000;

/** Fires the timers of all sessions. Ready while taking and publishing them succeeds. */
export const startSessionStore: StartService = async ({
  bus,
  store,
  edgeId,
  log,
  meter,
  tracer,
}): Promise<RunningService> => {
  const fired = counter(meter, 'stoxgate_timers_fired_total');
  const lateness = histogram(meter, 'stoxgate_timer_lateness_seconds');
  const loop = startTimerLoop({
    bus,
    store,
    edgeId,
    tracer,
    onFired: ({ key, name }, latenessMs, traceparent) => {
      fired.add(1);
      lateness.record(latenessMs / 1000, undefined, traceparent);
      log.debug({ key, timer: name, latenessMs }, 'timer fired');
    },
    onTrouble: (err) => log.warn({ err }, 'timers cannot fire'),
  });
  return {
    name: 'session-store',
    readiness: () => ({ timers: loop.fault() }),
    /** Calls that drain still need their timers: the loop runs on until `stop`. */
    drain: async () => {},
    stop: () => loop.stop(STOP_TIMEOUT_MS),
  };
};
