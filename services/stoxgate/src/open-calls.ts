import { LIVE_CALLS_INDEX } from '@stoxgate/contracts';
import type { GroupMember, Logger } from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';

const LOOK_EVERY_MS = 250;
const TELL_EVERY_MS = 5_000;
const SHOWN = 5;

/**
 * Calls in a store that ends with this process: the drain waits for them, and names some every five seconds. Calls in
 * Redis go on with another process, so nobody waits for those.
 */
export const openCalls = (store: Pick<SessionStore, 'find'>, log: Logger): GroupMember => ({
  name: 'calls',
  readiness: () => ({}),
  drain: async (timeoutMs) => {
    const deadline = performance.now() + timeoutMs;
    let toldAt = Number.NEGATIVE_INFINITY;
    for (;;) {
      const calls = await store.find(LIVE_CALLS_INDEX, SHOWN);
      const now = performance.now();
      if (calls.length === 0 || now >= deadline) return;
      if (now - toldAt >= TELL_EVERY_MS) {
        log.info({ calls, secondsLeft: Math.round((deadline - now) / 1000) }, 'waiting for calls to end');
        toldAt = now;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, deadline - now)));
    }
  },
  stop: async () => {},
});
