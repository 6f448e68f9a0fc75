/**
 * Which SIP domains a certificate names. RFC 5922 §7.
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

const SIP_URI = /(?:^|, )URI:sip:([^@,;?:"]+)(?=,|$)/gi;

/**
 * Whether a certificate stands for a domain or an address: by a `sip:` URI without user, a DNS name, an IP address, or,
 * without any of these, its common name. §7.2: wildcards MUST NOT match.
 * @param name a domain, or an address without brackets.
 */
export function certifies(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  if (certificate.checkHost(name, { wildcards: false, partialWildcards: false }) !== undefined) return true;
  const uris = [...(certificate.subjectAltName ?? '').matchAll(SIP_URI)];
  return uris.some(([, host]) => host?.toLowerCase() === name.toLowerCase());
}
