/**
 * Sockets of the scripted phone: one UDP socket, or one TCP or TLS listener with connections made as needed.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import { StreamFramer } from '@stoxgate/wire-sip';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where a message came from and the way back to there. */
export interface PhoneFlow {
  readonly source: Endpoint;
  send(bytes: Uint8Array): void;
}

export type ReceiveBytes = (bytes: Uint8Array, flow: PhoneFlow) => void;

export interface PhoneTransport {
  readonly port: number;
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): Promise<void>;
}

export const LOOPBACK = '127.0.0.1';
const KEEP_ALIVE_ANSWER = new Uint8Array([13, 10]);

/** PEM texts. */
export interface PhoneTls {
  readonly cert: string;
  readonly key: string;
  /** Authority of the gateway's certificate; a gateway that shows no certificate of it is not connected to. */
  readonly ca: string;
  /** Name that the certificate must have; the address by default. */
  readonly serverName?: string;
}

/** @param onError told of what the sockets report; the phone shows it when a wait ends in vain. */
export async function openUdp(
  receive: ReceiveBytes,
  onError: (error: Error) => void,
  port: number,
  host: string = LOOPBACK,
): Promise<PhoneTransport> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.on('error', onError);
  const send = (bytes: Uint8Array, to: Endpoint): void => {
    socket.send(bytes, to.port, to.host, (error) => {
      if (error !== null) onError(error);
    });
  };
  socket.on('message', (bytes, { address, port }) => {
    const source = { host: address, port };
    receive(bytes, { source, send: (answer) => send(answer, source) });
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    send,
    close: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

const keyOf = (endpoint: Endpoint): string => `${endpoint.host}:${endpoint.port}`;

/** @param tls over TLS: shows this certificate to servers and clients, and verifies those of servers. */
export async function openTcp(
  receive: ReceiveBytes,
  onError: (error: Error) => void,
  port: number,
  tls?: PhoneTls,
): Promise<PhoneTransport> {
  const sockets = new Map<string, Socket>();
  const adopt = (socket: Socket, source: Endpoint): void => {
    const framer = new StreamFramer();
    const flow: PhoneFlow = { source, send: (bytes) => void socket.write(bytes) };
    sockets.set(keyOf(source), socket);
    socket.setNoDelay(true);
    socket.on('error', onError);
    socket.on('close', () => sockets.delete(keyOf(source)));
    socket.on('data', (chunk) => {
      for (const event of framer.push(chunk)) {
        if (event.type === 'message') receive(event.bytes, flow);
        else if (event.type === 'keep-alive') socket.write(KEEP_ALIVE_ANSWER);
        else socket.destroy(new Error(`unreadable stream: ${event.fault.phrase}`));
      }
    });
  };
  const accept = (socket: Socket): void =>
    adopt(socket, { host: socket.remoteAddress ?? LOOPBACK, port: socket.remotePort ?? 0 });
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.on('error', onError);
  server.on('tlsClientError', onError);
  const dial = ({ host, port: to }: Endpoint): Socket => {
    if (tls === undefined) return connect(to, host);
    const { serverName, ...identity } = tls;
    return tlsConnect({ ...identity, host, port: to, ...(serverName && { servername: serverName }) });
  };
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    send: (bytes, to) => {
      if (!sockets.has(keyOf(to))) adopt(dial(to), to);
      sockets.get(keyOf(to))?.write(bytes);
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}
