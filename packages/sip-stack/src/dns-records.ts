/**
 * What the DNS says, remembered for a while: addresses, and the SRV and NAPTR records of RFC 3263.
 */
import { lookup, Resolver } from 'node:dns/promises';
import { Generations } from './generations.ts';
import { plainAddress } from './hop.ts';

/** RFC 2782. */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** RFC 3403, as far as RFC 3263 §4.1 uses it. */
export interface NaptrRecord {
  readonly service: string;
  readonly flags: string;
  readonly order: number;
  readonly preference: number;
  readonly replacement: string;
}

/** The resolver. Each rejects or is empty when there is nothing. */
export interface Dns {
  addresses(host: string): Promise<readonly string[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  naptr(name: string): Promise<readonly NaptrRecord[]>;
}

/** Node does not tell the TTL: found names are asked for again within a minute, others within ten seconds. */
const FOUND_MS = 30_000;
const MISSING_MS = 5000;
const NAMES_MAX = 2000;
const DEADLINE_MS = 5000;

const addressesOfSystem = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** Both families; what one lacks or fails at is left out. */
async function addressesBy(resolver: Resolver, host: string): Promise<readonly string[]> {
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

/**
 * The resolver of the system; addresses also from its hosts file.
 * @param servers `address` or `address:port` (IPv6 in brackets), asked in their place; names without a dot stay with the
 * system.
 */
export function systemDns(servers: readonly string[] = []): Dns {
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  const isOurs = (host: string): boolean => servers.length > 0 && /[^.]\.[^.]/.test(host);
  return {
    addresses: (host) => (isOurs(host) ? addressesBy(resolver, host) : addressesOfSystem(host)),
    srv: (name) => resolver.resolveSrv(name),
    naptr: (name) => resolver.resolveNaptr(name),
  };
}

const late = (): Promise<readonly never[]> =>
  new Promise((resolve) => {
    setTimeout(() => resolve([]), DEADLINE_MS).unref();
  });

/** Answers of one kind. Never rejects: what is not there, or late, is empty. */
class Remembered<Item> {
  readonly #ask: (name: string) => Promise<readonly Item[]>;
  readonly #found = new Generations<readonly Item[]>(FOUND_MS, NAMES_MAX);
  readonly #missing = new Generations<true>(MISSING_MS, NAMES_MAX);
  readonly #asking = new Map<string, Promise<readonly Item[]>>();

  constructor(ask: (name: string) => Promise<readonly Item[]>) {
    this.#ask = ask;
  }

  get(name: string): Promise<readonly Item[]> {
    const key = name.toLowerCase().replace(/\.$/, '');
    const known = this.#found.get(key) ?? (this.#missing.has(key) ? [] : undefined);
    if (known !== undefined) return Promise.resolve(known);
    const asking = this.#asking.get(key) ?? this.#begin(key);
    return asking;
  }

  #begin(key: string): Promise<readonly Item[]> {
    const asking = Promise.race([this.#ask(key), late()])
      .catch(() => [])
      .then((items) => {
        this.#asking.delete(key);
        if (items.length === 0) this.#missing.set(key, true);
        else this.#found.set(key, items);
        return items;
      });
    this.#asking.set(key, asking);
    return asking;
  }
}

export class DnsRecords implements Dns {
  readonly #addresses: Remembered<string>;
  readonly #srv: Remembered<SrvRecord>;
  readonly #naptr: Remembered<NaptrRecord>;

  constructor(dns: Partial<Dns> = {}) {
    const { addresses, srv, naptr } = { ...systemDns(), ...dns };
    this.#addresses = new Remembered(async (host) => (await addresses(host)).map(plainAddress));
    this.#srv = new Remembered(srv);
    this.#naptr = new Remembered(naptr);
  }

  /** Numeric addresses, those of IPv4 in their plain form. */
  addresses(host: string): Promise<readonly string[]> {
    return this.#addresses.get(host);
  }

  srv(name: string): Promise<readonly SrvRecord[]> {
    return this.#srv.get(name);
  }

  naptr(name: string): Promise<readonly NaptrRecord[]> {
    return this.#naptr.get(name);
  }
}
