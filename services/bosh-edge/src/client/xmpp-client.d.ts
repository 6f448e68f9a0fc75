/** The part of @xmpp/client that phones need; it brings no types. */
declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';

  /** What the library takes for a socket. It emits `connect`, `data`, `close` and `error`. */
  export interface ClientSocket extends EventEmitter {
    readonly secure: boolean;
    connect(): void;
    write(text: string, done: (cause?: Error) => void): void;
    end(): void;
  }

  /** A way to connect, found by its `socketParameters`: what a service of its kind has, and undefined for others. */
  export interface Transport {
    readonly prototype: {
      Socket: new () => ClientSocket;
      socketParameters(service: string): unknown;
    };
  }

  export interface Mechanism {
    readonly name: string;
    readonly clientFirst: boolean;
    /** What the client says next. */
    response(): string | Promise<string>;
    challenge(text: string): void | Promise<void>;
  }

  export interface Client extends EventEmitter {
    readonly transports: Transport[];
    readonly reconnect: { stop(): void };
    readonly saslFactory: {
      readonly _mechs: unknown[];
      use(name: string, mechanism: new () => Mechanism): void;
    };
    connect(service: string): Promise<unknown>;
    open(stream: { readonly domain: string; readonly lang: string }): Promise<unknown>;
    write(text: string): Promise<void>;
    stop(): Promise<unknown>;
  }

  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly resource: string;
    /** How long a stream may take to open or to close. */
    readonly timeout: number;
    readonly credentials: (
      authenticate: (credentials: object, mechanism: string) => Promise<void>,
      mechanisms: readonly string[],
    ) => Promise<void>;
  }): Client;
}
