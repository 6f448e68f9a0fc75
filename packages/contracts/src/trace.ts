import type { SessionKey } from './brand.ts';
import { deriveHex } from './digest.ts';

/**
 * The root span of a session as a W3C `traceparent`, derived from its key: every process that touches a call
 * joins the same trace without a look-up, also after a restart.
 */
export function rootTraceOf(key: SessionKey): string {
  const hex = deriveHex(`trace:${key}`, 24);
  return `00-${hex.slice(0, 32)}-${hex.slice(32, 48)}-01`;
}

/**
 * The root span of what stands under a Call-ID: a call, a subscription, a chat, each of them one trace. Undefined for
 * other sessions: they have no end, so each thing that happens to them is a trace of its own.
 */
export const ownTraceOf = (key: SessionKey): string | undefined =>
  key.startsWith('call:') ? rootTraceOf(key) : undefined;
