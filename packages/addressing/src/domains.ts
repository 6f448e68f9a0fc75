/**
 * Domain names on both sides: XMPP carries U-labels, SIP carries A-labels (RFC 7622 §3.2, RFC 5890 §2.3.2.1).
 * UTS-46 mapping is approximated by NFKC and lower case.
 */
import { punycodeDecode, punycodeEncode } from './punycode.ts';

const PLAIN = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const UNICODE_LABEL = /^[\p{L}\p{M}\p{N}_-]+$/u;
const IPV6_REFERENCE = /^\[[0-9a-f:.]{2,45}\]$/;
const MAX_DOMAIN = 253;
const MAX_LABEL = 63;

const isPlain = (domain: string): boolean => PLAIN.test(domain) && domain.length <= MAX_DOMAIN;

function unicodeLabel(label: string): string {
  if (!label.startsWith('xn--')) return label;
  const decoded = punycodeDecode(label.slice(4));
  const isExact =
    decoded !== undefined && UNICODE_LABEL.test(decoded) && asciiLabel(decoded.toLowerCase()) === label;
  return isExact ? decoded : label;
}

function asciiLabel(label: string): string {
  return /^[\0-\x7f]*$/.test(label) ? label : `xn--${punycodeEncode(label)}`;
}

/**
 * The one form of a domain name inside the gateway: lower case, U-labels, no trailing dot; IPv6 in brackets. Undefined
 * when it is no domain name. An A-label that does not decode exactly stays as it is.
 */
export function normalizeDomain(text: string): string | undefined {
  if (isPlain(text) && !text.includes('xn--')) return text;
  if (text.length > 1023) return undefined;
  const mapped = text.normalize('NFKC').toLowerCase().replaceAll('\u3002', '.').replace(/\.$/, '');
  if (IPV6_REFERENCE.test(mapped)) return mapped;
  const labels = mapped.split('.').map(unicodeLabel);
  if (!labels.every((label) => UNICODE_LABEL.test(label))) return undefined;
  const ascii = labels.map(asciiLabel);
  if (ascii.some((label) => label.length > MAX_LABEL) || ascii.join('.').length > MAX_DOMAIN)
    return undefined;
  return labels.join('.');
}

/** SIP host (A-labels) of a domain name, or undefined when it is none. */
export function sipHostOf(domain: string): string | undefined {
  if (isPlain(domain)) return domain;
  const normal = normalizeDomain(domain);
  if (normal === undefined || IPV6_REFERENCE.test(normal)) return normal;
  return normal.split('.').map(asciiLabel).join('.');
}
