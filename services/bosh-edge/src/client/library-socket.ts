/**
 * Our wires in the place of the library's sockets.
 */
import { EventEmitter } from 'node:events';
import type { Client, ClientSocket } from '@xmpp/client';

export interface SocketUser {
  /** The library connects. */
  connect(socket: ClientSocket): void;
  write(text: string, done: (cause?: Error) => void): void;
  end(): void;
}

/** Has the library's own transport for `service` use a socket of ours. */
export function useSocket({ transports }: Client, service: string, user: SocketUser): void {
  const own = transports.find(({ prototype }) => prototype.socketParameters(service) !== undefined);
  if (own === undefined) return;
  class LibrarySocket extends EventEmitter implements ClientSocket {
    /** Else its stream would go without `from`; whether it is secure is the wire's matter. */
    readonly secure = true;
    connect(): void {
      user.connect(this);
    }
    write(text: string, done: (cause?: Error) => void): void {
      user.write(text, done);
    }
    end(): void {
      user.end();
    }
  }
  transports.unshift({ prototype: Object.create(own.prototype, { Socket: { value: LibrarySocket } }) });
}
