/**
 * How connections come to be: listeners for TCP and TLS, and connections to others. RFC 4975 §14: over TLS the other end is
 * known by the fingerprint in its SDP, or by a certificate of a known authority for its host.
 */
import { lookup } from 'node:dns/promises';
import { connect, createServer, isIP, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { Peer } from './session.ts';

/** PEM texts. */
export interface MsrpIdentity {
  readonly cert: string;
  readonly key: string;
  /** Authorities of others; absent: those that Node trusts. */
  readonly ca?: string;
}

export const DEFAULT_MSRP_PORT = 2855;

const contextOf = ({ cert, key, ca }: MsrpIdentity) =>
  ({ cert, key, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' }) as const;

export interface Listener {
  readonly port: number;
  renew(identity: MsrpIdentity): void;
  close(): Promise<void>;
}

/**
 * Listens; over TLS with an identity. A client's certificate is asked for and not judged here: a session's fingerprint is
 * what it is held to. Rejects when the address cannot be bound.
 */
export async function listen(
  host: string,
  port: number,
  identity: MsrpIdentity | undefined,
  handshakeMs: number,
  accepted: (socket: Socket) => void,
): Promise<Listener> {
  const { address } = await lookup(host);
  const server: Server | TlsServer =
    identity === undefined
      ? createServer(accepted)
      : createTlsServer({
          ...contextOf(identity),
          requestCert: true,
          rejectUnauthorized: false,
          handshakeTimeout: handshakeMs,
        });
  server.on('secureConnection', accepted);
  server.on('connection', (socket: Socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', (_cause, socket: Socket) => void socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : 0,
        renew: (next) => {
          if ('setSecureContext' in server) server.setSecureContext(contextOf(next));
        },
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

/** Name under which a connection to a peer can be used again: over TLS only where the same proves who it is. */
export const hopKeyOf = ({ hop, fingerprints }: Peer): string =>
  [
    hop.scheme,
    hop.host.toLowerCase(),
    hop.port ?? DEFAULT_MSRP_PORT,
    ...fingerprints.map(({ value }) => value),
  ].join(' ');

/** Opens a connection to the next hop of a peer. Rejects when there is none in time; `ERR_UNTRUSTED` over its certificate. */
export function openStream(
  { hop, fingerprints }: Peer,
  identity: MsrpIdentity | undefined,
  connectMs: number,
): Promise<Socket> {
  const { host, port = DEFAULT_MSRP_PORT, scheme } = hop;
  return new Promise((resolve, reject) => {
    const isSecure = scheme === 'msrps';
    const hasFingerprints = fingerprints.length > 0;
    const socket =
      isSecure && identity !== undefined
        ? connectTls({
            ...contextOf(identity),
            host,
            port,
            ...(isIP(host) === 0 && { servername: host }),
            rejectUnauthorized: !hasFingerprints,
          })
        : connect({ host, port });
    const late = setTimeout(() => socket.destroy(new Error('The peer does not answer.')), connectMs);
    socket.once('close', () => {
      clearTimeout(late);
      reject(new Error('The connection ended.'));
    });
    socket.once('error', reject);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      clearTimeout(late);
      resolve(socket);
    });
  });
}

const CERTIFICATE_ERRORS = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/;

/** Whether a failure to connect is over the certificate of the other end. */
export const isUntrusted = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && CERTIFICATE_ERRORS.test(String(cause.code));
