/**
 * Takes over from processes that are gone: what is still addressed to them goes to whoever lives. There is no lock and no
 * leader: the bus tells which subjects nobody consumes, each process that lives sees the same, and those that take a subject
 * share its messages.
 */
import type { Bus, Consumer, Deserted, Handler } from '@stoxgate/bus';
import { brandEdgeId, type EdgeId } from '@stoxgate/contracts';
import type { Logger } from './log.ts';

export interface AdoptionOptions {
  readonly bus: Pick<Bus, 'consume' | 'deserted'>;
  /** What the subjects of such processes begin with. */
  readonly subjects: string;
  /** What the names of their consumers begin with; the id of the process follows. */
  readonly durables: string;
  readonly maxInFlight: number;
  readonly handler: Handler;
  /** A process has been silent for some seconds; told once of each. Must not throw. */
  readonly onGone?: (edge: EdgeId) => void;
  readonly log: Logger;
  readonly timing?: AdoptionTiming;
}

export interface AdoptionTiming {
  readonly lookEveryMs: number;
  /** Looks in a row at which a subject has no consumer before its process counts as gone. */
  readonly looks: number;
  /** An adopted subject on which nothing came for so long is left alone, until something waits there again. */
  readonly idleMs: number;
}

const TIMING: AdoptionTiming = { lookEveryMs: 1500, looks: 3, idleMs: 60_000 };

interface Adopted {
  readonly consumer: Consumer;
  usedAt: number;
}

export class Adoption {
  readonly #options: AdoptionOptions;
  readonly #timing: AdoptionTiming;
  /** Looks in a row, by durable. */
  #seen = new Map<string, number>();
  readonly #told = new Set<string>();
  readonly #adopted = new Map<string, Adopted>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: AdoptionOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#schedule();
  }

  /** Adopts nothing more; waits for what is in hand, at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    const adopted = [...this.#adopted.values()];
    this.#adopted.clear();
    await Promise.all(adopted.map(({ consumer }) => consumer.stop(timeoutMs)));
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#schedule());
    }, this.#timing.lookEveryMs);
  }

  async #look(): Promise<void> {
    const { bus, subjects, durables, log } = this.#options;
    let deserted: readonly Deserted[];
    try {
      deserted = (await bus.deserted(subjects)).filter(({ durable }) => durable.startsWith(durables));
    } catch (err) {
      // Who cannot see must not judge.
      this.#seen.clear();
      log.debug({ err }, 'cannot see which processes are gone');
      return;
    }
    const before = this.#seen;
    this.#seen = new Map(deserted.map(({ durable }) => [durable, (before.get(durable) ?? 0) + 1]));
    for (const durable of this.#told) {
      if (!this.#seen.has(durable) && !this.#adopted.has(durable)) this.#told.delete(durable);
    }
    for (const left of deserted) {
      if ((this.#seen.get(left.durable) ?? 0) < this.#timing.looks || this.#isStopped) continue;
      this.#tell(left);
      if (left.messages > 0) await this.#adopt(left);
    }
    await this.#leaveIdle();
  }

  #tell({ durable }: Deserted): void {
    if (this.#told.has(durable)) return;
    this.#told.add(durable);
    this.#options.onGone?.(brandEdgeId(durable.slice(this.#options.durables.length)));
  }

  async #adopt({ subject, durable, messages }: Deserted): Promise<void> {
    const { bus, maxInFlight, handler, log } = this.#options;
    if (this.#adopted.has(durable)) return;
    try {
      const consumer = await bus.consume({ subject, durable, maxInFlight }, (envelope) => {
        const adopted = this.#adopted.get(durable);
        if (adopted !== undefined) adopted.usedAt = performance.now();
        return handler(envelope);
      });
      this.#adopted.set(durable, { consumer, usedAt: performance.now() });
      log.warn({ subject, messages }, 'commands of a process that is gone are carried out here');
    } catch (err) {
      log.warn({ err, subject }, 'commands of a process that is gone have to wait');
    }
  }

  async #leaveIdle(): Promise<void> {
    const now = performance.now();
    for (const [durable, { consumer, usedAt }] of [...this.#adopted]) {
      if (now - usedAt < this.#timing.idleMs) continue;
      this.#adopted.delete(durable);
      await consumer.stop(this.#timing.lookEveryMs);
    }
  }
}
