/**
 * A SIP peer for tests over TCP or TLS: a client connection, or a listener that takes one connection at a time.
 */
import { createServer, connect as openConnection, type Server, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  createServer as createTlsServer,
  connect as openTlsConnection,
  type TlsOptions,
} from 'node:tls';
import { afterMs } from './real-time.ts';

export class TcpPeer {
  readonly port: number;
  readonly #server: Server | undefined;
  #sockets: Socket[] = [];
  #text = '';
  #changed: () => void = () => undefined;
  connections = 0;
  closed = false;

  private constructor(port: number, server?: Server) {
    this.port = port;
    this.#server = server;
  }

  /** @param tls over TLS, with these options. */
  static connect(port: number, tls?: ConnectionOptions, host = '127.0.0.1'): Promise<TcpPeer> {
    return new Promise((resolve, reject) => {
      const socket =
        tls === undefined ? openConnection({ port, host }) : openTlsConnection({ ...tls, port, host });
      socket.once('error', reject);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        const peer = new TcpPeer(socket.localPort ?? 0);
        peer.#take(socket);
        resolve(peer);
      });
    });
  }

  /**
   * @param port 0: any.
   * @param tls over TLS, with these options.
   */
  static listen(port = 0, tls?: TlsOptions, host = '127.0.0.1'): Promise<TcpPeer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    server.on('tlsClientError', () => undefined);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const address = server.address();
        const peer = new TcpPeer(typeof address === 'object' && address !== null ? address.port : 0, server);
        server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
          peer.#take(socket),
        );
        resolve(peer);
      });
    });
  }

  say(text: string | Uint8Array): void {
    this.#sockets.at(-1)?.write(text);
  }

  /** The next message without a body, or what there is when `timeoutMs` passed. */
  async hear(timeoutMs = 10_000): Promise<string> {
    const end = '\r\n\r\n';
    await this.#until(() => this.#text.includes(end) || this.closed, timeoutMs);
    const at = this.#text.indexOf(end);
    const message = at < 0 ? this.#text : this.#text.slice(0, at + end.length);
    this.#text = this.#text.slice(message.length);
    return message;
  }

  /** Everything received within `realMs`. */
  async rest(realMs = 30): Promise<string> {
    await this.#until(() => false, realMs);
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Whether the other side closes the connection in time. */
  async isClosed(timeoutMs = 10_000): Promise<boolean> {
    await this.#until(() => this.closed, timeoutMs);
    return this.closed;
  }

  pause(): void {
    this.#sockets.at(-1)?.pause();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #take(socket: Socket): void {
    this.connections++;
    this.closed = false;
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.#text += chunk.toString();
      this.#changed();
    });
    socket.on('close', () => {
      this.#sockets = this.#sockets.filter((one) => one !== socket);
      this.closed = this.#sockets.length === 0;
      this.#changed();
    });
  }

  #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = afterMs(timeoutMs, resolve);
      this.#changed = () => {
        if (!condition()) return;
        cancel();
        resolve();
      };
    });
  }
}
