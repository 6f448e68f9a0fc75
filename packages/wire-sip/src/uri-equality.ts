/**
 * When two URIs name the same resource. RFC 3261 §19.1.4; tel: RFC 3966 §4.
 */
import type { Params } from './header-list.ts';
import type { SipUri } from './uri.ts';
import { encodeUtf8 } from './utf8.ts';

const RESERVED = ';/?:@&=+$,';
/** Parameters that never match when only one URI has them. */
const SIGNIFICANT = ['user', 'ttl', 'method', 'maddr', 'transport'];
const SEPARATORS = /[-.()]/g;

const hexOf = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Escapes of unreserved characters undone, all others in upper case, raw non-ASCII escaped. */
const normalizeEscapes = (text: string): string =>
  text
    .replace(/%([0-9A-Fa-f]{2})/g, (whole, hex: string) => {
      const code = Number.parseInt(hex, 16);
      const char = String.fromCharCode(code);
      return code > 32 && code < 127 && code !== 37 && !RESERVED.includes(char) ? char : whole.toUpperCase();
    })
    .replace(/[\u0080-\u{10ffff}]/gu, (char) => Array.from(encodeUtf8(char), hexOf).join(''));

const sameText = (left: string | undefined, right: string | undefined): boolean =>
  left === right ||
  (left !== undefined && right !== undefined && normalizeEscapes(left) === normalizeEscapes(right));

const sameIgnoringCase = (left: string, right: string): boolean =>
  sameText(left.toLowerCase(), right.toLowerCase());

function sameParams(left: Readonly<Params>, right: Readonly<Params>): boolean {
  const leftOnly = (name: string): boolean => left[name] !== undefined && right[name] === undefined;
  const rightOnly = (name: string): boolean => left[name] === undefined && right[name] !== undefined;
  if (SIGNIFICANT.some((name) => leftOnly(name) || rightOnly(name))) return false;
  return Object.keys(left).every((name) => {
    const value = right[name];
    return value === undefined || sameIgnoringCase(left[name] ?? '', value);
  });
}

/** URI headers are never ignored; their names are compared without case. */
function sameHeaders(left: Readonly<Params> = {}, right: Readonly<Params> = {}): boolean {
  const list = (headers: Readonly<Params>): string[] =>
    Object.keys(headers)
      .map((name) => `${name.toLowerCase()}=${normalizeEscapes(headers[name] ?? '')}`)
      .sort();
  return list(left).join('&') === list(right).join('&');
}

const sameTel = (left: SipUri, right: SipUri): boolean =>
  (left.user ?? '').replace(SEPARATORS, '').toLowerCase() ===
    (right.user ?? '').replace(SEPARATORS, '').toLowerCase() &&
  Object.keys({ ...left.params, ...right.params }).every((name) =>
    sameIgnoringCase(left.params[name] ?? '\0', right.params[name] ?? '\0'),
  );

/** Whether two URIs are equivalent. User and password count case, all else does not. An absent port is not 5060. */
export function sameSipUri(left: SipUri, right: SipUri): boolean {
  if (left.scheme !== right.scheme) return false;
  if (left.scheme === 'tel') return sameTel(left, right);
  return (
    left.opaque === right.opaque &&
    sameText(left.user, right.user) &&
    sameText(left.password, right.password) &&
    left.host.toLowerCase() === right.host.toLowerCase() &&
    left.port === right.port &&
    sameParams(left.params, right.params) &&
    sameHeaders(left.headers, right.headers)
  );
}
