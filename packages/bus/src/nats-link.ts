import { StoxgateError } from '@stoxgate/contracts';

/** Whether the connection stands, and a way to wait for it. */
export class NatsLink {
  #state: 'up' | 'down' | 'closed' = 'up';
  readonly #waiting = new Set<() => void>();

  get isUp(): boolean {
    return this.#state === 'up';
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  set(state: 'up' | 'down' | 'closed'): void {
    this.#state = state;
    if (state === 'down') return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Resolves when the connection is up, closed for good, or `timeoutMs` passed. */
  changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }
}

export const busClosed = (): StoxgateError =>
  new StoxgateError('STOX_BUS_UNAVAILABLE', 'The bus was closed.');
