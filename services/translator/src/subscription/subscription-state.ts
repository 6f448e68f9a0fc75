/**
 * What a NOTIFY says of its subscription: RFC 6665 §8.4.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { parseParams } from '@stoxgate/wire-sip';

export interface SubscriptionState {
  /** active, pending, terminated, or a word that nobody knows. */
  readonly state: string;
  readonly reason?: string;
  readonly expiresS?: number;
  readonly retryAfterMs?: number;
}

const secondsIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;

/** Total: undefined where there is no such header, or none that can be read. */
export function readSubscriptionState({
  headers,
}: Pick<SipRequest, 'headers'>): SubscriptionState | undefined {
  const value = headers['subscription-state']?.[0]?.trim();
  const [, word, rest = ''] = /^([\w.!%*+`'~-]+)[ \t]*(;.*)?$/s.exec(value ?? '') ?? [];
  if (word === undefined) return undefined;
  const params = parseParams(rest, 0) ?? {};
  const expiresS = secondsIn(params.expires);
  const retryAfterS = secondsIn(params['retry-after']);
  return {
    state: word.toLowerCase(),
    ...(params.reason !== undefined && { reason: params.reason.toLowerCase() }),
    ...(expiresS !== undefined && { expiresS }),
    ...(retryAfterS !== undefined && { retryAfterMs: retryAfterS * 1000 }),
  };
}
