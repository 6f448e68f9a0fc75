/**
 * Addresses as they stand in `c=`, `o=`, `a=rtcp` and `a=candidate` (RFC 8866 §9). Pure text: nothing is resolved.
 */
import type { AddressFamily, Connection } from './session-description.ts';
import { readUint } from './uint.ts';

const DOT = 46;
const ZERO = 48;
const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})';
const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?=.*[A-Za-z])${LABEL}(?:\\.${LABEL})*\\.?$`);

/** Whether `text` is an IPv4 address, its parts of one to three digits. */
export function isIpv4(text: string): boolean {
  let parts = 1;
  let digits = 0;
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === DOT) {
      if (digits === 0) return false;
      parts++;
      digits = 0;
      part = 0;
      continue;
    }
    const digit = unit - ZERO;
    if (digit < 0 || digit > 9 || digits === 3) return false;
    digits++;
    part = part * 10 + digit;
    if (part > 255) return false;
  }
  return parts === 4 && digits > 0;
}

/** Whether `text` is an IPv6 address (RFC 4291 §2.2), without brackets, zone or prefix length. */
export function isIpv6(text: string): boolean {
  if (text.length > 45 || !text.includes(':')) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === '') continue;
    const parts = half.split(':');
    // Only the very end may be an embedded IPv4 address.
    if (index === halves.length - 1 && isIpv4(parts.at(-1) ?? '')) {
      parts.pop();
      groups += 2;
    }
    if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false;
    groups += parts.length;
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** Whether `text` is a host name. It has at least one letter, so that no broken IPv4 address passes for one. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text);

/** Without brackets and zone (`[fe80::1%eth0]`): an SDP address has neither. */
export const bareAddress = (text: string): string =>
  isIpv4(text)
    ? text
    : text
        .trim()
        .replace(/^\[(.*)\]$/, '$1')
        .replace(/%.*$/, '');

/**
 * A connection to `address`, or undefined when that is neither an IP address nor a host name.
 * Host names count as IP4, the only family that can be assumed of them.
 */
export function connectionTo(address: string): Connection | undefined {
  if (isIpv6(address)) return { family: 'IP6', address };
  return isIpv4(address) || isHostName(address) ? { family: 'IP4', address } : undefined;
}

/** `IN IP4 192.0.2.1`, also with a multicast suffix (`224.2.1.1/127`). Undefined when malformed. */
export function readConnection(text: string): Connection | undefined {
  const match = /^IN +IP([46]) +(\S+)$/.exec(text);
  if (match === null) return undefined;
  const family: AddressFamily = match[1] === '6' ? 'IP6' : 'IP4';
  const host = match[2] ?? '';
  if (!host.includes('/')) return connectionOf(family, host, '');
  const [base = '', ...suffix] = host.split('/');
  if (suffix.length > 2 || !suffix.every((part) => readUint(part, 65_535) !== undefined)) return undefined;
  return connectionOf(family, base, `/${suffix.join('/')}`);
}

function connectionOf(family: AddressFamily, host: string, suffix: string): Connection | undefined {
  const address = bareAddress(host);
  const fits = family === 'IP6' ? isIpv6(address) : isIpv4(address);
  return fits || isHostName(address) ? { family, address: `${address}${suffix}` } : undefined;
}

export const writeConnection = (connection: Connection): string =>
  `IN ${connection.family} ${connection.address}`;

/** `0.0.0.0` or `::`: no address at all; without ICE it means hold (RFC 3264 §8.4). */
export const isUnspecified = (address: string): boolean =>
  address === '0.0.0.0' || (/^[0:]+$/.test(address) && isIpv6(address));

/** An address that is not one host's: a multicast address, or one with a TTL or count suffix. */
export const isMulticast = (address: string): boolean =>
  address.includes('/') || /^ff[0-9a-f]{2}:/i.test(address) || /^2(?:2[4-9]|3\d)\.\d/.test(address);
