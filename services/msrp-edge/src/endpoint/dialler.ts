/**
 * Connections that we open, used again for other sessions with the same hop (RFC 4975 §5.4).
 */
import type { Socket } from 'node:net';
import type { MsrpConnection } from './connection.ts';
import { proves } from './proof.ts';
import type { Peer } from './session.ts';
import { hopKeyOf, isUntrusted, type MsrpIdentity, openStream } from './streams.ts';

export type DialFailure = 'unreachable' | 'untrusted';

export interface DiallerOptions {
  admits(address: string): boolean;
  readonly timing: { readonly connectMs: number };
}

export class Dialler {
  readonly #options: DiallerOptions;
  readonly #adopt: (socket: Socket) => MsrpConnection;
  readonly #byHop = new Map<string, Promise<MsrpConnection | DialFailure>>();
  readonly #hops = new Map<MsrpConnection, string>();

  constructor(options: DiallerOptions, adopt: (socket: Socket) => MsrpConnection) {
    this.#options = options;
    this.#adopt = adopt;
  }

  /** The connection to a peer's next hop, or a new one. Never rejects. */
  dial(peer: Peer, identity: MsrpIdentity | undefined): Promise<MsrpConnection | DialFailure> {
    const key = hopKeyOf(peer);
    const known = this.#byHop.get(key);
    if (known !== undefined) return known;
    const dialled = this.#open(peer, identity, key);
    this.#byHop.set(key, dialled);
    return dialled;
  }

  /** The connection is not used again. */
  forget(connection: MsrpConnection): void {
    const key = this.#hops.get(connection);
    if (key === undefined) return;
    this.#hops.delete(connection);
    this.#byHop.delete(key);
  }

  async #open(
    peer: Peer,
    identity: MsrpIdentity | undefined,
    key: string,
  ): Promise<MsrpConnection | DialFailure> {
    const failed = (cause: DialFailure): DialFailure => {
      this.#byHop.delete(key);
      return cause;
    };
    try {
      const socket = await openStream(peer, identity, this.#options.timing.connectMs);
      if (!this.#options.admits(socket.remoteAddress ?? '')) {
        socket.destroy();
        return failed('unreachable');
      }
      const connection = this.#adopt(socket);
      if (!proves(connection, peer)) {
        connection.destroy();
        return failed('untrusted');
      }
      this.#hops.set(connection, key);
      return connection;
    } catch (cause) {
      return failed(isUntrusted(cause) ? 'untrusted' : 'unreachable');
    }
  }
}
