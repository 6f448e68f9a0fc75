/**
 * One rtpengine: asks it, and knows from what comes back, and from pings, whether it is there.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@stoxgate/runtime';
import { type AskOptions, NgClient, type NgOutcome } from './ng/ng-client.ts';
import type { NgRequest } from './ng/ng-message.ts';
import type { RelayAddress } from './ng/relay-address.ts';
import type { MediaTiming } from './timing.ts';

export class Relay {
  /** As it stands in the configuration. */
  readonly name: string;
  readonly #client: NgClient;
  readonly #timing: MediaTiming;
  readonly #log: Logger;
  readonly #pings: NodeJS.Timeout;
  /** Undefined until it was asked something. */
  #isUp: boolean | undefined;
  #repliedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(name: string, address: RelayAddress, timing: MediaTiming, log: Logger) {
    this.name = name;
    this.#client = new NgClient(address);
    this.#timing = timing;
    this.#log = log;
    this.#pings = setInterval(() => void this.ping(), timing.pingEveryMs);
  }

  get isUp(): boolean {
    return this.#isUp === true;
  }

  /** Never rejects. */
  async ask(cookie: string, request: NgRequest, options: AskOptions): Promise<NgOutcome> {
    const askedAt = performance.now();
    const outcome = await this.#client.ask(cookie, request, options);
    if (outcome.kind === 'reply') {
      this.#repliedAt = performance.now();
      this.#is(true);
    } else if (outcome.kind === 'silent' && this.#repliedAt < askedAt) {
      this.#is(false);
    }
    return outcome;
  }

  /** Asks whether it is there. */
  async ping(): Promise<void> {
    const { budgetMs } = this.#timing;
    const outcome = await this.ask(`ping-${randomUUID()}`, { command: 'ping' }, { budgetMs });
    if (outcome.kind === 'silent' && !this.#isClosed) this.#client.reopen();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#pings);
    this.#client.close();
  }

  #is(isUp: boolean): void {
    if (this.#isUp === isUp || this.#isClosed) return;
    this.#isUp = isUp;
    if (isUp) this.#log.info({ relay: this.name }, 'media relay answers');
    else this.#log.warn({ relay: this.name }, 'media relay does not answer');
  }
}
