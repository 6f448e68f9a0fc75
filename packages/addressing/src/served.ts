/**
 * Look-up of domains in an address map, by their one normal form.
 */
import type { AddressMap, ComponentDomain } from './address-map.ts';
import { normalizeDomain, sipHostOf } from './domains.ts';

interface Served {
  /** SIP host → XMPP domain of users. */
  readonly userDomains: ReadonlyMap<string, string>;
  readonly bySipHost: ReadonlyMap<string, ComponentDomain>;
  readonly byDomain: ReadonlyMap<string, ComponentDomain>;
  /** Domain of users → component that has their calls. */
  readonly interceptors: ReadonlyMap<string, string>;
}

const cache = new WeakMap<AddressMap, Served>();

function firstWins<Value>(entries: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  return new Map([...entries].reverse());
}

const hostKey = (domain: string): string => sipHostOf(domain) ?? domain;

/** The map's indexes; made once per map. */
export function servedBy(map: AddressMap): Served {
  const known = cache.get(map);
  if (known !== undefined) return known;
  const served: Served = {
    userDomains: firstWins(
      map.xmppDomains.map((domain) => [hostKey(domain), normalizeDomain(domain) ?? domain]),
    ),
    bySipHost: firstWins(map.components.map((component) => [hostKey(component.sipDomain), component])),
    byDomain: firstWins(map.components.map((component) => [hostKey(component.domain), component])),
    interceptors: firstWins(
      (map.intercepted ?? []).map(({ domain, component }) => [hostKey(domain), component]),
    ),
  };
  cache.set(map, served);
  return served;
}

/** Whether users of this XMPP domain may use the gateway. */
export const isUserDomain = (map: AddressMap, domain: string): boolean =>
  servedBy(map).userDomains.has(hostKey(domain));

/** The component that speaks for this XMPP domain. */
export const componentOf = (map: AddressMap, domain: string): ComponentDomain | undefined =>
  servedBy(map).byDomain.get(hostKey(domain));

/** Whether a component has this SIP domain; foreign hosts are written out in JIDs of the first. */
export const isSipDomain = (map: AddressMap, host: string): boolean =>
  servedBy(map).bySipHost.has(hostKey(host));

/** The component, as configured, that gets the calls which users of this domain make among themselves. */
export const interceptorOf = (map: AddressMap, domain: string): string | undefined =>
  servedBy(map).interceptors.get(hostKey(domain));
