/**
 * SIP, SIPS and tel URIs. RFC 3261 §19.1, RFC 3966; `gr`: RFC 5627.
 */
import { emptyRecord, NO_PARAMS, type Params } from './header-list.ts';
import { isAbsoluteUri } from './name-addr.ts';
import { isHost, parsePort } from './via.ts';

export interface SipUri {
  /** Lower case. `sip` and `sips` have a host; `tel` has its number in `user`; any other has only `opaque`. */
  readonly scheme: string;
  /** As it stood, `%` escapes kept. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** '' for schemes without a host. An IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** By lower-case name; values as they stood; '' for a parameter without a value (`lr`, `gr`). */
  readonly params: Readonly<Params>;
  /** By name as it stood; each value as it stood. */
  readonly headers?: Readonly<Params> | undefined;
  /** All after the colon, for schemes other than `sip`, `sips` and `tel`. */
  readonly opaque?: string;
}

const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/[\]:#\u0080-\uffff]|%[0-9A-Fa-f]{2})+$/;
const PASSWORD = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*$/;
const PARAM = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$\u0080-\uffff]|%[0-9A-Fa-f]{2})*$/;
const HEADER = /^(?:[A-Za-z0-9\-_.!~*'()[\]/?:+$\u0080-\uffff]|%[0-9A-Fa-f]{2})*$/;
const TEL_NUMBER = /^\+?[0-9A-Fa-f*#().-]+$/;

function readPairs(text: string, separator: string, legal: RegExp, lower: boolean): Params | undefined {
  const pairs = emptyRecord<string>();
  for (const part of text.split(separator)) {
    const equals = part.indexOf('=');
    const rawName = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? '' : part.slice(equals + 1);
    const name = lower ? rawName.toLowerCase() : rawName;
    if (name === '' || name in pairs || !legal.test(name) || !legal.test(value)) return undefined;
    // As a key it would set the prototype of whatever plain object the record is copied into.
    if (name !== '__proto__') pairs[name] = value;
  }
  return pairs;
}

interface UserInfo {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const NO_USER: UserInfo = { user: undefined, password: undefined };

function readUserInfo(text: string): UserInfo | undefined {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  if (!USER.test(user)) return undefined;
  if (colon < 0) return { user, password: undefined };
  const password = text.slice(colon + 1);
  return PASSWORD.test(password) ? { user, password } : undefined;
}

interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
}

function readHostPort(text: string): HostPort | undefined {
  const colon = text.indexOf(':', text.startsWith('[') ? text.indexOf(']') : 0);
  const host = colon < 0 ? text : text.slice(0, colon);
  if (!isHost(host)) return undefined;
  if (colon < 0) return { host, port: undefined };
  const port = parsePort(text.slice(colon + 1));
  return port === undefined ? undefined : { host, port };
}

function parseHosted(scheme: string, rest: string): SipUri | undefined {
  const at = rest.lastIndexOf('@');
  const userInfo = at < 0 ? NO_USER : readUserInfo(rest.slice(0, at));
  const question = rest.indexOf('?', at + 1);
  const beforeHeaders = question < 0 ? rest.slice(at + 1) : rest.slice(at + 1, question);
  const headers = question < 0 ? undefined : readPairs(rest.slice(question + 1), '&', HEADER, false);
  if (userInfo === undefined || (question >= 0 && headers === undefined)) return undefined;
  const semicolon = beforeHeaders.indexOf(';');
  const hostPort = readHostPort(semicolon < 0 ? beforeHeaders : beforeHeaders.slice(0, semicolon));
  const params = semicolon < 0 ? NO_PARAMS : readPairs(beforeHeaders.slice(semicolon + 1), ';', PARAM, true);
  if (hostPort === undefined || params === undefined) return undefined;
  const { user, password } = userInfo;
  const { host, port } = hostPort;
  return { scheme, user, password, host, port, params, headers };
}

function parseTel(rest: string): SipUri | undefined {
  const semicolon = rest.indexOf(';');
  const user = semicolon < 0 ? rest : rest.slice(0, semicolon);
  const params = semicolon < 0 ? NO_PARAMS : readPairs(rest.slice(semicolon + 1), ';', PARAM, true);
  return params === undefined || !TEL_NUMBER.test(user)
    ? undefined
    : { scheme: 'tel', user, host: '', params };
}

/** Reads a URI of any scheme. Raw UTF-8 is accepted where an escape would be. Undefined when malformed. */
export function parseSipUri(text: string): SipUri | undefined {
  if (!isAbsoluteUri(text)) return undefined;
  const colon = text.indexOf(':');
  const scheme = text.slice(0, colon).toLowerCase();
  const rest = text.slice(colon + 1);
  if (scheme === 'sip' || scheme === 'sips') return parseHosted(scheme, rest);
  if (scheme === 'tel') return parseTel(rest);
  return { scheme, host: '', params: NO_PARAMS, opaque: rest };
}

const pairs = (record: Readonly<Params>): string[] =>
  Object.keys(record).map((name) => (record[name] === '' ? name : `${name}=${record[name]}`));

/** Text of a URI; the inverse of `parseSipUri`. */
export function formatSipUri(uri: SipUri): string {
  if (uri.opaque !== undefined) return `${uri.scheme}:${uri.opaque}`;
  const params = pairs(uri.params)
    .map((pair) => `;${pair}`)
    .join('');
  if (uri.scheme === 'tel') return `tel:${uri.user ?? ''}${params}`;
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const userInfo = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === undefined ? '' : `?${headerPairs(uri.headers)}`;
  return `${uri.scheme}:${userInfo}${uri.host}${port}${params}${headers}`;
}

const headerPairs = (headers: Readonly<Params>): string =>
  Object.keys(headers)
    .map((name) => `${name}=${headers[name]}`)
    .join('&');

/** As nearly all are: a user and a host, perhaps a port, and nothing that must be looked into. */
const PLAIN_SIP_URI =
  /^sips?:(?:[A-Za-z0-9\-_.!~*'()&=+$,/]|%[0-9A-Fa-f]{2})+@[A-Za-z0-9._-]+(?::[0-9]{1,4})?$/;

/**
 * Whether `text` may stand in a request line: a URI that can be parsed and, if SIP, has no headers
 * (RFC 3261 §19.1.1, table 1).
 */
export function isRequestUri(text: string): boolean {
  if (PLAIN_SIP_URI.test(text)) return true;
  const uri = parseSipUri(text);
  return uri !== undefined && uri.headers === undefined;
}
