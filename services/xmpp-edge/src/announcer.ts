/**
 * Tells the core, user by user, that the link is open: XEP-0114 servers forget what presence a component sent. The users
 * are those that the store's index names, read page by page with a pause after each, so that a restart with many of them
 * is no storm. A link that closes ends the walk; the next one begins anew.
 */
import { contactsIndex, type Event, type SessionKey } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';

export interface AnnouncerOptions {
  /** The component as configured. */
  readonly domain: string;
  /** The same as prepared for JIDs. */
  readonly normalDomain: string;
  readonly store: Pick<SessionStore, 'find'>;
  /** False when the bus did not take the event in time; never rejects. */
  readonly publish: (key: SessionKey, event: Event) => Promise<boolean>;
  readonly log: Logger;
  /** Between two pages, and before what failed is tried again. */
  readonly pauseMs: number;
}

const PAGE = 50;

interface Walk {
  isOver: boolean;
  wake: () => void;
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  #walk: Walk | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  online(): void {
    this.offline();
    const walk: Walk = { isOver: false, wake: () => {} };
    this.#walk = walk;
    this.#run(walk).catch((err: unknown) => {
      this.#options.log.error({ err, domain: this.#options.domain }, 'contacts are not announced');
    });
  }

  offline(): void {
    if (this.#walk === undefined) return;
    this.#walk.isOver = true;
    this.#walk.wake();
    this.#walk = undefined;
  }

  async #run(walk: Walk): Promise<void> {
    const { domain, normalDomain, store, log, pauseMs } = this.#options;
    const index = contactsIndex(normalDomain);
    let after: SessionKey | undefined;
    let users = 0;
    while (!walk.isOver) {
      const page = await store.find(index, PAGE, after).catch((err: unknown) => {
        log.warn({ err, domain }, 'contacts wait for the store to be announced');
        return undefined;
      });
      for (const key of page ?? []) {
        if (walk.isOver || !(await this.#tell(walk, key))) return;
        after = key;
        users++;
      }
      if (page !== undefined && page.length < PAGE) break;
      await pause(walk, pauseMs);
    }
    if (users > 0) log.info({ domain, users }, 'contacts announced');
  }

  /** False when the walk is over. */
  async #tell(walk: Walk, key: SessionKey): Promise<boolean> {
    const { domain, publish, pauseMs } = this.#options;
    const event: Event = { type: 'xmpp.link.opened', domain };
    while (!walk.isOver) {
      if (await publish(key, event)) return true;
      await pause(walk, pauseMs);
    }
    return false;
  }
}

const pause = (walk: Walk, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    walk.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
