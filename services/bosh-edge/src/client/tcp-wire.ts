/**
 * Wires over TCP: TLS from the start (XEP-0368), or once STARTTLS has been said.
 */
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { isCertificateFault } from '../http/tls-fault.ts';
import { startTls } from './start-tls.ts';
import type { Place, Wire, WireListener } from './wire.ts';

const PORTS = { 'xmpp:': 5222, 'xmpps:': 5223 } as const;
const KEEP_ALIVE_MS = 60_000;

export function dialTcp(place: Place, listener: WireListener): Wire {
  const { protocol, hostname, port } = new URL(place.url);
  const isSecure = protocol === 'xmpps:';
  const where = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORTS[isSecure ? 'xmpps:' : 'xmpp:'] : Number(port),
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    noDelay: true,
  };
  return new TcpWire(place, listener, where, isSecure);
}

class TcpWire implements Wire {
  readonly #place: Place;
  readonly #listener: WireListener;
  readonly #where: { readonly host: string; readonly port: number };
  #socket: Socket;

  constructor(
    place: Place,
    listener: WireListener,
    where: { readonly host: string; readonly port: number },
    isSecure: boolean,
  ) {
    this.#place = place;
    this.#listener = listener;
    this.#where = where;
    if (isSecure) {
      this.#socket = this.#secure({ ...where, ALPNProtocols: ['xmpp-client'] });
    } else {
      this.#socket = connect(where);
      this.#startTls(this.#socket);
    }
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(text: string, done: (cause?: Error) => void): void {
    this.#socket.write(text, (cause) => done(cause ?? undefined));
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #secure(options: ConnectionOptions): TLSSocket {
    const { domain, ca } = this.#place;
    const socket = connectTls({
      ...options,
      // Of the domain, whatever the host is called; an address is no name (RFC 6066 §3).
      ...(isIP(domain) === 0 && { servername: domain }),
      ...(ca !== undefined && { ca }),
    });
    this.#read(socket, 'secureConnect');
    return socket;
  }

  /** Without STARTTLS there is another connection, on which nothing was said yet. */
  #startTls(socket: Socket): void {
    startTls(socket, this.#place, (outcome) => {
      if (outcome === 'proceed') {
        this.#socket = this.#secure({ socket });
      } else if (outcome === 'not-offered') {
        socket.destroy();
        this.#socket = connect(this.#where);
        this.#read(this.#socket, 'connect');
      } else {
        socket.destroy();
        this.#listener.closed(outcome);
      }
    });
  }

  #read(socket: Socket, connected: 'connect' | 'secureConnect'): void {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let fault: Error | undefined;
    socket.once(connected, () => this.#listener.connected());
    socket.on('data', (chunk: Buffer) => {
      let text: string;
      try {
        text = decoder.decode(chunk, { stream: true });
      } catch {
        socket.destroy();
        return;
      }
      this.#listener.text(text);
    });
    socket.on('error', (cause) => {
      fault = cause;
    });
    socket.on('close', () => {
      this.#listener.closed(fault !== undefined && isCertificateFault(fault) ? 'tls' : 'transport');
    });
  }
}
