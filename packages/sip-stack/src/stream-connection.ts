/**
 * One TCP or TLS connection: framing, keep-alive, bounded writes. RFC 3261 §18, RFC 5626 §4.4.1.
 */
import type { Socket } from 'node:net';
import { type ParseFault, type SipLimits, StreamFramer } from '@stoxgate/wire-sip';
import type { Hop } from './hop.ts';

export interface StreamReceiver {
  message(bytes: Uint8Array, connection: StreamConnection): void;
  /** The stream cannot be read further; the connection closes once `answer`, if any, is written. */
  streamFault(fault: ParseFault, connection: StreamConnection): Uint8Array | undefined;
}

const CRLF = Buffer.from('\r\n');

export class StreamConnection {
  /** The other end. With `serverName` where we opened the connection to a domain. */
  readonly hop: Hop;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  readonly #receiver: StreamReceiver;
  readonly #maxQueuedBytes: number;
  #lastUseAt = Date.now();
  #partialSince: number | undefined;

  /** @param maxQueuedBytes written and not yet taken by the peer; beyond it the connection is given up. */
  constructor(socket: Socket, hop: Hop, receiver: StreamReceiver, limits: SipLimits, maxQueuedBytes: number) {
    this.#socket = socket;
    this.hop = hop;
    this.#receiver = receiver;
    this.#framer = new StreamFramer(limits);
    this.#maxQueuedBytes = maxQueuedBytes;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
  }

  get open(): boolean {
    return this.#socket.writable;
  }

  /** Resolves when the kernel has the bytes; rejects when the connection ends first or its queue is full. */
  send(bytes: Uint8Array): Promise<void> {
    this.#lastUseAt = Date.now();
    if (this.#socket.writableLength + bytes.length > this.#maxQueuedBytes) {
      this.#socket.destroy(new Error('The peer does not read.'));
      return Promise.reject(new Error('The peer does not read.'));
    }
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (cause) => (cause ? reject(cause) : resolve()));
    });
  }

  /** Ends a connection that was unused for `idleMs`, or that left a message unfinished for `partialMs`. */
  endIfStale(now: number, idleMs: number, partialMs: number): void {
    const slow = this.#partialSince !== undefined && now - this.#partialSince > partialMs;
    if (slow || now - this.#lastUseAt > idleMs) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array): void {
    const now = Date.now();
    this.#lastUseAt = now;
    let completed = false;
    for (const event of this.#framer.push(chunk)) {
      completed = true;
      if (event.type === 'message') this.#receiver.message(event.bytes, this);
      else if (event.type === 'keep-alive') this.send(CRLF).catch(() => undefined);
      else this.#fail(event.fault);
    }
    if (!this.#framer.pending) this.#partialSince = undefined;
    else if (completed || this.#partialSince === undefined) this.#partialSince = now;
  }

  #fail(fault: ParseFault): void {
    const answer = this.#receiver.streamFault(fault, this);
    if (answer === undefined) this.#socket.destroy();
    else this.#socket.end(answer);
  }
}
