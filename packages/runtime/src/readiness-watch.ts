import type { Logger } from 'pino';
import type { Readiness } from './readiness.ts';

const PATIENCE_MS = 10_000;

/**
 * Tells the log when the process becomes ready and when it ceases to be; once, with the reasons, when it stays unready
 * for ten seconds. Keeps no process alive.
 * @returns a function that ends the watch.
 */
export function watchReadiness(read: () => Readiness, log: Logger, intervalMs = 100): () => void {
  let wasReady: boolean | undefined;
  let unreadySince = Date.now();
  let isTold = false;
  const look = (): void => {
    const { state, parts } = read();
    if (state === 'draining') return;
    const isReady = state !== 'not ready';
    if (isReady && wasReady !== true) log.info('ready');
    if (!isReady && wasReady === true) log.warn({ faults: faultsIn(parts) }, 'no longer ready');
    if (isReady !== wasReady) {
      unreadySince = Date.now();
      isTold = false;
    }
    if (!isReady && !isTold && Date.now() - unreadySince >= PATIENCE_MS) {
      log.warn({ faults: faultsIn(parts) }, 'not ready for ten seconds');
      isTold = true;
    }
    wasReady = isReady;
  };
  look();
  const timer = setInterval(look, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

const faultsIn = (parts: Readiness['parts']): Record<string, string> =>
  Object.fromEntries(Object.entries(parts).filter(([, fault]) => fault !== 'ok'));
