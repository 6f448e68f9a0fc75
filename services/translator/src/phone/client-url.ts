/**
 * Where clients connect – xmpp, xmpps, ws, wss – and which of these places a password may go to.
 */
import { isThisMachine } from './bosh-url.ts';
import type { PhoneAccount } from './phone-session.ts';
import type { PhonesPolicy } from './phones-policy.ts';

const URL = /^(xmpps?|wss?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?(\/[^\s#<>"]*)?$/i;

/** Whether it is one: over TLS, which `xmpp` begins with STARTTLS, or to this very machine, unless allowed. */
export function isUsableClientUrl(url: string, allowPlain: boolean): boolean {
  const [, scheme, host, path = '/'] = URL.exec(url) ?? [];
  if (scheme === undefined || host === undefined || url.length > 2048) return false;
  switch (scheme.toLowerCase()) {
    case 'wss':
      return true;
    case 'ws':
      return allowPlain || isThisMachine(host);
    default:
      // xmpp: the edge goes no further than STARTTLS without it.
      return path === '/';
  }
}

/** Where the server of an account is: its domain's place, or the one for all; empty: none. */
export const clientUrlOf = ({ clientUrl, clientUrls }: PhonesPolicy, { domain }: PhoneAccount): string =>
  (Object.hasOwn(clientUrls, domain) ? clientUrls[domain] : undefined) ?? clientUrl;
