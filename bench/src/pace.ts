import { setTimeout as delay } from 'node:timers/promises';

const TURN_MS = 1;

/**
 * Calls `act(i)` for i = 0 … count-1 at `ratePerSecond`, in a burst of what is due each millisecond. It sleeps between
 * bursts, so that its core is left to whoever else needs it.
 */
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
    await delay(TURN_MS);
  }
}
