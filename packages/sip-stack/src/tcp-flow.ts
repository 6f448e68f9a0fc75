/**
 * TCP: one listener, and connections in both directions under one cap, used again while they are open.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { SipLimits } from '@stoxgate/wire-sip';
import { plainAddress } from './hop.ts';
import { type StreamReceiver, TcpConnection } from './tcp-connection.ts';

export interface TcpLimits {
  /** Connections open at a time, both directions. */
  readonly maxConnections: number;
  /** Unused for so long, a connection is closed. Longer than any transaction waits. */
  readonly idleMs: number;
  /** A message begun must be complete by then. */
  readonly partialMs: number;
  readonly connectMs: number;
  readonly maxQueuedBytes: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = {
  maxConnections: 1024,
  idleMs: 300_000,
  partialMs: 10_000,
  connectMs: 5000,
  maxQueuedBytes: 1024 * 1024,
};

const SWEEP_MS = 2500;

export interface TcpReceiver extends StreamReceiver {
  /** Whether a connection from this address may stay. */
  admits(address: string): boolean;
}

export class TcpFlow {
  readonly #server: Server;
  readonly #receiver: TcpReceiver;
  readonly #sipLimits: SipLimits;
  readonly #limits: TcpLimits;
  readonly #connections = new Map<string, TcpConnection>();
  readonly #connecting = new Map<string, Promise<TcpConnection>>();
  readonly #halfOpen = new Set<Socket>();
  readonly #sweep: NodeJS.Timeout;

  private constructor(server: Server, receiver: TcpReceiver, sipLimits: SipLimits, limits: TcpLimits) {
    this.#server = server;
    this.#receiver = receiver;
    this.#sipLimits = sipLimits;
    this.#limits = limits;
    server.on('connection', (socket) => this.#accept(socket));
    this.#sweep = setInterval(() => this.#closeStale(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** Listens. Rejects when the address cannot be bound. */
  static listen(
    host: string,
    port: number,
    receiver: TcpReceiver,
    sipLimits: SipLimits,
    limits: TcpLimits,
  ): Promise<TcpFlow> {
    const server = createServer({ noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        server.on('error', () => undefined);
        resolve(new TcpFlow(server, receiver, sipLimits, limits));
      });
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** The open connection to this very address and port, whoever opened it. */
  find(address: string, port: number): TcpConnection | undefined {
    const connection = this.#connections.get(`${address} ${port}`);
    return connection?.open ? connection : undefined;
  }

  /** That connection, or a new one. Rejects when the peer refuses, is silent for too long, or the cap is reached. */
  connect(address: string, port: number): Promise<TcpConnection> {
    const open = this.find(address, port);
    if (open !== undefined) return Promise.resolve(open);
    const key = `${address} ${port}`;
    const under = this.#connecting.get(key);
    if (under !== undefined) return under;
    const connecting = this.#open(address, port).finally(() => this.#connecting.delete(key));
    this.#connecting.set(key, connecting);
    return connecting;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections.values()) connection.destroy();
    for (const socket of this.#halfOpen) socket.destroy();
    await closed;
  }

  get #full(): boolean {
    return this.#connections.size + this.#connecting.size >= this.#limits.maxConnections;
  }

  #open(address: string, port: number): Promise<TcpConnection> {
    if (this.#full) return Promise.reject(new Error('Too many SIP connections are open.'));
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: address, port });
      this.#halfOpen.add(socket);
      const late = setTimeout(
        () => socket.destroy(new Error('The peer does not answer.')),
        this.#limits.connectMs,
      );
      socket.once('connect', () => {
        clearTimeout(late);
        this.#halfOpen.delete(socket);
        resolve(this.#add(socket));
      });
      socket.once('close', () => {
        clearTimeout(late);
        this.#halfOpen.delete(socket);
        reject(new Error('The connection ended.'));
      });
      socket.once('error', reject);
    });
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#full || !this.#receiver.admits(plainAddress(socket.remoteAddress ?? ''))) socket.destroy();
    else this.#add(socket);
  }

  #add(socket: Socket): TcpConnection {
    const connection = new TcpConnection(
      socket,
      this.#receiver,
      this.#sipLimits,
      this.#limits.maxQueuedBytes,
    );
    const key = `${connection.hop.address} ${connection.hop.port}`;
    this.#connections.set(key, connection);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
    return connection;
  }

  #closeStale(): void {
    const now = Date.now();
    for (const connection of this.#connections.values()) {
      connection.endIfStale(now, this.#limits.idleMs, this.#limits.partialMs);
    }
  }
}
