/**
 * Where a message goes or came from: one protocol, one numeric address, one port.
 */
export type Protocol = 'udp' | 'tcp' | 'tls';
export type StreamProtocol = Exclude<Protocol, 'udp'>;

/** RFC 3261 §19.1.2. */
export const defaultPort = (protocol: Protocol): number => (protocol === 'tls' ? 5061 : 5060);

export interface Hop {
  readonly protocol: Protocol;
  /** IPv4 or IPv6 literal, without brackets, never a name. */
  readonly address: string;
  readonly port: number;
  /** TLS: the domain that the peer's certificate must name (RFC 5922 §7); the address when absent. */
  readonly serverName?: string;
  /** TLS: the peer's certificate names one of those trusted, so its address does not matter. */
  readonly isTrusted?: boolean;
}

/** A way to a peer: `hop` first; `otherwise` when no connection to `hop` is open (RFC 3261 §18.2.2). */
export interface Path {
  readonly hop: Hop;
  readonly otherwise?: Hop;
  /** Of a response over a stream: host and port of the Via, looked up when nothing else is left (RFC 3263 §5). */
  readonly sentBy?: { readonly host: string; readonly port?: number };
}

/**
 * A host without brackets. Three colons before an IPv4 address, which the grammar of RFC 3261 allows, are two
 * (RFC 5118 §4.10, RFC 5954).
 */
export const bareHost = (host: string): string =>
  host.startsWith('[') ? host.slice(1, -1).replace(/:::(?=[0-9]+\.)/, '::') : host;

/** An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) in its IPv4 form; anything else unchanged. */
export const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
