/**
 * One UDP socket for everything sent and received, so that answers come to the port that peers see (RFC 3581 §4).
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { Crowding } from './crowding.ts';
import { plainAddress } from './hop.ts';

export interface DatagramReceiver {
  datagram(bytes: Buffer, address: string, port: number): void;
  /** The socket failed after it was open, or a message could not be handed to it. */
  flowFault(cause: Error): void;
}

/** Burst of datagrams that the kernel keeps while the process is busy; it may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export class UdpFlow {
  readonly port: number;
  readonly #socket: Socket;
  /** An IPv6 socket takes IPv4 destinations in their mapped form. */
  readonly #isV6: boolean;
  readonly #crowding: Crowding;

  private constructor(socket: Socket, isV6: boolean, crowding: Crowding) {
    this.#socket = socket;
    this.#isV6 = isV6;
    this.#crowding = crowding;
    this.port = socket.address().port;
  }

  /** Binds to a numeric address and starts to receive. Rejects when the address cannot be bound. */
  static open(host: string, port: number, receiver: DatagramReceiver): Promise<UdpFlow> {
    const family = isIPv6(host) ? 6 : 4;
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // Destinations are numeric: the resolver, a task of its own per datagram, has nothing to do.
      lookup: (address, _options, callback) => callback(null, address, family),
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    const crowding = new Crowding();
    let last = '';
    socket.on('message', (bytes, source) => {
      crowding.read();
      // The kernel's answer is a new string each time, and what came from where is kept for a minute.
      if (source.address !== last) last = source.address;
      receiver.datagram(bytes, plainAddress(last), source.port);
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port }, () => {
        socket.off('error', reject);
        socket.on('error', (cause) => receiver.flowFault(cause));
        resolve(new UdpFlow(socket, family === 6, crowding));
      });
    });
  }

  /** Whether the socket's address family reaches this address. */
  carries(address: string): boolean {
    return this.#isV6 || !isIPv6(address);
  }

  /** Whether datagrams have come faster than they were taken since the last call. */
  takeCrowded(): boolean {
    return this.#crowding.take();
  }

  /**
   * Sends a datagram. `done`, called later, hears whether the kernel has taken it or refuses (too long, no route); without it a
   * whole call costs a fifth less.
   */
  post(bytes: Uint8Array, address: string, port: number, done?: (cause: Error | null) => void): void {
    if (done === undefined) {
      if (port > 0) this.#socket.send(bytes, port, this.#destination(address));
      return;
    }
    try {
      this.#socket.send(bytes, port, this.#destination(address), done);
    } catch (cause) {
      // Port 0, or a socket that is closed.
      queueMicrotask(() => done(cause instanceof Error ? cause : new Error(String(cause))));
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #destination(address: string): string {
    return this.#isV6 && !isIPv6(address) ? `::ffff:${address}` : address;
  }
}
