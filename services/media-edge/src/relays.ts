import type { Relay } from './relay.ts';
import { rendezvous } from './rendezvous.ts';

/** The relays of the configuration. */
export class Relays {
  readonly all: readonly Relay[];

  constructor(all: readonly Relay[]) {
    this.all = all;
  }

  named(name: string): Relay | undefined {
    return this.all.find((relay) => relay.name === name);
  }

  /** Relays for a new call in the order in which they are tried: those that answer, then the others. */
  forCall(call: string): readonly Relay[] {
    const ranked = rendezvous(call, this.all);
    return [...ranked.filter(({ isUp }) => isUp), ...ranked.filter(({ isUp }) => !isUp)];
  }

  /** What is wrong, for /readyz: nothing while one answers. */
  fault(): string | undefined {
    if (this.all.some(({ isUp }) => isUp)) return undefined;
    return `no answer from ${this.all.map(({ name }) => name).join(', ')}`;
  }

  close(): void {
    for (const relay of this.all) relay.close();
  }
}
