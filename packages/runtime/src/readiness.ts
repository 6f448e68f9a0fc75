/**
 * Whether this process can take work; what /readyz tells.
 */
export type ReadinessState = 'ready' | 'not ready' | 'draining' | 'overloaded';

export interface Readiness {
  readonly state: ReadinessState;
  /** Part → `ok`, or what is wrong with it. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface ReadinessSources {
  /** Part → what is wrong with it, or undefined. */
  readonly parts: () => Readonly<Record<string, string | undefined>>;
  readonly isDraining: () => boolean;
  readonly lagMs: () => number;
  readonly backlog: () => number;
  readonly maxBacklog: number;
}

/** From here on the event loop is too late for SIP timers: T1 is 500 ms (RFC 3261 §17.1.1.1). */
const MAX_LAG_MS = 250;

/** A part that is wrong weighs more than load; draining more than both. */
export function readinessOf(sources: ReadinessSources): Readiness {
  const faults = sources.parts();
  const parts: Record<string, string> = {};
  for (const [part, fault] of Object.entries(faults)) parts[part] = fault ?? 'ok';
  const load = overload(sources);
  if (load !== undefined) parts.load = load;
  if (sources.isDraining()) return { state: 'draining', parts };
  if (Object.values(faults).some((fault) => fault !== undefined)) return { state: 'not ready', parts };
  return { state: load === undefined ? 'ready' : 'overloaded', parts };
}

function overload({ lagMs, backlog, maxBacklog }: ReadinessSources): string | undefined {
  const lag = lagMs();
  if (lag > MAX_LAG_MS) return `the event loop is ${Math.round(lag)} ms late`;
  const waiting = backlog();
  return waiting >= maxBacklog ? `${waiting} messages wait on the bus` : undefined;
}
