/**
 * `name-addr` and `addr-spec` with header parameters: From, To, Contact, Route. RFC 3261 §20.10, §25.1.
 */
import type { NameAddr } from '@stoxgate/contracts';
import { endOfQuoted, quote, skipSpace, sliceTrimmed, unquote } from './grammar.ts';
import { formatParams, parseParams } from './header-list.ts';

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\0-\x20\x7f<>"]+$/;
const IS_UNSAFE_IN_URI = /[\0-\x20\x7f<>"]/;
const UNSAFE_IN_URI = /[\0-\x20\x7f<>"]/g;

/** Whether `text` is a scheme, a colon and something, without white space, controls, quotes or angle brackets. */
export const isAbsoluteUri = (text: string): boolean => ABSOLUTE_URI.test(text);

const escapeUnsafe = (char: string): string =>
  `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** A URI that cannot leave its angle brackets or its line: unsafe characters are percent-encoded. */
export const safeUri = (uri: string): string =>
  IS_UNSAFE_IN_URI.test(uri) ? uri.replace(UNSAFE_IN_URI, escapeUnsafe) : uri;

function build(display: string, uri: string, text: string, paramsFrom: number): NameAddr | undefined {
  if (!isAbsoluteUri(uri)) return undefined;
  const params = parseParams(text, paramsFrom);
  if (params === undefined) return undefined;
  return display === '' ? { uri, params } : { displayName: display, uri, params };
}

function parseBracketed(text: string, display: string, open: number): NameAddr | undefined {
  const close = text.indexOf('>', open);
  return close < 0 ? undefined : build(display, text.slice(open + 1, close), text, close + 1);
}

/**
 * Reads one address. An unquoted display name may hold any characters but quotes: many phones leave the quotes out.
 * Without angle brackets, parameters belong to the header and `,` `?` are refused (RFC 3261 §20).
 * Undefined when malformed. `*` is not an address: see `parseContacts`.
 */
export function parseNameAddr(text: string): NameAddr | undefined {
  const start = skipSpace(text, 0);
  if (text.charCodeAt(start) === 60) return parseBracketed(text, '', start);
  if (text.charCodeAt(start) === 34) {
    const end = endOfQuoted(text, start);
    if (end < 0) return undefined;
    const open = skipSpace(text, end);
    return text.charCodeAt(open) === 60
      ? parseBracketed(text, unquote(text.slice(start, end)), open)
      : undefined;
  }
  const open = text.indexOf('<', start);
  if (open >= 0) {
    const display = sliceTrimmed(text, start, open);
    return display.includes('"') ? undefined : parseBracketed(text, display, open);
  }
  let end = start;
  while (end < text.length && !' \t;'.includes(text.charAt(end))) end++;
  const uri = text.slice(start, end);
  return uri.includes(',') || uri.includes('?') ? undefined : build('', uri, text, end);
}

/** Text of an address, always in angle brackets; the display name is always quoted. `*` stays `*`. */
export function formatNameAddr(address: NameAddr): string {
  if (address.uri === '*') return '*';
  const display =
    address.displayName === undefined || address.displayName === '' ? '' : `${quote(address.displayName)} `;
  return `${display}<${safeUri(address.uri)}>${formatParams(address.params)}`;
}
