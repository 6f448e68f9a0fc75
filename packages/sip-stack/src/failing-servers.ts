/**
 * Servers that failed lately: tried after all others until they may be well again. RFC 3263 §4.3, RFC 3261 §21.5.4.
 */
import type { SipResponse } from '@stoxgate/contracts';
import { Generations } from './generations.ts';
import type { Hop } from './hop.ts';

/** For so long when the server says nothing, and at most, whatever it says. */
const FAILING_MS = 30_000;
const LONGEST_MS = 300_000;
const FAILING_MAX = 2000;

const nameOf = ({ protocol, address, port }: Hop): string => `${protocol} ${address} ${port}`;

/** Milliseconds of a Retry-After, a comment and parameters aside (RFC 3261 §20.33); undefined: there is none to read. */
export function retryAfterMs({ headers }: SipResponse): number | undefined {
  const seconds = /^\s*(\d{1,10})\s*(?:$|[;(])/.exec(headers['retry-after']?.[0] ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

export class FailingServers {
  /** Until when, by the name of the hop. */
  readonly #until = new Generations<number>(LONGEST_MS, FAILING_MAX);

  /** @param forMs what the server asked for: longer than the usual time counts, up to five minutes. */
  note(hop: Hop, forMs = FAILING_MS): void {
    this.#until.set(nameOf(hop), Date.now() + Math.min(Math.max(forMs, FAILING_MS), LONGEST_MS));
  }

  /** The same hops, those that failed lately last. */
  last(hops: readonly Hop[]): readonly Hop[] {
    const now = Date.now();
    const isFailing = (hop: Hop): boolean => (this.#until.get(nameOf(hop)) ?? 0) > now;
    return [...hops.filter((hop) => !isFailing(hop)), ...hops.filter(isFailing)];
  }
}
