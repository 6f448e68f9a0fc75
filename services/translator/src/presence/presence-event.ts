/**
 * The event package: RFC 3856 §6.1.
 */
import type { SipRequest } from '@stoxgate/contracts';

export const PRESENCE_EVENT = 'presence';
export const PIDF = 'application/pidf+xml';

/** Event package of a SUBSCRIBE, NOTIFY or PUBLISH, without its parameters; empty: none is named (RFC 6665 §8.2.1). */
export const eventOf = ({ headers }: Pick<SipRequest, 'headers'>): string =>
  headers.event?.[0]?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
