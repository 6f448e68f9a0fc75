import type { SipRequest } from '@stoxgate/contracts';

/** Event package of a SUBSCRIBE, NOTIFY or PUBLISH, without its parameters; empty: none is named (RFC 6665 §8.2.1). */
export const eventOf = ({ headers }: Pick<SipRequest, 'headers'>): string =>
  headers.event?.[0]?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
