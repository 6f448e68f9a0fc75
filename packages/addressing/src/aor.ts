/**
 * Addresses of record in one canonical form: host in lower case and A-labels, user percent-coded only where it must be,
 * no port, no parameters (RFC 3261 §10.3, §19.1.4).
 */
import { type Aor, brandAor } from '@stoxgate/contracts';
import { sipUserOf } from './jid-to-sip.ts';
import { percentDecode } from './percent.ts';
import { parseAddressUri } from './sip-uri.ts';
import { telephoneOf } from './telephone.ts';

/** Canonical address of record for unescaped user text at a SIP host. */
export const aorOf = (userText: string, host: string): Aor => brandAor(`sip:${sipUserOf(userText)}@${host}`);

/**
 * Canonical address of record of a URI: `sip:user@host`, `sip:host` without a user, `tel:number`; `sips:` stays `sips:`.
 * Undefined when the URI is malformed or its user is no percent-coded UTF-8.
 */
export function aorOfSipUri(uri: string): Aor | undefined {
  const parsed = parseAddressUri(uri);
  if (parsed === undefined) return undefined;
  const telephone = telephoneOf(parsed);
  if (parsed.scheme === 'tel')
    return telephone === undefined ? undefined : brandAor(`tel:${telephone.number}`);
  const scheme = parsed.scheme === 'sips' ? 'sips' : 'sip';
  if (parsed.user === undefined) return brandAor(`${scheme}:${parsed.host}`);
  const user = telephone?.number ?? percentDecode(parsed.user);
  return user === undefined ? undefined : brandAor(`${scheme}:${sipUserOf(user)}@${parsed.host}`);
}
