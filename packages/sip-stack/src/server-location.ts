/**
 * From a domain to servers: transport by NAPTR, servers by SRV, in the order to try them. RFC 3263 §4.1, §4.2.
 */
import type { Dns, NaptrRecord, SrvRecord } from './dns-records.ts';
import type { Protocol } from './hop.ts';

export interface Server {
  readonly protocol: Protocol;
  readonly host: string;
  /** Absent: the default of the protocol. */
  readonly port?: number;
}

/** `sip:` allows TLS too, when its domain says so (RFC 3263 §4.1). */
const SERVICES: Readonly<Record<string, Protocol>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
};
const SRV_PREFIX: Readonly<Record<Protocol, string>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
};

/** At most so many NAPTR records are followed, and so many servers tried. */
const NAPTR_MAX = 8;
const SERVERS_MAX = 8;

/** FNV-1a, to a fraction of one: the same seed makes the same choice. */
function fractionOf(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  // A last round, so that seeds that differ at their end only are far apart.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}

/**
 * SRV records in the order to try them: by priority, and within one by a draw that weights decide (RFC 2782).
 * @param seed takes the place of chance: a request sent again goes the same way.
 */
export function inOrder(records: readonly SrvRecord[], seed: string): readonly SrvRecord[] {
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const group = left.filter(({ priority }) => priority === left[0]?.priority);
    const total = group.reduce((sum, { weight }) => sum + weight, 0);
    let draw = fractionOf(`${seed} ${ordered.length}`) * total;
    const chosen = group.find(({ weight }) => {
      draw -= weight;
      return draw < 0;
    });
    const next = chosen ?? group.at(-1);
    if (next === undefined) break;
    ordered.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return ordered;
}

const byOrder = (a: NaptrRecord, b: NaptrRecord): number => a.order - b.order || a.preference - b.preference;

/** A target of "." says that the service is not offered (RFC 2782). */
const isOffered = ({ name }: SrvRecord): boolean => name !== '' && name !== '.';

async function serversAt(
  dns: Dns,
  name: string,
  protocol: Protocol,
  seed: string,
): Promise<readonly Server[]> {
  const records = (await dns.srv(name)).filter(isOffered);
  return inOrder(records, seed).map(({ name: host, port }) => ({ protocol, host, port }));
}

async function byNaptr(
  dns: Dns,
  domain: string,
  protocols: readonly Protocol[],
  seed: string,
): Promise<readonly Server[]> {
  const records = [...(await dns.naptr(domain))].sort(byOrder).slice(0, NAPTR_MAX);
  const servers: Server[] = [];
  for (const { service, flags, replacement } of records) {
    const protocol = SERVICES[service.toUpperCase()];
    if (protocol === undefined || !protocols.includes(protocol) || flags.toLowerCase() !== 's') continue;
    servers.push(...(await serversAt(dns, replacement, protocol, seed)));
  }
  return servers;
}

/**
 * Servers of a domain whose URI names no port, best first, at most eight. By NAPTR, else by SRV for each protocol; the
 * domain itself where neither is there.
 * @param protocols what may be used, preferred ones first; one only when the URI names its transport.
 */
export async function serversOf(
  dns: Dns,
  domain: string,
  protocols: readonly Protocol[],
  seed: string,
): Promise<readonly Server[]> {
  const named = protocols.length > 1 ? await byNaptr(dns, domain, protocols, seed) : [];
  if (named.length > 0) return named.slice(0, SERVERS_MAX);
  const found = await Promise.all(
    protocols.map((protocol) => serversAt(dns, `${SRV_PREFIX[protocol]}.${domain}`, protocol, seed)),
  );
  const servers = found.flat().slice(0, SERVERS_MAX);
  const [first = 'udp'] = protocols;
  return servers.length > 0 ? servers : [{ protocol: first, host: domain }];
}
