/**
 * TLS streams: certificates of both sides checked before any byte of SIP. RFC 3261 §26.3, RFC 5922.
 */
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, createServer, TLSSocket } from 'node:tls';
import { certifies } from './certificate-identity.ts';
import type { Hop } from './hop.ts';
import { peerAddress, type StreamOpener } from './stream-opener.ts';

/** PEM texts. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** Authorities that peers' certificates must come from; absent: those that Node trusts, for servers. */
  readonly ca?: string;
  /** Whether peers that connect must have a certificate of `ca`; of no effect without `ca`. */
  readonly verifyClient: boolean;
}

export interface TlsTrust {
  /** Whether an address may begin a handshake. */
  admits(address: string): boolean;
  /** Whether the peer at the other end of a finished handshake may stay. */
  accepts(peer: Hop): boolean;
  /** Whether a verified certificate that satisfies `names` belongs to a peer. */
  trusts(names: (name: string) => boolean): boolean;
}

const HANDSHAKE_MS = 5000;

/** The peer's certificate if its chain was verified. */
function verifiedCertificate(socket: Socket): X509Certificate | undefined {
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
}

export interface TlsOpener extends StreamOpener {
  /**
   * New handshakes use this identity; open connections go on.
   * @throws Error when certificate and key do not fit; then all stays as it was.
   */
  renew(identity: TlsIdentity): void;
}

const contextOf = ({ cert, key, ca }: TlsIdentity) =>
  ({ cert, key, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' }) as const;

/** @throws Error when certificate and key do not fit. */
export function tlsOpener(identity: TlsIdentity, trust: TlsTrust): TlsOpener {
  const { ca, verifyClient } = identity;
  const asksForCertificate = verifyClient && ca !== undefined;
  const waiting = new Map<string, (socket: Socket | undefined) => void>();
  const endOf = (socket: Socket): string => `${peerAddress(socket)} ${socket.remotePort}`;
  let context = contextOf(identity);
  const peerOf = (socket: Socket): Hop => {
    const certificate = verifiedCertificate(socket);
    const isTrusted = certificate !== undefined && trust.trusts((name) => certifies(certificate, name));
    return {
      protocol: 'tls',
      address: peerAddress(socket),
      port: socket.remotePort ?? 0,
      ...(isTrusted && { isTrusted }),
    };
  };
  const server = createServer({
    ...context,
    requestCert: asksForCertificate,
    rejectUnauthorized: asksForCertificate,
    handshakeTimeout: HANDSHAKE_MS,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    const isWelcome = trust.accepts(peerOf(socket));
    waiting.get(endOf(socket))?.(isWelcome ? socket : undefined);
    if (!isWelcome) socket.destroy();
  });
  server.on('tlsClientError', (_cause, socket) => void socket.destroy());
  return {
    protocol: 'tls',
    admits: (address) => trust.admits(address),
    accept: (raw, done) => {
      const end = endOf(raw);
      const finish = (socket: Socket | undefined): void => {
        if (waiting.delete(end)) done(socket);
      };
      waiting.set(end, finish);
      raw.once('close', () => finish(undefined));
      server.emit('connection', raw);
    },
    connect: ({ address, port, serverName = address }, opened) =>
      connect({
        ...context,
        host: address,
        port,
        // RFC 6066 §3: server_name is a name, never an address.
        ...(isIP(serverName) === 0 && { servername: serverName }),
        rejectUnauthorized: true,
        checkServerIdentity: (_name, { raw }) =>
          certifies(new X509Certificate(raw), serverName)
            ? undefined
            : new Error(`The certificate of the peer does not name ${serverName}.`),
      }).once('secureConnect', opened),
    renew: (next) => {
      const renewed = contextOf(next);
      server.setSecureContext(renewed);
      context = renewed;
    },
    peerOf,
    identifies: (socket, serverName) => {
      const certificate = verifiedCertificate(socket);
      return certificate !== undefined && certifies(certificate, serverName);
    },
  };
}
