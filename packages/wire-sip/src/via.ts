/**
 * Via: the path of a request, and the way back for its responses. RFC 3261 §20.42, RFC 3581 (rport).
 */
import { isToken, skipSpace, sliceTrimmed } from './grammar.ts';
import {
  emptyRecord,
  formatParam,
  formatParams,
  NO_PARAMS,
  type Params,
  parseParams,
} from './header-list.ts';

export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`… */
  readonly transport: string;
  /** Sent-by host; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** Absent with RFC 2543 peers. */
  readonly branch?: string | undefined;
  readonly received?: string | undefined;
  /** `true`: asked for, not yet filled in. */
  readonly rport?: number | true | undefined;
  /** All other parameters (`ttl`, `maddr`, `keep`…). */
  readonly params: Readonly<Params>;
}

const SENT_PROTOCOL = /SIP[ \t]*\/[ \t]*[^ \t/;,]+[ \t]*\/[ \t]*[^ \t/;,]+[ \t]+/iy;
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/;
const DIGITS = /^[0-9]{1,5}$/;

/** A port number, or undefined when `text` is none. */
export function parsePort(text: string): number | undefined {
  const port = DIGITS.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65535 ? port : undefined;
}

export const isHost = (text: string): boolean => HOST.test(text);

interface SentBy {
  readonly host: string;
  readonly port: number | undefined;
  readonly end: number;
}

/** Space, tab, `:` or `;`. */
const endsHost = (code: number): boolean => code === 59 || code === 58 || code === 32 || code === 9;

function parseSentBy(text: string, start: number): SentBy | undefined {
  let i = start;
  if (text.charCodeAt(i) === 91) i = text.indexOf(']', i) + 1;
  else while (i < text.length && !endsHost(text.charCodeAt(i))) i++;
  const host = text.slice(start, i);
  if (!isHost(host)) return undefined;
  i = skipSpace(text, i);
  if (text.charCodeAt(i) !== 58) return { host, port: undefined, end: i };
  const portStart = skipSpace(text, i + 1);
  i = portStart;
  while (i < text.length && !endsHost(text.charCodeAt(i))) i++;
  const port = parsePort(text.slice(portStart, i));
  return port === undefined ? undefined : { host, port, end: i };
}

/** Index of the sent-by, -1 when the protocol is malformed. */
function endOfProtocol(value: string): number {
  SENT_PROTOCOL.lastIndex = 0;
  return SENT_PROTOCOL.test(value) ? SENT_PROTOCOL.lastIndex : -1;
}

function otherParams(params: Readonly<Params>): Readonly<Params> {
  let others: Params | undefined;
  for (const name in params) {
    if (name === 'branch' || name === 'received' || name === 'rport') continue;
    others ??= emptyRecord<string>();
    others[name] = params[name] ?? '';
  }
  return others ?? NO_PARAMS;
}

/** Reads one Via value (already split from its list). Undefined when malformed. */
export function parseVia(value: string): Via | undefined {
  const start = endOfProtocol(value);
  if (start < 0) return undefined;
  const transport = sliceTrimmed(value, value.lastIndexOf('/', start - 1) + 1, start);
  if (!isToken(transport)) return undefined;
  const sentBy = parseSentBy(value, start);
  if (sentBy === undefined) return undefined;
  const params = parseParams(value, sentBy.end);
  if (params === undefined) return undefined;
  const { branch, received, rport: rawRport } = params;
  const rport = rawRport === undefined ? undefined : rawRport === '' ? true : parsePort(rawRport);
  if (rawRport !== undefined && rport === undefined) return undefined;
  const { host, port } = sentBy;
  return {
    transport: transport.toUpperCase(),
    host,
    port,
    branch,
    received,
    rport,
    params: otherParams(params),
  };
}

/** Text of a Via value. */
export const formatVia = (via: Via): string => formatWith(via, via.rport, via.received);

function formatWith(via: Via, rport: Via['rport'], received: Via['received']): string {
  let text = `SIP/2.0/${via.transport} ${via.host}`;
  if (via.port !== undefined) text += `:${via.port}`;
  if (rport !== undefined) text += rport === true ? ';rport' : `;rport=${rport}`;
  if (received !== undefined) text += formatParam('received', received);
  if (via.branch !== undefined) text += formatParam('branch', via.branch);
  return text + formatParams(via.params);
}

/**
 * Text of the topmost Via of a request that came from `address`:`port`: `received` added when the sent-by host is
 * another one or rport was asked for (RFC 3261 §18.2.1), rport filled in when asked for (RFC 3581 §4).
 */
export function viaAsReceived(via: Via, address: string, port: number): string {
  const asked = via.rport !== undefined;
  const { host } = via;
  const isOther = (host.startsWith('[') ? host.slice(1, -1) : host) !== address;
  return formatWith(via, asked ? port : undefined, asked || isOther ? address : undefined);
}
