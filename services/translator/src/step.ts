/**
 * The core: a pure function of a session and an event. No clock, randomness, I/O, promise or logger; total on wire input.
 */
import type { Command, Event, SessionKey } from '@stoxgate/contracts';
import type { Session } from './session.ts';

export interface Input {
  readonly key: SessionKey;
  /** Time of handling, ms since the epoch. */
  readonly now: number;
  /** Unique per event and unpredictable from outside; tags and branches derive from it. */
  readonly eventId: string;
  /** Process that published the event. */
  readonly edge: string;
  readonly event: Event;
}

export interface Step {
  /** Undefined: the session is over, or the event needs none. */
  readonly session: Session | undefined;
  readonly commands: readonly Command[];
}

export type StepFunction = (session: Session | undefined, input: Input) => Step;
