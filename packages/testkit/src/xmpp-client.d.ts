/** The part of @xmpp/client that the test user needs; it brings no types. */
declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  export interface LtxElement {
    readonly name: string;
    readonly attrs: Readonly<Record<string, string>>;
    readonly children: readonly (LtxElement | string)[];
    getName(): string;
    getNS(): string | undefined;
  }

  export function xml(
    name: string,
    attrs: Readonly<Record<string, string>>,
    ...children: readonly (LtxElement | string)[]
  ): LtxElement;

  export interface IncomingContext {
    readonly name: string;
    readonly type: string;
  }

  export interface XmppClient extends EventEmitter {
    readonly socket: Socket | null;
    readonly jid: { toString(): string } | null;
    readonly reconnect: { stop(): void };
    readonly middleware: {
      use(handler: (context: IncomingContext, next: () => Promise<unknown>) => Promise<unknown>): void;
    };
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(element: LtxElement): Promise<void>;
  }

  export type Authenticate = (
    credentials: { readonly username: string; readonly password: string },
    mechanism: string,
  ) => Promise<void>;

  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly resource?: string;
    readonly credentials: (authenticate: Authenticate, mechanisms: readonly string[]) => Promise<void>;
  }): XmppClient;
}
