/**
 * The UDP socket to one relay. It is connected: the kernel lets in nothing from anywhere else, and tells when nobody
 * listens there.
 */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { RelayAddress } from './relay-address.ts';

export interface NgSocketUser {
  received(datagram: Buffer): void;
  /** The host says that nobody listens. */
  unreachable(): void;
}

export class NgSocket {
  readonly #address: RelayAddress;
  readonly #user: NgSocketUser;
  #socket: Promise<Socket> | undefined;
  #isClosed = false;

  constructor(address: RelayAddress, user: NgSocketUser) {
    this.#address = address;
    this.#user = user;
  }

  /** Sends once, whether it arrives or not; the name is looked up at the first time after `reopen`. */
  send(datagram: Buffer): void {
    if (this.#isClosed) return;
    this.#socket ??= this.#open();
    this.#socket.then(
      (socket) => this.#isClosed || socket.send(datagram, () => undefined),
      () => {
        this.#socket = undefined;
      },
    );
  }

  /** The next datagram goes by a new socket, to where the name leads by then. */
  reopen(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  close(): void {
    this.#isClosed = true;
    this.reopen();
  }

  async #open(): Promise<Socket> {
    const { host, port } = this.#address;
    const { address, family } = isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.on('message', (datagram) => this.#user.received(datagram));
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    socket.on('error', () => this.#user.unreachable());
    return socket;
  }
}
