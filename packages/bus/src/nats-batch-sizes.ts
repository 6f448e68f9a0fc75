import { type Backlog, isEventSubject } from './nats-streams.ts';

/** Messages over which the mean goes. */
const OVER = 64;

/**
 * How many envelopes a message holds, by those that this process has sent and taken of late. The server counts messages; what load
 * is measured by are envelopes.
 */
export class BatchSizes {
  #ofEvents = 1;
  #ofCommands = 1;

  readonly note = (subject: string, envelopes: number): void => {
    if (isEventSubject(subject)) this.#ofEvents += (envelopes - this.#ofEvents) / OVER;
    else this.#ofCommands += (envelopes - this.#ofCommands) / OVER;
  };

  eventsIn({ events }: Backlog): number {
    return Math.round(events * this.#ofEvents);
  }

  envelopesIn(backlog: Backlog): number {
    return this.eventsIn(backlog) + Math.round(backlog.commands * this.#ofCommands);
  }
}
