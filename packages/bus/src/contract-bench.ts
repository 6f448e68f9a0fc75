/** What the tests of the bus contract share. */
import { brandKey, type Envelope, type Subject } from '@stoxgate/contracts';
import type { Bus, BusOptions, Handler } from './port.ts';

export interface BusUnderTest {
  readonly bus: Bus;
  close(): Promise<void>;
}

export type MakeBus = (options: BusOptions) => Promise<BusUnderTest>;

export interface DeadLetter {
  readonly envelope: Envelope;
  readonly cause: unknown;
}

/** Makes buses for one test at a time and keeps their dead letters. */
export class Bench {
  readonly dead: DeadLetter[] = [];
  readonly #makeBus: MakeBus;
  readonly #made: BusUnderTest[] = [];

  constructor(makeBus: MakeBus) {
    this.#makeBus = makeBus;
  }

  async start(options: Partial<BusOptions> = {}): Promise<Bus> {
    const under = await this.#makeBus({
      maxBacklog: 2000,
      maxDeliveries: 5,
      onDeadLetter: (envelope, cause) => this.dead.push({ envelope, cause }),
      ...options,
    });
    this.#made.push(under);
    return under.bus;
  }

  async clear(): Promise<void> {
    this.dead.length = 0;
    for (const under of this.#made.splice(0)) await under.close();
  }
}

export const TIMEOUT_MS = 20_000;

let run = 0;
/** A subject that no other test uses, also on a server that is shared and never emptied. */
export const freshSubject = (): Subject =>
  `stox.evt.t${Date.now().toString(36)}-${process.pid}-${run++}` as Subject;

export const envelope = (id: string, key = 'call:a'): Envelope => ({
  v: 1,
  id,
  key: brandKey(key),
  edge: 'edge-1',
  at: 1_700_000_000_000,
  trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  payload: { type: 'timer.fired', name: 'ring', dueAt: 1 },
});

export const numbered = (count: number): Envelope[] =>
  Array.from({ length: count }, (_, index) => envelope(`m${index}`));

export const idsOf = (envelopes: readonly Envelope[]): string[] => envelopes.map(({ id }) => id);

export const collect = (into: Envelope[]): Handler => {
  return async (message) => {
    into.push(message);
  };
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(reached: () => boolean): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS / 2;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error('what the test waits for did not happen');
    await pause(5);
  }
}

/** Asks until the answer is `expected`. */
export async function untilEqual(ask: () => Promise<unknown>, expected: unknown): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS / 2;
  for (;;) {
    const answer = await ask();
    if (JSON.stringify(answer) === JSON.stringify(expected)) return;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    await pause(50);
  }
}

/** A promise that is resolved from outside. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
