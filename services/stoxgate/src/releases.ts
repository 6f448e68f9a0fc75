import type { Logger } from '@stoxgate/runtime';

/** What was opened and must be freed, newest first. */
export class Releases {
  readonly #log: Logger;
  readonly #timeoutMs: number;
  readonly #open: { readonly name: string; readonly release: () => Promise<void> }[] = [];

  /** @param timeoutMs how long one release may take before the next. */
  constructor(log: Logger, timeoutMs: number) {
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  add(name: string, release: () => Promise<void>): void {
    this.#open.push({ name, release });
  }

  /** Frees everything once; what fails or hangs is logged. Never rejects. */
  async run(): Promise<void> {
    for (let item = this.#open.pop(); item !== undefined; item = this.#open.pop()) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('timed out')), this.#timeoutMs);
      });
      try {
        await Promise.race([item.release(), late]);
      } catch (err) {
        this.#log.warn({ err }, `${item.name} did not stop`);
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
