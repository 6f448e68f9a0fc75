/**
 * Services that live and die together. A stage needs the stages before it: started in order, drained and stopped in
 * reverse. Services of one stage drain at the same time.
 */
import type { Logger } from 'pino';
import type { RunningService } from './service.ts';

export type GroupMember = Pick<RunningService, 'readiness' | 'drain' | 'stop' | 'ports'> & {
  readonly name: string;
};

export type Stage = readonly (() => Promise<GroupMember>)[];

export interface ServiceGroup {
  /** Part → what is wrong with it, over all services. */
  readiness(): Readonly<Record<string, string | undefined>>;
  /** Configuration key → port listened on, over all services. */
  readonly ports: Readonly<Record<string, number>>;
  /** Waits for what is under way, at most `timeoutMs` in all. Never rejects. */
  drain(timeoutMs: number): Promise<void>;
  /** Frees everything; what fails or hangs is logged. Never rejects. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5_000;

/** Starts everything; when one start fails, stops what runs and rejects with its error. */
export async function startGroup(stages: readonly Stage[], log: Logger): Promise<ServiceGroup> {
  const running: GroupMember[][] = [];
  const stop = async (): Promise<void> => {
    for (const stage of running.toReversed()) {
      for (const service of stage.toReversed()) {
        await attempt(service.stop(), STOP_TIMEOUT_MS, log, `${service.name} did not stop`);
      }
    }
  };
  try {
    for (const stage of stages) {
      const started: GroupMember[] = [];
      running.push(started);
      for (const start of stage) started.push(await start());
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    readiness: () => Object.assign({}, ...running.flat().map((service) => service.readiness())),
    ports: Object.assign({}, ...running.flat().map((service) => service.ports ?? {})),
    drain: (timeoutMs) => drainStages(running.toReversed(), timeoutMs, log),
    stop,
  };
}

async function drainStages(
  stages: readonly (readonly GroupMember[])[],
  timeoutMs: number,
  log: Logger,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const stage of stages) {
    const left = Math.max(0, deadline - performance.now());
    const drains = stage.map((service) =>
      attempt(service.drain(left), left, log, `${service.name} did not drain in time`),
    );
    await Promise.all(drains);
  }
}

/** Waits for `work` at most `timeoutMs`; failure and lateness are logged as `what`. */
async function attempt(work: Promise<void>, timeoutMs: number, log: Logger, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  try {
    if ((await Promise.race([work, late])) === 'late') log.warn({ timeoutMs }, what);
  } catch (err) {
    log.warn({ err }, what);
  } finally {
    clearTimeout(timer);
  }
}
