/**
 * One TCP or TLS connection that carries sessions: framing, bounded reading and writing, requests that wait for a response.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  type MsrpFault,
  type MsrpFrame,
  MsrpFramer,
  type MsrpLimits,
  type MsrpRequest,
  type MsrpResponse,
  parseMsrpFrame,
  serializeMsrpRequest,
  serializeMsrpResponse,
} from '@stoxgate/wire-msrp';

export interface ConnectionUser {
  request(request: MsrpRequest, connection: MsrpConnection): void;
  /** The body of this request is over the limit; it has none here. */
  oversize(request: MsrpRequest, connection: MsrpConnection): void;
  responded(response: MsrpResponse, connection: MsrpConnection): void;
  fault(fault: MsrpFault | undefined, connection: MsrpConnection): void;
  /** More can be written. */
  drained(connection: MsrpConnection): void;
  closed(connection: MsrpConnection): void;
}

/** Messages that wait to be taken before reading stops. */
const MAX_PENDING = 32;
/** Written and not taken by the peer: beyond it the connection is given up. */
const MAX_QUEUED_BYTES = 1024 * 1024;

export class MsrpConnection {
  readonly isSecure: boolean;
  readonly address: string;
  readonly openedAt = Date.now();
  readonly #socket: Socket;
  readonly #framer: MsrpFramer;
  readonly #limits: MsrpLimits;
  readonly #user: ConnectionUser;
  #pending = 0;
  #lastUseAt = Date.now();

  constructor(socket: Socket, limits: MsrpLimits, user: ConnectionUser) {
    this.#socket = socket;
    this.#limits = limits;
    this.#user = user;
    this.#framer = new MsrpFramer(limits);
    this.isSecure = socket instanceof TLSSocket;
    this.address = socket.remoteAddress ?? '';
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => user.drained(this));
    socket.once('close', () => user.closed(this));
  }

  get isOpen(): boolean {
    return this.#socket.writable;
  }

  /** Whether more should be written now. */
  get isReady(): boolean {
    return this.#socket.writable && !this.#socket.writableNeedDrain;
  }

  /** When bytes last came. */
  get lastUseAt(): number {
    return this.#lastUseAt;
  }

  /** Digest of the other end's certificate, `AA:BB:…`; undefined without one, or for a hash that is none. */
  fingerprint(hash: string): string | undefined {
    if (!(this.#socket instanceof TLSSocket)) return undefined;
    const certificate = this.#socket.getPeerX509Certificate();
    if (hash === 'sha-256') return certificate?.fingerprint256;
    if (hash === 'sha-512') return certificate?.fingerprint512;
    return hash === 'sha-1' ? certificate?.fingerprint : undefined;
  }

  /** @param written called when the kernel has the bytes; not at all when the connection ends before. */
  request(request: MsrpRequest, written?: () => void): void {
    this.#write(serializeMsrpRequest(request), written);
  }

  respond(response: MsrpResponse): void {
    this.#write(serializeMsrpResponse(response));
  }

  /** Writes what waits and ends. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** While `work` runs, the message that it takes counts; with too many of them nothing more is read. */
  async hold(work: Promise<void>): Promise<void> {
    this.#pending++;
    if (this.#pending >= MAX_PENDING) this.#socket.pause();
    try {
      await work;
    } finally {
      this.#pending--;
      if (this.#pending < MAX_PENDING && this.#socket.isPaused()) this.#socket.resume();
    }
  }

  #write(bytes: Uint8Array, written?: () => void): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength + bytes.length > MAX_QUEUED_BYTES) {
      this.#socket.destroy();
      return;
    }
    this.#socket.write(bytes, (cause) => {
      if (!cause) written?.();
    });
  }

  #read(chunk: Uint8Array): void {
    this.#lastUseAt = Date.now();
    for (const event of this.#framer.push(chunk)) {
      if (this.#socket.destroyed) return;
      if (event.type === 'fault') this.#user.fault(undefined, this);
      else this.#take(event.frame, event.type === 'oversize');
    }
  }

  #take(frame: MsrpFrame, isOversize: boolean): void {
    const result = parseMsrpFrame(frame, this.#limits);
    if (!result.ok) this.#user.fault(result.fault, this);
    else if (result.kind === 'response') this.#user.responded(result.message, this);
    else if (isOversize) this.#user.oversize(result.message, this);
    else this.#user.request(result.message, this);
  }
}
