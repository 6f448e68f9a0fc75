/**
 * A connection manager on a loopback port that says what a test wants it to say.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Asked {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
  /** Answers with text, status 200 unless given. */
  reply(text: string, status?: number, headers?: Readonly<Record<string, string>>): void;
  /** Cuts the connection. */
  cut(): void;
}

type Script = (asked: Asked) => void;

export const EMPTY = "<body xmlns='http://jabber.org/protocol/httpbind'/>";

export class FakeManager {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #isSecure: boolean;
  readonly asked: Asked[] = [];
  script: Script = ({ reply }) => reply(EMPTY);
  /** Connections that were ever opened. */
  connections = 0;

  private constructor(server: Server, isSecure: boolean) {
    this.#server = server;
    this.#isSecure = isSecure;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => this.#take(request, response, body));
    });
    server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  static async open(tls?: { readonly cert: string; readonly key: string }): Promise<FakeManager> {
    const server = tls === undefined ? createServer() : (createSecureServer(tls) as unknown as Server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeManager(server, tls !== undefined);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return this.#isSecure ? `https://localhost:${port}/http-bind` : `http://127.0.0.1:${port}/http-bind`;
  }

  get bodies(): readonly string[] {
    return this.asked.map(({ body }) => body);
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** Ends every connection, also those in use. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(request: IncomingMessage, response: ServerResponse, body: string): void {
    const asked: Asked = {
      request,
      response,
      body,
      reply: (text, status = 200, headers = {}) => {
        response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8', ...headers }).end(text);
      },
      cut: () => request.socket.destroy(),
    };
    this.asked.push(asked);
    this.script(asked);
  }
}
