/**
 * How a byte stream comes to be, by protocol: what happens between a TCP connection and the first byte of SIP.
 */
import { connect, type Socket } from 'node:net';
import { type Hop, plainAddress, type StreamProtocol } from './hop.ts';

export interface StreamOpener {
  readonly protocol: StreamProtocol;
  /** Whether a TCP connection from this address may go on. */
  admits(address: string): boolean;
  /**
   * Makes a stream of a TCP connection that came in. `done` is called once, with undefined when nothing comes of it;
   * the connection is then closed.
   */
  accept(raw: Socket, done: (socket: Socket | undefined) => void): void;
  /** Opens a stream. `opened` is called when bytes may be written; failure is an error or a close of the socket. */
  connect(hop: Hop, opened: () => void): Socket;
  /** The other end of an open stream, with what its certificate proves. */
  peerOf(socket: Socket): Hop;
  /** Whether a stream that the peer opened may carry requests for `serverName`. */
  identifies(socket: Socket, serverName: string): boolean;
}

export const peerAddress = (socket: Socket): string => plainAddress(socket.remoteAddress ?? '');

/** Plain TCP. */
export const tcpOpener = (admits: (address: string) => boolean): StreamOpener => ({
  protocol: 'tcp',
  admits,
  accept: (raw, done) => done(raw),
  connect: ({ address, port }, opened) => connect({ host: address, port }).once('connect', opened),
  peerOf: (socket) => ({ protocol: 'tcp', address: peerAddress(socket), port: socket.remotePort ?? 0 }),
  identifies: () => true,
});
