/**
 * Headers of session timers: Session-Expires and Min-SE as they are read and written. RFC 4028 §4, §5.
 */
import type { SipHeaders, SipRequest } from '@stoxgate/contracts';

/** "90 seconds" is the least that anybody may ask for (RFC 4028 §5). */
export const MIN_SE_MS = 90_000;
/** A day: nobody who wants to notice a lost session waits longer. */
const MAX_SECONDS = 86_400;

export type Refresher = 'uac' | 'uas';

export interface SessionExpires {
  readonly intervalMs: number;
  readonly refresher?: Refresher;
}

const secondsIn = (text: string | undefined): number | undefined => {
  const digits = /^\s*(\d{1,10})\s*(?:;|$)/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Math.min(Number(digits), MAX_SECONDS);
};

export function sessionExpiresIn(headers: SipHeaders): SessionExpires | undefined {
  const text = headers['session-expires']?.[0];
  const seconds = secondsIn(text);
  if (text === undefined || seconds === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(text)?.[1]?.toLowerCase();
  return {
    intervalMs: seconds * 1000,
    ...(refresher === undefined ? {} : { refresher: refresher as Refresher }),
  };
}

export function minSeIn(headers: SipHeaders): number {
  return Math.max(MIN_SE_MS, (secondsIn(headers['min-se']?.[0]) ?? 0) * 1000);
}

/** Session-Expires of a request or response of ours, and Min-SE where it is more than the least. */
export const intervalHeaders = (
  intervalMs: number,
  refresher?: Refresher,
  minSeMs = MIN_SE_MS,
): SipHeaders => ({
  'session-expires': [`${intervalMs / 1000}${refresher === undefined ? '' : `;refresher=${refresher}`}`],
  ...(minSeMs > MIN_SE_MS ? { 'min-se': [String(minSeMs / 1000)] } : {}),
});

/** What our INVITE asks for: nothing where the operator wants no timer; who refreshes is for the other to choose. */
export const ownIntervalHeaders = (intervalMs: number): SipHeaders =>
  intervalMs === 0 ? {} : intervalHeaders(intervalMs);

export const supportsTimer = ({ headers }: Pick<SipRequest, 'headers'>): boolean =>
  [...(headers.supported ?? []), ...(headers.require ?? [])].some((value) =>
    value.split(',').some((tag) => tag.trim().toLowerCase() === 'timer'),
  );

/** Headers of a request that got 422, with the interval raised to what its Min-SE asks for. Undefined: it asks for less. */
export function raisedInterval(request: SipHeaders, refusal: SipHeaders): SipHeaders | undefined {
  const asked = sessionExpiresIn(request);
  const minSeMs = minSeIn(refusal);
  if (asked === undefined || refusal['min-se'] === undefined || minSeMs <= asked.intervalMs) return undefined;
  return { ...request, ...intervalHeaders(minSeMs, asked.refresher, minSeMs) };
}
