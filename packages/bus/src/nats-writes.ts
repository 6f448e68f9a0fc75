/**
 * What is to be published within one turn of the event loop leaves in one write. The client library writes whenever the
 * microtasks have run, that is after every datagram and every answer; each write is a system call here and wakes the server,
 * which under load cost more than what it had to do.
 */
export class NatsWrites {
  #waiting: (() => void)[] = [];

  /** Runs `publish` with all others of this turn, in the order they were added. It must not throw. */
  add(publish: () => void): void {
    if (this.#waiting.push(publish) === 1) setImmediate(this.#run);
  }

  /** Runs what waits now: before the connection is drained. */
  flush(): void {
    this.#run();
  }

  readonly #run = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const publish of waiting) publish();
  };
}
