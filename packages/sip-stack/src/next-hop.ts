/**
 * Where a request goes: first Route, else the proxy, else the Request-URI (RFC 3261 §8.1.2, §12.2.1.1, §16.12), and by
 * which servers of that domain (RFC 3263 §4).
 */
import { isIP } from 'node:net';
import type { OutgoingSipRequest } from '@stoxgate/contracts';
import { parseNameAddr, parseSipUri } from '@stoxgate/wire-sip';
import type { DnsRecords } from './dns-records.ts';
import { bareHost, defaultPort, type Hop, type Path, type Protocol, plainAddress } from './hop.ts';
import { serversOf } from './server-location.ts';

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** What a URI says of the next hop. */
interface Target {
  readonly host: string;
  readonly port?: number;
  readonly protocol?: Protocol;
}

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'tls'];

function targetOf(uriText: string): Target | undefined {
  const uri = parseSipUri(uriText);
  if (uri === undefined || uri.scheme !== 'sip') return undefined;
  const host = uri.params.maddr || uri.host;
  const transport = uri.params.transport?.toLowerCase();
  const protocol = PROTOCOLS.find((known) => known === transport);
  if (transport !== undefined && protocol === undefined) return undefined;
  return { host, ...(uri.port !== undefined && { port: uri.port }), ...(protocol && { protocol }) };
}

/** The URI of a Route value; without angle brackets the whole is one. */
const routeUri = (route: string): string => (route.includes('<') ? (parseNameAddr(route)?.uri ?? '') : route);

/** Names without a dot (`localhost`) have no service records. */
const mayHaveServices = (host: string): boolean => /[^.]\.[^.]/.test(host);

export class NextHops {
  readonly #proxy: ProxyAddress | undefined;
  readonly #dns: DnsRecords;
  readonly #supports: (protocol: Protocol) => boolean;

  /**
   * @param proxy takes every request without a Route that starts a dialog or stands alone.
   * @param supports which protocols can be used; UDP always can.
   */
  constructor(
    proxy: ProxyAddress | undefined,
    dns: DnsRecords,
    supports: (protocol: Protocol) => boolean = (protocol) => protocol !== 'tls',
  ) {
    this.#proxy = proxy;
    this.#dns = dns;
    this.#supports = supports;
  }

  /**
   * Hops to try, best first; none when the target has no address or a transport that we lack. At once, not by a
   * promise, when the address is numeric.
   * @param seed decides between servers of equal priority; the same one always alike.
   */
  of(request: OutgoingSipRequest, seed: string): readonly Hop[] | Promise<readonly Hop[]> {
    const target = this.#target(request);
    if (target === undefined || (target.protocol !== undefined && !this.#supports(target.protocol)))
      return [];
    const { protocol = 'udp', port } = target;
    const host = bareHost(target.host);
    if (isIP(host) === 0) return this.#named({ ...target, host }, seed);
    return [{ protocol, address: plainAddress(host), port: port ?? defaultPort(protocol) }];
  }

  /** Hops for a response whose connection is gone, by the host and port in its Via (RFC 3263 §5). */
  ofResponse(protocol: Protocol, { host, port }: NonNullable<Path['sentBy']>): Promise<readonly Hop[]> {
    return this.#named({ protocol, host, ...(port !== undefined && { port }) }, host);
  }

  /** Numeric addresses of a host, remembered for a while; empty when it has none or the resolver is late. */
  addresses(host: string): Promise<readonly string[]> {
    const address = bareHost(host);
    return isIP(address) === 0 ? this.#dns.addresses(host) : Promise.resolve([plainAddress(address)]);
  }

  async #named({ host, port, protocol }: Target, seed: string): Promise<readonly Hop[]> {
    const first = protocol ?? 'udp';
    if (port !== undefined || !mayHaveServices(host)) {
      return this.#hopsOf(first, host, port ?? defaultPort(first), host);
    }
    const usable = protocol === undefined ? PROTOCOLS.filter(this.#supports) : [protocol];
    const servers = await serversOf(this.#dns, host, usable, seed);
    const hops = await Promise.all(
      servers.map((server) =>
        this.#hopsOf(server.protocol, server.host, server.port ?? defaultPort(server.protocol), host),
      ),
    );
    return hops.flat();
  }

  /** @param domain what the certificate of a TLS server must name: the domain asked for, not the server (RFC 5922 §5). */
  async #hopsOf(protocol: Protocol, host: string, port: number, domain: string): Promise<readonly Hop[]> {
    const addresses = await this.addresses(host);
    const serverName = protocol === 'tls' ? { serverName: domain } : {};
    return addresses.map((address) => ({ protocol, address, port, ...serverName }));
  }

  #target({ routes, to, requestUri, isStrictlyRouted }: OutgoingSipRequest): Target | undefined {
    const first = routes[0];
    // §12.2.1.1: the URI of a strict router stands in the Request-URI already, whatever routes come after it.
    if (first !== undefined && isStrictlyRouted !== true) {
      const uri = routeUri(first);
      return targetOf(/;lr(?:[;=>]|$)/i.test(uri) ? uri : requestUri);
    }
    const inDialog = to.params.tag !== undefined;
    return inDialog || this.#proxy === undefined ? targetOf(requestUri) : this.#proxy;
  }
}
