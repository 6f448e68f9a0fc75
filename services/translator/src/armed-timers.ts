/** Timers that run, by name: when each is due, ms since the epoch. */
export type ArmedTimers = Readonly<Record<string, number>>;

/** A timer that is to run, or no more. */
export interface TimerChange {
  readonly name: string;
  /** Ms since the epoch; undefined: it runs no more. */
  readonly dueAt: number | undefined;
}

/** A step changes a timer or two: lists of them, a name in each once, are smaller than maps, and found through as fast. */
export type TimerChanges = readonly TimerChange[];

/** `changes` with one more, which takes the place of another of its name. */
export function withChange(changes: TimerChanges, change: TimerChange): TimerChanges {
  if (changes.length === 0) return [change];
  const known = changes.findIndex(({ name }) => name === change.name);
  return known === -1 ? [...changes, change] : changes.with(known, change);
}

/** Whether `changes` say something of a timer. */
export function isChanged(changes: TimerChanges, timer: string): boolean {
  for (const { name } of changes) if (name === timer) return true;
  return false;
}

/** `armed` after `changes`. */
export function changeTimers(armed: ArmedTimers, changes: TimerChanges): ArmedTimers {
  if (changes.length === 0) return armed;
  // Built anew: an object that properties were deleted from is several times as large and slow.
  const next: Record<string, number> = {};
  for (const name in armed) {
    const dueAt = armed[name];
    if (dueAt !== undefined && !isChanged(changes, name)) next[name] = dueAt;
  }
  for (const { name, dueAt } of changes) {
    if (dueAt !== undefined) next[name] = dueAt;
  }
  return next;
}
