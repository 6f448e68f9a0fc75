/**
 * Who may send us SIP: addresses, CIDR blocks and names in certificates, the same for every method and for responses.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { Generations } from './generations.ts';
import { plainAddress } from './hop.ts';

/** Verdicts kept, so that a datagram costs one look-up. */
const REMEMBERED_MAX = 4096;

/** As long as an INVITE may ring. */
const ANSWER_MS = 300_000;

const NAME = /^tls:([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)$/i;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

function addEntry(list: BlockList, entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.trim().split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  if (prefix === undefined) {
    list.addAddress(address, familyOf(address));
    return true;
  }
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (bits < 0 || bits > (isIPv6(address) ? 128 : 32)) return false;
  list.addSubnet(address, bits, familyOf(address));
  return true;
}

/** Entries that are neither an address nor a CIDR block nor `tls:` and a domain. */
export const malformedSources = (entries: readonly string[]): readonly string[] =>
  entries.filter((entry) => !NAME.test(entry.trim()) && !addEntry(new BlockList(), entry));

export class SourceFilter {
  #list = new BlockList();
  #verdicts = new Map<string, boolean>();
  #names: readonly string[] = [];
  readonly #asked = new Generations<true>(ANSWER_MS, REMEMBERED_MAX);

  /** @param entries `192.0.2.1`, `2001:db8::/32`, `tls:proxy.example.net`…; malformed ones let nobody in. */
  constructor(entries: readonly string[]) {
    this.replace(entries);
  }

  replace(entries: readonly string[]): void {
    this.#list = new BlockList();
    this.#verdicts = new Map();
    this.#names = entries.flatMap((entry) => NAME.exec(entry.trim())?.[1] ?? []);
    for (const entry of entries) addEntry(this.#list, entry);
  }

  /** Whether any peer is known by a certificate. */
  get hasNames(): boolean {
    return this.#names.length > 0;
  }

  /** Whether a certificate, which names what `names` affirms, belongs to a peer. */
  allowsNamed(names: (name: string) => boolean): boolean {
    return this.#names.some(names);
  }

  /** A request goes to this address: its responses are let in, whoever else is. */
  expectAnswer(address: string): void {
    if (!this.allows(address)) this.#asked.set(address, true);
  }

  mayAnswer(address: string): boolean {
    return this.#asked.has(address);
  }

  allows(address: string): boolean {
    const known = this.#verdicts.get(address);
    if (known !== undefined) return known;
    const plain = plainAddress(address);
    const allowed = isIP(plain) !== 0 && this.#list.check(plain, familyOf(plain));
    if (this.#verdicts.size >= REMEMBERED_MAX) this.#verdicts.clear();
    this.#verdicts.set(address, allowed);
    return allowed;
  }
}
