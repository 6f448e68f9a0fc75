/**
 * An edge and its relays on the loopback, in time that passes when a test says so.
 */
import { vi } from 'vitest';
import { TIMING } from '../timing.ts';
import { FakeRelay } from './fake-relay.ts';
import { type EdgeSettings, type OpenEdge, openEdge } from './open-edge.ts';

const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const;
/** Turns of the event loop in which all that is on the loopback comes through. */
const TURNS = 8;

export class FakeTimeWorld {
  readonly relays: FakeRelay[] = [];
  #edge: OpenEdge | undefined;
  #startedAt = 0;

  /** Starts an edge with so many willing relays. They were asked whether they are there, a moment ago. */
  async start(count: number, settings: Partial<EdgeSettings> = {}): Promise<OpenEdge> {
    for (let at = 0; at < count; at++) this.relays.push(await FakeRelay.open());
    vi.useFakeTimers({ toFake: [...FAKED] });
    this.#startedAt = performance.now();
    this.#edge = await openEdge({ relays: this.relays.map(({ name }) => name), ...settings });
    await passes(1);
    return this.#edge;
  }

  relay(at: number): FakeRelay {
    const found = this.relays[at];
    if (found === undefined) throw new Error('no such relay');
    return found;
  }

  /** Time passes until relays are asked whether they are there, and stands still then. */
  async untilPing(): Promise<void> {
    await passes(TIMING.pingEveryMs - ((performance.now() - this.#startedAt) % TIMING.pingEveryMs));
  }

  async stop(): Promise<void> {
    const edge = this.#edge;
    this.#edge = undefined;
    const stopped = edge?.close();
    // More than anything in hand takes.
    if (vi.isFakeTimers()) await passes(10_000);
    await stopped;
    vi.useRealTimers();
    for (const relay of this.relays.splice(0)) relay.close();
  }
}

export async function passes(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Gives the loopback its turn, where nothing is to come. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
