/**
 * What a SUBSCRIBE to presence must say, and for how long it is granted: RFC 6665 §4.2.1, RFC 3856 §6.4, §6.5.
 */
import { isSipDomain, parseAddressUri } from '@stoxgate/addressing';
import type { SipHeaders, SipRequest } from '@stoxgate/contracts';
import { mediaType } from '../call/multipart.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { eventOf } from '../subscription/event-of.ts';
import { PIDF, PRESENCE_EVENT } from './presence-event.ts';

export interface Refused {
  readonly ok: false;
  readonly status: number;
  readonly headers?: SipHeaders;
}

export type Granted = { readonly ok: true; readonly expiresMs: number } | Refused;

type Bounds = Pick<TranslatorPolicy, 'minExpiresMs' | 'maxExpiresMs'>;

/** RFC 3856 §6.4, RFC 3903 §10. */
const DEFAULT_EXPIRES_MS = 3_600_000;

const refused = (status: number, headers?: SipHeaders): Refused => ({
  ok: false,
  status,
  ...(headers && { headers }),
});

/** How long what asks for `Expires` is granted; 0: it asks for nothing more. */
export function expiresGranted(bounds: Bounds, { headers }: Pick<SipRequest, 'headers'>): Granted {
  const text = headers.expires?.[0]?.trim() ?? String(DEFAULT_EXPIRES_MS / 1000);
  if (!/^\d{1,10}$/.test(text)) return refused(400);
  const expiresMs = Number(text) * 1000;
  if (expiresMs > 0 && expiresMs < bounds.minExpiresMs) {
    return refused(423, { 'min-expires': [String(Math.ceil(bounds.minExpiresMs / 1000))] });
  }
  return { ok: true, expiresMs: Math.min(expiresMs, bounds.maxExpiresMs) };
}

/** Whether a list of media ranges has this type. */
const reads = (ranges: readonly string[], type: string): boolean =>
  ranges
    .flatMap((value) => value.split(','))
    .map(mediaType)
    .some((range) => range === type || range === '*/*' || range === `${type.split('/')[0]}/*`);

/** Why a request of this event package is not served, or for how long it is. */
export function subscriptionGranted(bounds: Bounds, request: SipRequest): Granted {
  if (eventOf(request) !== PRESENCE_EVENT) return refused(489, { 'allow-events': [PRESENCE_EVENT] });
  const { accept } = request.headers;
  if (accept !== undefined && !reads(accept, PIDF)) return refused(406, { accept: [PIDF] });
  return expiresGranted(bounds, request);
}

/** Whether whoever has this address may ask for presence at all: RFC 8048 §8.1. */
export function mayAsk(policy: TranslatorPolicy, uri: string): boolean {
  if (policy.foreignWatchers === 'allow') return true;
  const host = parseAddressUri(uri)?.host;
  return host !== undefined && isSipDomain(policy.addresses, host);
}
