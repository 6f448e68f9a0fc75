/**
 * Digest challenges and credentials as text; no hashing. RFC 3261 §22, RFC 7616 §3.3–3.4, RFC 8760.
 */
import { cleanValue, endOfQuoted, isTokenCode, quote, unquote } from './grammar.ts';
import { emptyRecord } from './header-list.ts';

export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** As named by the peer; `MD5` when absent. */
  readonly algorithm: string;
  /** Lower case, in the peer's order; empty for RFC 2069 peers. */
  readonly qop: readonly string[];
  readonly opaque?: string;
  readonly stale: boolean;
  readonly domain?: string;
}

export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: string;
  readonly opaque?: string;
  readonly qop?: string;
  readonly cnonce?: string;
  /** Eight hex digits; with `qop` only. */
  readonly nc?: string;
}

const SCHEME = /^[ \t]*Digest[ \t]+/i;
const SEPARATORS = ' \t,';

/**
 * Parameters of a Digest challenge or of credentials, by lower-case name, quotes removed. Undefined when the scheme is
 * another one, a name repeats or the text is malformed.
 */
export function parseDigestParams(value: string): Record<string, string> | undefined {
  const scheme = SCHEME.exec(value);
  if (scheme === null) return undefined;
  const params = emptyRecord<string>();
  let i = scheme[0].length;
  while (i < value.length) {
    const start = i;
    while (isTokenCode(value.charCodeAt(i))) i++;
    const name = value.slice(start, i).toLowerCase();
    while (value.charAt(i) === ' ') i++;
    if (name === '' || name in params || value.charAt(i) !== '=') return undefined;
    i++;
    while (value.charAt(i) === ' ') i++;
    const from = i;
    if (value.charAt(i) === '"') i = endOfQuoted(value, i);
    else while (i < value.length && !SEPARATORS.includes(value.charAt(i))) i++;
    if (i < 0) return undefined;
    if (name !== '__proto__') params[name] = unquote(value.slice(from, i));
    while (i < value.length && SEPARATORS.includes(value.charAt(i))) i++;
  }
  return params;
}

/** Reads a WWW-Authenticate or Proxy-Authenticate value. Undefined without scheme Digest, realm and nonce. */
export function parseDigestChallenge(value: string): DigestChallenge | undefined {
  const params = parseDigestParams(value);
  if (params?.realm === undefined || params.nonce === undefined) return undefined;
  return {
    realm: params.realm,
    nonce: params.nonce,
    algorithm: params.algorithm ?? 'MD5',
    qop: (params.qop ?? '')
      .toLowerCase()
      .split(',')
      .map((option) => option.trim())
      .filter((option) => option !== ''),
    ...(params.opaque !== undefined && { opaque: params.opaque }),
    stale: params.stale?.toLowerCase() === 'true',
    ...(params.domain !== undefined && { domain: params.domain }),
  };
}

/** Text of an Authorization or Proxy-Authorization value. */
export function formatDigestCredentials(fields: DigestCredentials): string {
  const parts = [
    `username=${quote(fields.username)}`,
    `realm=${quote(fields.realm)}`,
    `nonce=${quote(fields.nonce)}`,
    `uri=${quote(fields.uri)}`,
    `response=${quote(fields.response)}`,
    `algorithm=${fields.algorithm}`,
  ];
  if (fields.opaque !== undefined) parts.push(`opaque=${quote(fields.opaque)}`);
  if (fields.qop !== undefined) {
    parts.push(`qop=${fields.qop}`, `cnonce=${quote(fields.cnonce ?? '')}`, `nc=${fields.nc ?? '00000001'}`);
  }
  return cleanValue(`Digest ${parts.join(', ')}`);
}
