/**
 * The parts of a SIP, `im:`, `pres:` or `tel:` URI that make an address (RFC 3261 §19.1.1, RFC 3966 §3). Headers after
 * `?` and passwords are dropped.
 */
import { sipHostOf } from './domains.ts';
import { remembered } from './remembered.ts';

export interface AddressUri {
  readonly scheme: 'sip' | 'sips' | 'im' | 'pres' | 'tel';
  /** As written, percent-coded; of a `tel:` URI the number with its visual separators. */
  readonly user?: string;
  /** A-labels, lower case, no trailing dot. Absent in a `tel:` URI. */
  readonly host?: string;
  /** Names in lower case; a parameter without a value is the empty string. */
  readonly params: ReadonlyMap<string, string>;
}

const SCHEME = /^(sips?|im|pres|tel):/i;
const HOST = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/;
const MAX_URI = 8192;

function paramsOf(parts: readonly string[]): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name !== '' && !params.has(name)) params.set(name, equals < 0 ? '' : part.slice(equals + 1).trim());
  }
  return params;
}

function telUri(rest: string): AddressUri | undefined {
  const [number = '', ...params] = rest.split(';');
  return number === '' ? undefined : { scheme: 'tel', user: number, params: paramsOf(params) };
}

/** The parts of an address URI, or undefined when it is malformed or of another scheme. */
export const parseAddressUri = remembered((text: string): AddressUri | undefined => {
  const match = SCHEME.exec(text);
  if (match === null || text.length > MAX_URI) return undefined;
  const scheme = match[1]?.toLowerCase() as AddressUri['scheme'];
  const rest = text.slice(match[0].length);
  if (scheme === 'tel') return telUri(rest);
  const at = rest.indexOf('@');
  const userinfo = at < 0 ? undefined : rest.slice(0, at);
  if (userinfo === '') return undefined;
  const [hostport = '', ...params] = (rest.slice(at + 1).split('?', 1)[0] ?? '').split(';');
  const host = HOST.exec(hostport)?.[1];
  const sipHost = host === undefined ? undefined : sipHostOf(host);
  if (sipHost === undefined) return undefined;
  const user = userinfo?.split(':', 1)[0];
  if (user === '') return undefined;
  return {
    scheme,
    ...(user === undefined ? {} : { user }),
    host: sipHost,
    params: paramsOf(params),
  };
});

/** Whether the text is a URI of a scheme that is no address here (`http:`, `urn:` …). */
export const isForeignScheme = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:/i.test(text) && !SCHEME.test(text);
