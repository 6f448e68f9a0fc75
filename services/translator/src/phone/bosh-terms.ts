/**
 * What a connection manager decides when a session begins, XEP-0124 §7.2: read within bounds, whatever it says.
 */
import type { BoshTerms } from './phone-session.ts';
import type { PhonesPolicy } from './phones-policy.ts';

/** Where it does not say. */
const INACTIVITY_S = 60;
const POLLING_S = 2;

function number(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(most, Math.max(least, Number(text)));
}

/** Terms before the manager said anything: one request at a time. */
export const askedTerms = ({ waitMs, hold }: PhonesPolicy): BoshTerms => ({
  waitMs,
  hold,
  requests: 1,
  inactivityMs: INACTIVITY_S * 1000,
  pollingMs: POLLING_S * 1000,
});

/** Terms of its first answer. It may hold less than was asked for, not more. */
export function termsOf(policy: PhonesPolicy, attrs: Readonly<Record<string, string>>): BoshTerms {
  const waitS = policy.waitMs / 1000;
  const hold = number(attrs.hold, 0, policy.hold) ?? policy.hold;
  return {
    waitMs: (number(attrs.wait, 1, waitS) ?? waitS) * 1000,
    hold,
    requests: number(attrs.requests, 1, 10) ?? hold + 1,
    inactivityMs: (number(attrs.inactivity, 5, 3600) ?? INACTIVITY_S) * 1000,
    pollingMs: (number(attrs.polling, 0, 300) ?? POLLING_S) * 1000,
  };
}
