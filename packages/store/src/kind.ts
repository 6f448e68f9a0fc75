import type { SessionKey } from '@stoxgate/contracts';

/** What a session is, from its key: `call`, `pair` or `user`. */
export const kindOf = (key: SessionKey): string => key.slice(0, key.indexOf(':'));
