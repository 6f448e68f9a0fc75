/**
 * Sockets as conversations.
 */
import { createSocket } from 'node:dgram';
import { createConnection, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Conversation, Opened, Target, TlsTarget } from '../probes.ts';

export const PATIENCE_MS = 3000;
const MOST_HEARD = 1_000_000;

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';

/** What is heard piece by piece, and who waits for enough of it. */
class Ear {
  #heard = '';
  #isOver = false;
  #check: (() => void) | undefined;

  take(piece: Buffer): void {
    if (this.#heard.length < MOST_HEARD) this.#heard += piece.toString('latin1');
    this.#check?.();
  }

  end(): void {
    this.#isOver = true;
    this.#check?.();
  }

  hear(isEnough: (heard: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(this.#heard), PATIENCE_MS);
      this.#check = () => {
        if (!this.#isOver && !isEnough(this.#heard)) return;
        clearTimeout(late);
        this.#check = undefined;
        resolve(this.#heard);
      };
      this.#check();
    });
  }
}

function onStream(socket: Socket, opened: 'connect' | 'secureConnect', distrust: () => string | undefined) {
  return new Promise<Opened>((resolve) => {
    const ear = new Ear();
    socket.setTimeout(PATIENCE_MS, () => {
      resolve({ ok: false, code: 'ETIMEDOUT' });
      ear.end();
      socket.destroy();
    });
    socket.on('data', (piece) => ear.take(piece));
    socket.on('close', () => ear.end());
    socket.on('error', (error) => resolve({ ok: false, code: codeOf(error) }));
    socket.once(opened, () => {
      const fault = distrust();
      const line: Conversation = {
        ...(fault !== undefined && { distrust: fault }),
        local: { host: socket.localAddress ?? '', port: socket.localPort ?? 0 },
        say: (text) => void socket.write(text),
        hear: (isEnough) => ear.hear(isEnough),
        close: () => socket.destroy(),
      };
      resolve({ ok: true, line });
    });
  });
}

export const openTcp = ({ host, port }: Target): Promise<Opened> =>
  onStream(createConnection({ host, port }), 'connect', () => undefined);

/** Connects whatever the certificate; `distrust` says what is wrong with it. */
export function openTls({ host, port, serverName, ca, cert, key }: TlsTarget): Promise<Opened> {
  const socket: TLSSocket = connectTls({
    host,
    port,
    servername: serverName,
    rejectUnauthorized: false,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  });
  return onStream(socket, 'secureConnect', () => {
    const fault = socket.authorizationError as Error | string | undefined | null;
    if (socket.authorized || fault === undefined || fault === null) return undefined;
    return typeof fault === 'string' ? fault : codeOf(fault) === 'failed' ? fault.message : codeOf(fault);
  });
}

export function openUdp({ host, port }: Target): Promise<Opened> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const ear = new Ear();
  return new Promise((resolve) => {
    socket.on('error', (error) => {
      resolve({ ok: false, code: codeOf(error) });
      ear.end();
    });
    socket.on('message', (piece) => ear.take(piece));
    socket.connect(port, host, () => {
      const { address, port: own } = socket.address();
      const line: Conversation = {
        local: { host: address, port: own },
        say: (text) => socket.send(text, () => undefined),
        hear: (isEnough) => ear.hear(isEnough),
        close: () => socket.close(),
      };
      resolve({ ok: true, line });
    });
  });
}
