import type { BackoffSetting } from './backoff.ts';
import type { LivenessSetting } from './liveness.ts';

/** How patient a component link is; milliseconds. */
export interface LinkTiming {
  readonly backoff: BackoffSetting;
  /** Longest wait after a failure that needs an operator; at least half of it is waited. */
  readonly lastingMs: number;
  /** Longest wait while another connection serves the domain; at least half of it is waited. */
  readonly standbyMs: number;
  /** A connection that lasted so long makes the back-off begin anew. */
  readonly stableMs: number;
  /** From connecting to the end of the handshake. */
  readonly handshakeMs: number;
  /** How long a stream that we ended may stay open. */
  readonly lingerMs: number;
  readonly liveness: LivenessSetting;
  /** How often liveness is looked at. */
  readonly tickMs: number;
}

export const LINK_TIMING: LinkTiming = {
  backoff: { baseMs: 250, capMs: 30_000 },
  lastingMs: 30_000,
  standbyMs: 2000,
  stableMs: 10_000,
  handshakeMs: 10_000,
  lingerMs: 1000,
  liveness: { silenceMs: 15_000, graceMs: 10_000, answerMs: 30_000 },
  tickMs: 1000,
};
