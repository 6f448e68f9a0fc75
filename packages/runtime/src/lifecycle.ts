/**
 * The life of the process: runs until a signal, drains, ends. It never hangs.
 */
import { StoxgateError } from '@stoxgate/contracts';
import type { Logger } from 'pino';

/** What of `process` is used, so that tests need no real one. */
export interface ProcessPort {
  readonly ppid: number;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
  exit(code: number): void;
}

export interface Life {
  /** Unready from the moment it is called. */
  drain(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

export interface LifeOptions {
  readonly drainTimeoutMs: number;
  readonly log: Logger;
  readonly port: ProcessPort;
  /**
   * Started by npm or npx. It hands on a Ctrl-C that the terminal has sent to this process already, and may end without
   * ending its child: so a signal that is repeated at once counts once, and an end of the parent is a signal.
   */
  readonly isNpmChild: boolean;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Time for stopping after the drain, before the process is ended all the same. */
const GRACE_MS = 15_000;
const ECHO_MS = 250;
const PARENT_EVERY_MS = 500;

/**
 * Resolves to the exit code once a first SIGTERM or SIGINT has drained and stopped `life`. A second signal ends the
 * process at once with 1.
 */
export function runUntilSignal(life: Life, options: LifeOptions): Promise<number> {
  const { drainTimeoutMs, log, port, isNpmChild } = options;
  return new Promise((resolve) => {
    let endingSince: number | undefined;
    const end = async (guard: NodeJS.Timeout): Promise<void> => {
      await life.drain(drainTimeoutMs);
      await life.stop();
      clearTimeout(guard);
      for (const signal of SIGNALS) port.off(signal, onSignal);
      log.info('stopped');
      resolve(0);
    };
    const begin = (cause: unknown): void => {
      endingSince = performance.now();
      unwatch();
      log.info({ cause, drainTimeoutMs }, 'draining');
      const guard = setTimeout(() => {
        log.fatal('still not stopped: ending');
        port.exit(1);
      }, drainTimeoutMs + GRACE_MS);
      end(guard.unref()).catch((err: unknown) => endOfBug(err, log, port));
    };
    const onSignal = (signal: unknown): void => {
      if (endingSince === undefined) {
        begin(signal);
      } else if (!isNpmChild || performance.now() - endingSince > ECHO_MS) {
        log.warn({ cause: signal }, 'second signal: ending at once');
        port.exit(1);
      }
    };
    const unwatch = isNpmChild ? watchParent(port, () => begin('npm ended')) : (): void => {};
    for (const signal of SIGNALS) port.on(signal, onSignal);
  });
}

/**
 * SIGTERM or SIGINT ends the process at once with 0: what has not begun to serve has nothing to finish. As the first process of
 * a container it would not end otherwise: the kernel drops a signal that such a process does not handle.
 * @returns a function that undoes it.
 */
export function endOnSignal(port: ProcessPort): () => void {
  const onSignal = (): void => port.exit(0);
  for (const signal of SIGNALS) port.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) port.off(signal, onSignal);
  };
}

/** Calls `onEnd` once the process that started this one is gone. Keeps no process alive. */
function watchParent(port: ProcessPort, onEnd: () => void): () => void {
  const parent = port.ppid;
  const timer = setInterval(() => {
    if (port.ppid !== parent) onEnd();
  }, PARENT_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * An error that nobody caught is a bug: it is logged and the process ends with 1, for its supervisor to start it anew.
 * @returns a function that undoes it.
 */
export function endOnBugs(log: Logger, port: ProcessPort): () => void {
  const onError = (error: unknown): void => endOfBug(error, log, port);
  port.on('uncaughtException', onError);
  port.on('unhandledRejection', onError);
  return () => {
    port.off('uncaughtException', onError);
    port.off('unhandledRejection', onError);
  };
}

function endOfBug(cause: unknown, log: Logger, port: ProcessPort): void {
  const detail = cause instanceof Error ? `${cause.name}: ${cause.message}.` : `${String(cause)}.`;
  log.fatal({ err: cause }, new StoxgateError('STOX_INTERNAL', `Nobody caught ${detail}`).message);
  port.exit(1);
}
