/**
 * TCP or TLS: one listener, and connections in both directions under one cap, used again while they are open
 * (RFC 5923 for TLS: only for a domain that the peer's certificate names).
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { SipLimits } from '@stoxgate/wire-sip';
import type { Hop, StreamProtocol } from './hop.ts';
import { StreamConnection, type StreamReceiver } from './stream-connection.ts';
import { peerAddress, type StreamOpener } from './stream-opener.ts';

export interface StreamLimits {
  /** Connections open at a time, both directions. */
  readonly maxConnections: number;
  /** Unused for so long, a connection is closed. Longer than any transaction waits. */
  readonly idleMs: number;
  /** A message begun must be complete by then. */
  readonly partialMs: number;
  readonly connectMs: number;
  readonly maxQueuedBytes: number;
}

export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  maxConnections: 1024,
  idleMs: 300_000,
  partialMs: 10_000,
  connectMs: 5000,
  maxQueuedBytes: 1024 * 1024,
};

const SWEEP_MS = 2500;

const keyOf = ({ address, port, serverName = '' }: Hop): string => `${address} ${port} ${serverName}`;

interface Open {
  readonly connection: StreamConnection;
  readonly socket: Socket;
}

export class StreamFlow {
  readonly #server: Server;
  readonly #opener: StreamOpener;
  readonly #receiver: StreamReceiver;
  readonly #sipLimits: SipLimits;
  readonly #limits: StreamLimits;
  readonly #connections = new Map<string, Open>();
  readonly #connecting = new Map<string, Promise<StreamConnection>>();
  /** Not yet ready for SIP, both directions. */
  readonly #halfOpen = new Set<Socket>();
  readonly #sweep: NodeJS.Timeout;

  private constructor(
    server: Server,
    opener: StreamOpener,
    receiver: StreamReceiver,
    sipLimits: SipLimits,
    limits: StreamLimits,
  ) {
    this.#server = server;
    this.#opener = opener;
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
    opener: StreamOpener,
    receiver: StreamReceiver,
    sipLimits: SipLimits,
    limits: StreamLimits,
  ): Promise<StreamFlow> {
    const server = createServer({ noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        server.on('error', () => undefined);
        resolve(new StreamFlow(server, opener, receiver, sipLimits, limits));
      });
    });
  }

  get protocol(): StreamProtocol {
    return this.#opener.protocol;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** The open connection to this very address and port, whoever opened it, if it may carry what is for that hop. */
  find(hop: Hop): StreamConnection | undefined {
    const named = this.#connections.get(keyOf(hop))?.connection;
    if (named?.open) return named;
    const { serverName, ...bare } = hop;
    if (serverName === undefined) return undefined;
    const open = this.#connections.get(keyOf(bare));
    const isUsable = open?.connection.open && this.#opener.identifies(open.socket, serverName);
    return isUsable ? open?.connection : undefined;
  }

  /** That connection, or a new one. Rejects when the peer refuses, is silent for too long, or the cap is reached. */
  connect(hop: Hop): Promise<StreamConnection> {
    const open = this.find(hop);
    if (open !== undefined) return Promise.resolve(open);
    const key = keyOf(hop);
    const under = this.#connecting.get(key);
    if (under !== undefined) return under;
    const connecting = this.#open(hop).finally(() => this.#connecting.delete(key));
    this.#connecting.set(key, connecting);
    return connecting;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { connection } of this.#connections.values()) connection.destroy();
    for (const socket of this.#halfOpen) socket.destroy();
    await closed;
  }

  get #isFull(): boolean {
    return this.#connections.size + this.#halfOpen.size >= this.#limits.maxConnections;
  }

  #open(hop: Hop): Promise<StreamConnection> {
    if (this.#isFull) return Promise.reject(new Error('Too many SIP connections are open.'));
    return new Promise((resolve, reject) => {
      const socket = this.#opener.connect(hop, () => {
        clearTimeout(late);
        this.#halfOpen.delete(socket);
        const { serverName } = hop;
        const peer = this.#opener.peerOf(socket);
        resolve(this.#add(socket, serverName === undefined ? peer : { ...peer, serverName }));
      });
      this.#halfOpen.add(socket);
      const late = setTimeout(
        () => socket.destroy(new Error('The peer does not answer.')),
        this.#limits.connectMs,
      );
      socket.once('close', () => {
        clearTimeout(late);
        this.#halfOpen.delete(socket);
        reject(new Error('The connection ended.'));
      });
      socket.once('error', reject);
    });
  }

  #accept(raw: Socket): void {
    raw.on('error', () => undefined);
    if (this.#isFull || !this.#opener.admits(peerAddress(raw))) {
      raw.destroy();
      return;
    }
    this.#halfOpen.add(raw);
    this.#opener.accept(raw, (socket) => {
      this.#halfOpen.delete(raw);
      if (socket !== undefined) this.#add(socket, this.#opener.peerOf(socket));
    });
  }

  #add(socket: Socket, hop: Hop): StreamConnection {
    const connection = new StreamConnection(
      socket,
      hop,
      this.#receiver,
      this.#sipLimits,
      this.#limits.maxQueuedBytes,
    );
    const key = keyOf(hop);
    this.#connections.set(key, { connection, socket });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.#connections.get(key)?.connection === connection) this.#connections.delete(key);
    });
    return connection;
  }

  #closeStale(): void {
    const now = Date.now();
    for (const { connection } of this.#connections.values()) {
      connection.endIfStale(now, this.#limits.idleMs, this.#limits.partialMs);
    }
  }
}
