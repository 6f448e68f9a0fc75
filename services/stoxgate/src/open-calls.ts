import type { Bus } from '@stoxgate/bus';
import { type EdgeId, eventSubjectOf, LIVE_CALLS_INDEX, type SessionKey } from '@stoxgate/contracts';
import { type GroupMember, type Logger, randomId } from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';

const LOOK_EVERY_MS = 250;
const TELL_EVERY_MS = 5_000;
const SHOWN = 5;
/** So long before the end the calls that are left are ended; of a short time a quarter. */
const ENDING_MS = 2_000;
const PAGE = 100;

export interface OpenCallsOptions {
  readonly store: Pick<SessionStore, 'find'>;
  readonly bus: Pick<Bus, 'publish'>;
  readonly edgeId: EdgeId;
  readonly log: Logger;
}

/**
 * Calls in a store that ends with this process: the drain waits for them, names some every five seconds, and ends those that
 * are left shortly before its time is over. Calls in Redis go on with another process, so nobody waits for those.
 */
export const openCalls = (options: OpenCallsOptions): GroupMember => ({
  name: 'calls',
  readiness: () => ({}),
  drain: async (timeoutMs) => {
    const { store, log } = options;
    const deadline = performance.now() + timeoutMs;
    const endingAt = deadline - Math.min(ENDING_MS, timeoutMs / 4);
    let toldAt = Number.NEGATIVE_INFINITY;
    let areEnding = false;
    for (;;) {
      const calls = await store.find(LIVE_CALLS_INDEX, SHOWN);
      const now = performance.now();
      if (calls.length === 0 || now >= deadline) return;
      if (!areEnding && now >= endingAt) {
        areEnding = true;
        await endAll(options);
      } else if (now - toldAt >= TELL_EVERY_MS) {
        log.info({ calls, secondsLeft: Math.round((deadline - now) / 1000) }, 'waiting for calls to end');
        toldAt = now;
      }
      const next = areEnding ? deadline : endingAt;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.min(LOOK_EVERY_MS, next - now))));
    }
  },
  stop: async () => {},
});

/** BYE and session-terminate for every call: else both sides would talk to nobody. */
async function endAll({ store, bus, edgeId, log }: OpenCallsOptions): Promise<void> {
  let after: SessionKey | undefined;
  let calls = 0;
  for (;;) {
    const page = await store.find(LIVE_CALLS_INDEX, PAGE, after);
    for (const key of page) {
      const head = { v: 1, id: randomId(), key, edge: edgeId, at: Date.now() } as const;
      await bus.publish(eventSubjectOf(key), { ...head, payload: { type: 'call.end.requested' } });
    }
    calls += page.length;
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  log.warn({ calls }, 'calls are ended: the time to drain is over');
}
