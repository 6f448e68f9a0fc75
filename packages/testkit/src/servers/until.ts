import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 100;

/** Waits until `test` gives true; rejects with `what` after `timeoutMs` (10 s). */
export async function until(what: string, test: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await test())) {
    if (Date.now() > deadline) throw new Error(`${what} after ${timeoutMs} ms`);
    await delay(EVERY_MS);
  }
}
