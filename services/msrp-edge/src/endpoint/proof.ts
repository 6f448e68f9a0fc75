/**
 * Whose certificate it is. RFC 4975 §14.4, RFC 8122.
 */
import type { MsrpConnection } from './connection.ts';
import type { Peer } from './session.ts';

/** Whether the other end of a connection has a fingerprint that the peer's SDP names; true where it names none. */
export const proves = (connection: MsrpConnection, { fingerprints }: Peer): boolean =>
  fingerprints.length === 0 ||
  fingerprints.some(({ hash, value }) => connection.fingerprint(hash.toLowerCase()) === value.toUpperCase());
