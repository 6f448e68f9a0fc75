/**
 * Via: the path of a request, and the way back for its responses. RFC 3261 §20.42, RFC 3581 (rport).
 */
import { isSpaceCode, isToken, readDigits, skipSpace, sliceTrimmed } from './grammar.ts';
import {
  addParam,
  emptyRecord,
  formatParam,
  formatParams,
  NO_PARAMS,
  ParamReader,
  type Params,
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

/** A port number, or undefined when `text` from `from` up to `to` is none. */
export function parsePort(text: string, from = 0, to = text.length): number | undefined {
  const port = readDigits(text, from, to, 5);
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
  const port = parsePort(text, portStart, i);
  return port === undefined ? undefined : { host, port, end: i };
}

interface SentProtocol {
  readonly transport: string;
  /** Where the sent-by begins. */
  readonly end: number;
}

/** As nearly all Vias begin. */
const USUAL_PROTOCOLS: readonly SentProtocol[] = ['UDP', 'TCP', 'TLS'].map((transport) => ({
  transport,
  end: 'SIP/2.0/UDP '.length,
}));

function parseProtocol(value: string): SentProtocol | undefined {
  if (value.startsWith('SIP/2.0/') && value.charCodeAt(11) === 32 && !isSpaceCode(value.charCodeAt(12))) {
    const usual = USUAL_PROTOCOLS.find(({ transport }) => value.startsWith(transport, 8));
    if (usual !== undefined) return usual;
  }
  SENT_PROTOCOL.lastIndex = 0;
  if (!SENT_PROTOCOL.test(value)) return undefined;
  const end = SENT_PROTOCOL.lastIndex;
  const transport = sliceTrimmed(value, value.lastIndexOf('/', end - 1) + 1, end);
  return isToken(transport) ? { transport: transport.toUpperCase(), end } : undefined;
}

/** Parameters that have a field of their own. */
const FIELDS: ReadonlySet<string> = new Set(['branch', 'received', 'rport']);

/** Reads one Via value (already split from its list). Undefined when malformed. */
export function parseVia(value: string): Via | undefined {
  const protocol = parseProtocol(value);
  if (protocol === undefined) return undefined;
  const sentBy = parseSentBy(value, protocol.end);
  if (sentBy === undefined) return undefined;
  let branch: string | undefined;
  let received: string | undefined;
  let askedRport: string | undefined;
  let params: Params | undefined;
  const reader = new ParamReader(value, sentBy.end);
  while (reader.next()) {
    const { name } = reader;
    if (name === 'branch' && branch === undefined) branch = reader.value;
    else if (name === 'rport' && askedRport === undefined) askedRport = reader.value;
    else if (name === 'received' && received === undefined) received = reader.value;
    else {
      params ??= emptyRecord<string>();
      if (FIELDS.has(name) || !addParam(params, name, reader.value)) return undefined;
    }
  }
  const rport = askedRport === '' ? true : askedRport === undefined ? undefined : parsePort(askedRport);
  if (reader.isMalformed || (askedRport !== undefined && rport === undefined)) return undefined;
  const { transport } = protocol;
  const { host, port } = sentBy;
  return { transport, host, port, branch, received, rport, params: params ?? NO_PARAMS };
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
