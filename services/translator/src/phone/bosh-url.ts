/**
 * Addresses of connection managers, and which of them a password may go to.
 */
import type { PhoneAccount } from './phone-session.ts';
import type { PhonesPolicy } from './phones-policy.ts';

const URL = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?(?:[/?][^\s#<>"]*)?$/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host, brackets around an IPv6 address, is this very machine. */
export const isThisMachine = (host: string): boolean => LOOPBACK.test(host.toLowerCase());

/** Scheme and host in lower case; undefined: it is no address of a connection manager. */
function partsOf(url: string): { scheme: string; host: string } | undefined {
  const [, scheme, host] = URL.exec(url) ?? [];
  if (scheme === undefined || host === undefined || url.length > 2048) return undefined;
  return { scheme: scheme.toLowerCase(), host: host.toLowerCase() };
}

/** Whether a password may go there: over TLS, or to this very machine, unless allowed. */
export function isUsableUrl(url: string, allowPlain: boolean): boolean {
  const parts = partsOf(url);
  if (parts === undefined) return false;
  return parts.scheme === 'https' || allowPlain || isThisMachine(parts.host);
}

/** The connection manager of an account: its own, its domain's, or the one for all; empty: none. */
export const boshUrlOf = (policy: PhonesPolicy, { boshUrl, domain }: PhoneAccount): string =>
  boshUrl ?? (Object.hasOwn(policy.boshUrls, domain) ? policy.boshUrls[domain] : undefined) ?? policy.boshUrl;

/** Whether a server may send us from one address to another: the same host, or one of the account's domain, with no less TLS. */
export function isSameSite(from: string, to: string, domain: string): boolean {
  const source = partsOf(from);
  const target = partsOf(to);
  if (source === undefined || target === undefined) return false;
  if (target.scheme !== 'https' && source.scheme === 'https') return false;
  return target.host === source.host || target.host === domain || target.host.endsWith(`.${domain}`);
}
