/**
 * Where a request goes: first Route, else the proxy, else the Request-URI. RFC 3261 §8.1.2, §12.2.1.1, §16.12.
 * Names are resolved by the system's resolver; the SRV and NAPTR records of RFC 3263 have their place here.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { OutgoingSipRequest } from '@stoxgate/contracts';
import { parseNameAddr, parseSipUri, type SipUri } from '@stoxgate/wire-sip';
import { Generations } from './generations.ts';
import { type Hop, type Protocol, plainAddress } from './hop.ts';

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** Addresses of a host name; rejects or is empty when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const DEFAULT_PORT = 5060;
const NAME_LIFETIME_MS = 30_000;
const NAMES_MAX = 1000;
const RESOLVE_MS = 5000;

const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map((found) => found.address);

const bare = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

const late = (): Promise<readonly string[]> =>
  new Promise((resolve) => {
    setTimeout(() => resolve([]), RESOLVE_MS).unref();
  });

function protocolOf(uri: SipUri): Protocol | undefined {
  if (uri.scheme !== 'sip') return undefined;
  const transport = uri.params.transport?.toLowerCase() ?? 'udp';
  return transport === 'udp' || transport === 'tcp' ? transport : undefined;
}

function targetOf(uriText: string): ProxyAddress | undefined {
  const uri = parseSipUri(uriText);
  const protocol = uri === undefined ? undefined : protocolOf(uri);
  if (uri === undefined || protocol === undefined) return undefined;
  return { host: uri.params.maddr || uri.host, port: uri.port ?? DEFAULT_PORT, protocol };
}

/** The URI of a Route value; without angle brackets the whole is one. */
const routeUri = (route: string): string => (route.includes('<') ? (parseNameAddr(route)?.uri ?? '') : route);

export class NextHops {
  readonly #proxy: ProxyAddress | undefined;
  readonly #resolve: Resolve;
  readonly #names = new Generations<Promise<readonly string[]>>(NAME_LIFETIME_MS, NAMES_MAX);

  /** @param proxy takes every request without a Route that starts a dialog or stands alone. */
  constructor(proxy: ProxyAddress | undefined, resolve: Resolve = systemResolve) {
    this.#proxy = proxy;
    this.#resolve = resolve;
  }

  /**
   * Hops to try, best first; none when the target has no address or a transport that we lack. At once, not by a
   * promise, when the address is numeric.
   */
  of(request: OutgoingSipRequest): readonly Hop[] | Promise<readonly Hop[]> {
    const target = this.#target(request);
    if (target === undefined) return [];
    const { protocol, port } = target;
    const host = bare(target.host);
    if (isIP(host) !== 0) return [{ protocol, address: plainAddress(host), port }];
    return this.addresses(host).then((found) => found.map((address) => ({ protocol, address, port })));
  }

  /** Numeric addresses of a host, remembered for a while; empty when it has none or the resolver is late. */
  addresses(host: string): Promise<readonly string[]> {
    const name = host.toLowerCase();
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const found = Promise.race([this.#resolve(name), late()]).then(
      (addresses) => addresses.map(plainAddress),
      () => [],
    );
    this.#names.set(name, found);
    return found;
  }

  #target({ routes, to, requestUri }: OutgoingSipRequest): ProxyAddress | undefined {
    const first = routes[0];
    if (first !== undefined) {
      const uri = routeUri(first);
      // A first Route without ;lr is a strict router, whose URI the Request-URI already is (§12.2.1.1).
      return targetOf(/;lr(?:[;=>]|$)/i.test(uri) ? uri : requestUri);
    }
    const inDialog = to.params.tag !== undefined;
    return inDialog || this.#proxy === undefined ? targetOf(requestUri) : this.#proxy;
  }
}
