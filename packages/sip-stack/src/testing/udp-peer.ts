/**
 * A SIP peer for tests: a loopback UDP socket that says and hears whole messages as text, in real time even while
 * timers are faked.
 */
import { createSocket, type Socket } from 'node:dgram';
import { afterMs, type Cancel } from './real-time.ts';

export class UdpPeer {
  readonly port: number;
  readonly #socket: Socket;
  readonly #host: string;
  readonly #heard: string[] = [];
  #waiting: ((message: string) => void) | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host.includes(':') ? host : '127.0.0.1';
    this.port = socket.address().port;
    socket.on('message', (bytes) => {
      const message = bytes.toString();
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#heard.push(message);
      else waiting(message);
    });
  }

  static open(host = '127.0.0.1'): Promise<UdpPeer> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, host, () => resolve(new UdpPeer(socket, host)));
    });
  }

  say(message: string | Uint8Array, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(message, port, this.#host, (cause) => (cause ? reject(cause) : resolve()));
    });
  }

  /** The next message, oldest first; rejects when none comes in time. */
  hear(timeoutMs = 10_000): Promise<string> {
    const known = this.#heard.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const cancel: Cancel = afterMs(timeoutMs, () => {
        this.#waiting = undefined;
        reject(new Error('Nothing was heard.'));
      });
      this.#waiting = (message) => {
        cancel();
        resolve(message);
      };
    });
  }

  /** All messages heard and not taken, once nothing came for `quietMs`. */
  async rest(quietMs = 8): Promise<readonly string[]> {
    const rest: string[] = [];
    for (;;) {
      const next = await this.hear(quietMs).catch(() => undefined);
      if (next === undefined) return rest;
      rest.push(next);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
