/**
 * Where media goes: `m=` port, `c=`, `a=rtcp`. RFC 8839 §4.3.1 (default candidates), RFC 3605.
 */
import {
  type Candidate,
  type Connection,
  connectionTo,
  isHostName,
  isMulticast,
  isUnspecified,
  type Rtcp,
} from '@stoxgate/wire-sdp';

export interface Destination {
  readonly connection: Connection;
  readonly port: number;
  /** Absent: RTCP goes to the next port of the same address, or with the media. */
  readonly rtcp?: Rtcp;
}

/** The discard port: no destination yet. */
const NOWHERE = 9;

export const nowhere = (address: string): Destination => ({
  connection: connectionTo(address) ?? { family: 'IP4', address: '0.0.0.0' },
  port: NOWHERE,
});

/** One address and port that can be sent to. */
export interface EndPoint {
  readonly connection: Connection;
  readonly port: number;
}

/** Whether `address` is one host's: an IP address or a host name, neither multicast nor unspecified. */
export const isUnicast = (address: string): boolean =>
  connectionTo(address) !== undefined && !isMulticast(address) && !isUnspecified(address);

/** Undefined: nobody can be reached there. */
export function endPoint(address: string, port: number | undefined): EndPoint | undefined {
  const connection = connectionTo(address);
  return connection !== undefined && isUnicast(address) && port ? { connection, port } : undefined;
}

/** A destination for RTP, with `a=rtcp` only where RTCP is not at the next port of the same address. */
export function destination(rtp: EndPoint, rtcp: EndPoint | undefined): Destination {
  const implied = rtcp?.port === rtp.port + 1 && rtcp.connection.address === rtp.connection.address;
  return { connection: rtp.connection, port: rtp.port, rtcp: implied ? undefined : rtcp };
}

const RANK: Readonly<Record<string, number>> = { relay: 3, srflx: 2, prflx: 2, host: 1 };

/** Order of preference: relayed, then reflexive, then host; IPv4 before IPv6; then by priority. */
function preference(a: Candidate, b: Candidate): number {
  const byType = (RANK[b.type] ?? 0) - (RANK[a.type] ?? 0);
  const byFamily = Number(a.address.includes(':')) - Number(b.address.includes(':'));
  return byType || byFamily || b.priority - a.priority;
}

/**
 * Default destination among ICE candidates: a UDP one with an IP address that a peer without ICE is most likely to
 * reach. Undefined when there is none.
 */
export function defaultDestination(candidates: readonly Candidate[]): Destination | undefined {
  const usable = candidates
    .filter(({ protocol, address }) => protocol === 'udp' && !isHostName(address))
    .toSorted(preference);
  const rtp = usable.find(({ component }) => component === 1);
  const rtpEnd = rtp && endPoint(rtp.address, rtp.port);
  if (rtp === undefined || rtpEnd === undefined) return undefined;
  const isV6 = rtp.address.includes(':');
  const rtcp = usable.find(
    ({ component, type, address }) => component === 2 && type === rtp.type && address.includes(':') === isV6,
  );
  return destination(rtpEnd, rtcp && endPoint(rtcp.address, rtcp.port));
}

/** Whether a connection leads nowhere: none, `0.0.0.0` or `::`. */
export const leadsNowhere = (connection: Connection | undefined): boolean =>
  connection === undefined || isUnspecified(connection.address);
