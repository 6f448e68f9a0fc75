import { LINK_TIMING, type LinkTiming } from './link-timing.ts';

/** How patient the edge is; milliseconds. */
export interface EdgeTiming {
  readonly link: LinkTiming;
  /** How long a lone stanza waits for others before a ping asks for its confirmation. */
  readonly confirmDelayMs: number;
  /** How long a component may be away before its commands are given back to the bus. */
  readonly patienceMs: number;
  /** Time an event has to be accepted by the bus. */
  readonly publishMs: number;
  /** How often the links of other edges are looked for. */
  readonly lookMs: number;
  /** Between the users of one page and the next, when contacts are announced again. */
  readonly announcePauseMs: number;
  /** Time to stop politely. */
  readonly stopMs: number;
}

export const EDGE_TIMING: EdgeTiming = {
  link: LINK_TIMING,
  confirmDelayMs: 100,
  patienceMs: 10_000,
  publishMs: 5000,
  lookMs: 750,
  announcePauseMs: 250,
  stopMs: 2000,
};
