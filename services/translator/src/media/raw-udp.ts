/**
 * Raw UDP: `m=` port, `c=`, `a=rtcp` and `<candidate/>` without ICE. XEP-0177 §4, RFC 3605.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { bareAddress, MAX_PORT, type MediaDescription, readUint } from '@stoxgate/wire-sdp';
import { childrenOf, el } from '@stoxgate/wire-xmpp';
import { type Destination, destination, type EndPoint, endPoint, leadsNowhere } from './destination.ts';

/** The first usable end point of a component, in document order. */
function endPointOf(transport: XmlElement, component: number): EndPoint | undefined {
  for (const { attrs } of childrenOf(transport, 'candidate')) {
    // The oldest peers leave the component out where there is but one.
    if (readUint(attrs.component ?? '1', 256) !== component) continue;
    const end = endPoint(bareAddress(attrs.ip ?? ''), readUint(attrs.port, MAX_PORT));
    if (end !== undefined) return end;
  }
  return undefined;
}

/** Whether the peer has an RTCP candidate of its own. */
export const hasRtcpCandidate = (transport: XmlElement): boolean => endPointOf(transport, 2) !== undefined;

/** Destination of a raw UDP `<transport/>`: its first usable candidates. Undefined when there is none for RTP. */
export function rawUdpFromJingle(transport: XmlElement): Destination | undefined {
  const rtp = endPointOf(transport, 1);
  return rtp && destination(rtp, endPointOf(transport, 2));
}

/**
 * `<candidate/>` children for an m-line without ICE; none where it leads nowhere (hold, in the old manner).
 * RTCP has one where the m-line says so, or where the peer sent one itself (`rtcpToo`), never once it is multiplexed.
 */
export function rawUdpToJingle(
  media: MediaDescription,
  rtcpToo: boolean,
  multiplexed: boolean,
  nextId: () => string,
): XmlElement[] {
  const { connection, port, rtcp } = media;
  if (connection === undefined || leadsNowhere(connection)) return [];
  const candidate = (component: number, ip: string, at: number) =>
    el('candidate', { component, generation: 0, id: nextId(), ip, port: at });
  const first = candidate(1, connection.address, port);
  if (multiplexed) return [first];
  const rtcpConnection = rtcp?.connection ?? connection;
  if (rtcp !== undefined && rtcp.port > 0 && rtcp.port !== port && !leadsNowhere(rtcpConnection)) {
    return [first, candidate(2, rtcpConnection.address, rtcp.port)];
  }
  const next = rtcpToo && rtcp === undefined && port < MAX_PORT;
  return next ? [first, candidate(2, connection.address, port + 1)] : [first];
}
