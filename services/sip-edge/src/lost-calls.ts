/**
 * Tells calls that the SIP edge is gone which waited for the answer to their INVITE. Whatever it saw of one is lost, so the
 * call ends with a reason instead of ringing on. Edges that live tell the same twice, which changes nothing.
 */
import { type Event, type SessionKey, sipEdgeIndex } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';

const PAGE = 100;

export interface LostCallsOptions {
  readonly store: Pick<SessionStore, 'find'>;
  /** False when the bus did not take the event; never rejects. */
  readonly publish: (key: SessionKey, event: Event) => Promise<boolean>;
  readonly log: Logger;
}

/** Tells every call of `edge`. Never rejects: what cannot be told ends by the call's own timer. */
export async function tellLostCalls(options: LostCallsOptions, edge: string): Promise<void> {
  const { store, publish, log } = options;
  const event: Event = { type: 'sip.edge.lost', edge };
  let calls = 0;
  let after: SessionKey | undefined;
  try {
    for (;;) {
      const page = await store.find(sipEdgeIndex(edge), PAGE, after);
      await Promise.all(page.map((key) => publish(key, event)));
      calls += page.length;
      after = page.at(-1);
      if (page.length < PAGE) break;
    }
  } catch (err) {
    log.warn({ err, edge, calls }, 'calls of a SIP edge that is gone are not told');
    return;
  }
  if (calls > 0) log.warn({ edge, calls }, 'a SIP edge is gone: calls that rang through it end');
}
