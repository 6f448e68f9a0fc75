/**
 * A SIP peer for tests over TCP: a client connection, or a listener that takes one connection at a time.
 */
import { createServer, connect as openConnection, type Server, type Socket } from 'node:net';
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

  static connect(port: number): Promise<TcpPeer> {
    return new Promise((resolve, reject) => {
      const socket = openConnection({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        const peer = new TcpPeer(socket.localPort ?? 0);
        peer.#take(socket);
        resolve(peer);
      });
    });
  }

  /** @param port 0: any. */
  static listen(port = 0): Promise<TcpPeer> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        const peer = new TcpPeer(typeof address === 'object' && address !== null ? address.port : 0, server);
        server.on('connection', (socket) => peer.#take(socket));
        resolve(peer);
      });
    });
  }

  say(text: string): void {
    this.#sockets.at(-1)?.write(text);
  }

  /** The next message without a body, or what there is when `timeoutMs` passed. */
  async hear(timeoutMs = 1000): Promise<string> {
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
  async isClosed(timeoutMs = 1000): Promise<boolean> {
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
