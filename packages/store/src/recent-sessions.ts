import type { SessionKey } from '@stoxgate/contracts';
import { type Commit, RECENT_EVENTS, type StoredSession } from './port.ts';

/** Sessions of a generation; two are kept. */
const GENERATION = 2000;
/** So often in a row a load must show nothing new before what is known is believed again. */
const PROOFS = 8;

/**
 * What this process last saw of the sessions it works on: what it wrote a moment ago it need not ask for. It may be old, which the
 * commit shows. Where several processes share the sessions it mostly is, and nothing is recalled.
 */
export class RecentSessions {
  #young = new Map<SessionKey, StoredSession>();
  #old = new Map<SessionKey, StoredSession>();
  #proofs = PROOFS;

  /** The session as it was, unless that has lately been wrong. */
  recall(key: SessionKey): StoredSession | undefined {
    return this.#proofs < PROOFS ? undefined : this.#find(key);
  }

  /** The newest event of the session at `revision`; undefined when that is not known. */
  newestEventAt(key: SessionKey, revision: number): string | undefined {
    const known = this.#find(key);
    return known?.revision === revision ? known.recentEventIds[0] : undefined;
  }

  loaded(key: SessionKey, stored: StoredSession): void {
    const known = this.#find(key);
    if (known !== undefined) this.#proofs = known.revision === stored.revision ? this.#proofs + 1 : 0;
    this.#put(key, stored);
  }

  committed({ key, eventId, expectedRevision, record, outbox }: Commit): void {
    const known = this.#find(key);
    if (known?.revision !== expectedRevision) {
      this.forget(key);
      return;
    }
    this.#put(key, {
      revision: expectedRevision + 1,
      record,
      recentEventIds: [eventId, ...known.recentEventIds.slice(0, RECENT_EVENTS - 1)],
      outbox,
    });
  }

  /** Another process was faster. */
  conflicted(key: SessionKey): void {
    if (this.#find(key) !== undefined) this.#proofs = 0;
    this.forget(key);
  }

  forget(key: SessionKey): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #find(key: SessionKey): StoredSession | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  #put(key: SessionKey, stored: StoredSession): void {
    this.#young.set(key, stored);
    if (this.#young.size < GENERATION) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
