import { setImmediate as nextTurn } from 'node:timers/promises';

/** Calls `act(i)` for i = 0 … count-1 at `ratePerSecond`, catching up in bursts when a turn was late. */
export async function pace(
  count: number,
  ratePerSecond: number,
  act: (index: number) => void,
): Promise<void> {
  const start = performance.now();
  let next = 0;
  while (next < count) {
    const due = Math.min(count, Math.floor(((performance.now() - start) * ratePerSecond) / 1000) + 1);
    for (; next < due; next++) act(next);
    await nextTurn();
  }
}
