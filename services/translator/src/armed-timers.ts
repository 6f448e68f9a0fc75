/** Timers that run, by name: when each is due, ms since the epoch. */
export type ArmedTimers = Readonly<Record<string, number>>;

/** `armed` after `changes`: name → new time, or undefined for one that runs no more. */
export function changeTimers(
  armed: ArmedTimers,
  changes: ReadonlyMap<string, number | undefined>,
): ArmedTimers {
  if (changes.size === 0) return armed;
  // Built anew: an object that properties were deleted from is several times as large and slow.
  const next: Record<string, number> = {};
  for (const name of Object.keys(armed)) {
    const dueAt = armed[name];
    if (dueAt !== undefined && !changes.has(name)) next[name] = dueAt;
  }
  for (const [name, dueAt] of changes) {
    if (dueAt !== undefined) next[name] = dueAt;
  }
  return next;
}
