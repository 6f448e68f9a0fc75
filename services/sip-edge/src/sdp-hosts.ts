/**
 * Host names in `c=` of an SDP, which RFC 8866 §5.7 allows and Jingle candidates do not know: replaced by addresses before
 * the core sees them, for it does no I/O. What has no address keeps its name, and the core refuses it.
 */
import { isIPv6 } from 'node:net';
import type { SipBody } from '@stoxgate/contracts';
import type { Dns } from '@stoxgate/sip-stack';

/** `c=` with something that has a letter and no colon: neither IPv4 nor IPv6. */
const HOST_LINE = /^c=IN +IP[46] +(?=[^\s:/]*[A-Za-z])([^\s:/]{1,253})[ \t]*$/gm;
/** Of one body; a description with more has none of them resolved. */
const NAMES_MAX = 4;
/** Well below the time after which a client repeats its request in vain. */
const DEADLINE_MS = 2000;

/** Names to be resolved in a body. Nearly all bodies have none, and cost one scan. */
export function hostNamesIn(body: SipBody | undefined): readonly string[] {
  if (body === undefined || body.encoding !== 'utf8') return [];
  if (!body.content.includes('c=IN')) return [];
  const names = new Set<string>();
  for (const [, name] of body.content.matchAll(HOST_LINE)) if (name !== undefined) names.add(name);
  return names.size > NAMES_MAX ? [] : [...names];
}

/** The address to use: IPv4 first, as what most phones have. */
const best = (addresses: readonly string[]): string | undefined =>
  addresses.find((address) => !isIPv6(address)) ?? addresses[0];

const late = (): Promise<readonly string[]> =>
  new Promise((resolve) => {
    setTimeout(() => resolve([]), DEADLINE_MS).unref();
  });

/** The body with addresses for `names`, within two seconds. Never rejects: what is not found stays. */
export async function withAddresses(
  body: SipBody,
  names: readonly string[],
  dns: Pick<Dns, 'addresses'>,
): Promise<SipBody> {
  const none = (): readonly string[] => [];
  const found = await Promise.all(
    names.map((name) => Promise.race([dns.addresses(name).catch(none), late()]).then(best)),
  );
  const addressOf = new Map(names.map((name, index) => [name, found[index]]));
  const content = body.content.replace(HOST_LINE, (line: string, name: string) => {
    const address = addressOf.get(name);
    return address === undefined ? line : `c=IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`;
  });
  return { ...body, content };
}
