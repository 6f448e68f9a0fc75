export interface EventLoopWatch {
  /** How late the event loop runs, ms: the delay of the last tick, or how long the present one is overdue. */
  lagMs(): number;
  stop(): void;
}

/** Measures how late a timer of `intervalMs` comes. Keeps no process alive. */
export function watchEventLoop(
  intervalMs = 500,
  now: () => number = () => performance.now(),
): EventLoopWatch {
  let last = now();
  let lag = 0;
  const timer = setInterval(() => {
    const at = now();
    lag = Math.max(0, at - last - intervalMs);
    last = at;
  }, intervalMs);
  timer.unref();
  return {
    lagMs: () => Math.max(lag, now() - last - intervalMs),
    stop: () => clearInterval(timer),
  };
}
