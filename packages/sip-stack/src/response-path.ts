/**
 * Where an answer goes. RFC 3261 §18.2.2, RFC 3581 §4.
 */
import { isIP } from 'node:net';
import type { Via } from '@stoxgate/wire-sip';
import { bareHost, defaultPort, type Hop, type Path, type Protocol } from './hop.ts';

const PROTOCOLS: Readonly<Record<string, Protocol>> = { UDP: 'udp', TCP: 'tcp', TLS: 'tls' };

/**
 * Way of a response to a request that was seen by this process. UDP: back to the source address, at the source port if
 * `rport` was asked for, else at the sent-by port; `maddr` overrides. TCP and TLS: the same connection, else a new one
 * to the sent-by port, over TLS of one whose certificate names the sent-by host, else to what that host resolves to.
 */
export function responsePath(via: Via, from: Hop): Path {
  const sentByPort = via.port ?? defaultPort(from.protocol);
  const { protocol } = from;
  if (protocol !== 'udp') {
    const again: Hop = { protocol, address: from.address, port: sentByPort };
    const host = bareHost(via.host);
    const isNamed = protocol === 'tls' && isIP(host) === 0;
    return {
      hop: from,
      otherwise: isNamed ? { ...again, serverName: host } : again,
      sentBy: { host, ...(via.port !== undefined && { port: via.port }) },
    };
  }
  const maddr = via.params.maddr === undefined ? '' : bareHost(via.params.maddr);
  const address = maddr === '' || isIP(maddr) === 0 ? from.address : maddr;
  const port = via.rport === undefined ? sentByPort : from.port;
  return { hop: address === from.address && port === from.port ? from : { protocol, address, port } };
}

/**
 * Way of a response by its top Via alone, with what was written into it on arrival. Undefined when it names no numeric address or a
 * transport that we lack.
 */
export function pathOfVia(via: Via): Path | undefined {
  const protocol = PROTOCOLS[via.transport.toUpperCase()];
  const address = bareHost(via.received ?? via.host);
  if (protocol === undefined || isIP(address) === 0) return undefined;
  const sourcePort = typeof via.rport === 'number' ? via.rport : (via.port ?? defaultPort(protocol));
  return responsePath(via, { protocol, address, port: sourcePort });
}
