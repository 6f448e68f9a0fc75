/**
 * Says in the log that strangers come, once a minute for each of their domains.
 */
import { parseJid } from '@stoxgate/addressing';
import type { Logger } from '@stoxgate/runtime';

const QUIET_MS = 60_000;
const MAX_DOMAINS = 1000;

export class StrangerLog {
  readonly #log: Logger;
  readonly #now: () => number;
  /** Domain → when it was last logged. */
  readonly #logged = new Map<string, number>();

  /** @param now milliseconds, of any origin. */
  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** @param from the stranger's JID. */
  note(from: string): void {
    const domain = parseJid(from)?.domain ?? '';
    const now = this.#now();
    const last = this.#logged.get(domain);
    if (last !== undefined && now - last < QUIET_MS) return;
    if (this.#logged.size >= MAX_DOMAINS) this.#logged.clear();
    this.#logged.set(domain, now);
    this.#log.warn({ domain }, 'stanzas refused: their domain is not in xmpp.domains');
  }
}
