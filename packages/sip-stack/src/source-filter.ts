/**
 * Who may send us SIP: addresses and CIDR blocks, the same for every method and for responses.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { plainAddress } from './hop.ts';

/** Verdicts kept, so that a datagram costs one look-up. */
const REMEMBERED_MAX = 4096;

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

/** Entries that are neither an address nor a CIDR block. */
export const malformedSources = (entries: readonly string[]): readonly string[] =>
  entries.filter((entry) => !addEntry(new BlockList(), entry));

export class SourceFilter {
  #list = new BlockList();
  #verdicts = new Map<string, boolean>();

  /** @param entries `192.0.2.1`, `2001:db8::/32`…; malformed ones let nobody in. */
  constructor(entries: readonly string[]) {
    this.replace(entries);
  }

  replace(entries: readonly string[]): void {
    this.#list = new BlockList();
    this.#verdicts = new Map();
    for (const entry of entries) addEntry(this.#list, entry);
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
