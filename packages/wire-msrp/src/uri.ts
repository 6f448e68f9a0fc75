/**
 * MSRP URIs. RFC 4975 §6, §9; comparison §6.1.
 */
import { isToken } from './grammar.ts';

export interface MsrpUri {
  readonly scheme: 'msrp' | 'msrps';
  readonly user?: string;
  /** Name, IPv4 literal, or IPv6 literal without brackets. */
  readonly host: string;
  readonly port?: number;
  /** Case-sensitive; whoever knows it may speak in the session. Absent in the URI of a relay. */
  readonly sessionId?: string;
  /** Lower case; `tcp`. */
  readonly transport: string;
  /** Further parameters as they stood, each `name` or `name=value`. */
  readonly parameters?: readonly string[];
}

const URI =
  /^(msrps?):\/\/(?:([A-Za-z0-9\-._~%!$&'()*+,;=:]*)@)?(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~-]{1,255})(?::([0-9]{1,5}))?(?:\/([A-Za-z0-9\-._~+=/]+))?;([A-Za-z0-9]+)((?:;[^;]*)*)$/i;
const SESSION_ID = /^[A-Za-z0-9\-._~+=/]+$/;

const isParameter = (text: string): boolean => {
  const at = text.indexOf('=');
  return at < 0 ? isToken(text) : isToken(text.slice(0, at)) && isToken(text.slice(at + 1));
};

/** Undefined when `text` is no MSRP URI. */
export function parseMsrpUri(text: string): MsrpUri | undefined {
  const match = URI.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', user, rawHost = '', rawPort, sessionId, transport = '', rest = ''] = match;
  const port = rawPort === undefined ? undefined : Number(rawPort);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const parameters = rest === '' ? [] : rest.slice(1).split(';');
  if (!parameters.every(isParameter)) return undefined;
  const host = rawHost.startsWith('[') ? rawHost.slice(1, -1) : rawHost;
  if (rawHost.startsWith('[') && !host.includes(':')) return undefined;
  return {
    scheme: scheme.toLowerCase() === 'msrps' ? 'msrps' : 'msrp',
    ...(user !== undefined && { user }),
    host,
    ...(port !== undefined && { port }),
    ...(sessionId !== undefined && { sessionId }),
    transport: transport.toLowerCase(),
    ...(parameters.length > 0 && { parameters }),
  };
}

export function formatMsrpUri(uri: MsrpUri): string {
  const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host;
  const user = uri.user === undefined ? '' : `${uri.user}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const session = uri.sessionId === undefined ? '' : `/${uri.sessionId}`;
  const parameters = (uri.parameters ?? []).map((parameter) => `;${parameter}`).join('');
  return `${uri.scheme}://${user}${host}${port}${session};${uri.transport}${parameters}`;
}

export const isSessionId = (text: string): boolean => SESSION_ID.test(text);

/**
 * Whether two URIs name the same session (§6.1): user and parameters do not matter, the session id's case does, and a
 * port that is given never equals one that is not.
 */
export const sameMsrpUri = (one: MsrpUri, other: MsrpUri): boolean =>
  one.scheme === other.scheme &&
  one.host.toLowerCase() === other.host.toLowerCase() &&
  one.port === other.port &&
  one.sessionId === other.sessionId &&
  one.transport === other.transport;

/** URIs of a To-Path, From-Path or `a=path`, in order; undefined when there is none or one is malformed. */
export function parseMsrpPath(text: string, maxUris: number, maxUriChars: number): MsrpUri[] | undefined {
  const parts = text.trim().split(/ +/, maxUris + 1);
  if (parts.length > maxUris) return undefined;
  const uris: MsrpUri[] = [];
  for (const part of parts) {
    const uri = part.length > maxUriChars ? undefined : parseMsrpUri(part);
    if (uri === undefined) return undefined;
    uris.push(uri);
  }
  return uris;
}

export const formatMsrpPath = (path: readonly MsrpUri[]): string => path.map(formatMsrpUri).join(' ');
