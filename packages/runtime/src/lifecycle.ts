/**
 * The life of the process: runs until a signal, drains, ends. It never hangs.
 */
import { StoxgateError } from '@stoxgate/contracts';
import type { Logger } from 'pino';

/** What of `process` is used, so that tests need no real one. */
export interface ProcessPort {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
  exit(code: number): void;
}

export interface Life {
  /** Unready from the moment it is called. */
  drain(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Time for stopping after the drain, before the process is ended all the same. */
const GRACE_MS = 15_000;

/**
 * Resolves to the exit code once a first SIGTERM or SIGINT has drained and stopped `life`. A second signal ends the
 * process at once with 1.
 */
export function runUntilSignal(
  life: Life,
  drainTimeoutMs: number,
  log: Logger,
  port: ProcessPort,
): Promise<number> {
  return new Promise((resolve) => {
    let isEnding = false;
    const end = async (guard: NodeJS.Timeout): Promise<void> => {
      await life.drain(drainTimeoutMs);
      await life.stop();
      clearTimeout(guard);
      for (const signal of SIGNALS) port.off(signal, onSignal);
      log.info('stopped');
      resolve(0);
    };
    const onSignal = (signal: unknown): void => {
      if (isEnding) {
        log.warn({ signal }, 'second signal: ending at once');
        port.exit(1);
        return;
      }
      isEnding = true;
      log.info({ signal, drainTimeoutMs }, 'draining');
      const guard = setTimeout(() => {
        log.fatal('still not stopped: ending');
        port.exit(1);
      }, drainTimeoutMs + GRACE_MS);
      end(guard.unref()).catch((err: unknown) => endOfBug(err, log, port));
    };
    for (const signal of SIGNALS) port.on(signal, onSignal);
  });
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
