/**
 * Accounts as they are given: who logs in where.
 */
import { normalizeDomain, parseAddressUri } from '@stoxgate/addressing';
import type { EventOf } from '@stoxgate/contracts';
import type { PhoneAccount } from './phone-session.ts';
import type { PhonesPolicy } from './phones-policy.ts';

/** Some write the sign twice, to be safe from those who interpret it. */
const single = (text: string): string => text.replace('@@', '@');

/**
 * The account of an event; undefined when it has no user or no domain. A user name may have its domain with it; without
 * one it is of the configured domain, or of the phone's.
 */
export function accountOf(
  policy: PhonesPolicy,
  event: EventOf<'phone.account.imported'>,
): PhoneAccount | undefined {
  const written = single(event.username.trim());
  const at = written.lastIndexOf('@');
  const username = at < 0 ? written : written.slice(0, at);
  const named = at < 0 ? policy.xmppDomain : written.slice(at + 1);
  const domain = normalizeDomain(named === '' ? (parseAddressUri(event.uri)?.host ?? '') : named);
  if (username === '' || domain === undefined) return undefined;
  const { uri, secret, boshUrl, resource } = event;
  return { uri, username, domain, secret, boshUrl: boshUrl || undefined, resource: resource || undefined };
}

/** Whether two accounts are of the same login at the same place. */
export const isSameLogin = (one: PhoneAccount, other: PhoneAccount): boolean =>
  one.username === other.username &&
  one.domain === other.domain &&
  one.boshUrl === other.boshUrl &&
  one.resource === other.resource;
