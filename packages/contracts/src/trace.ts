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
