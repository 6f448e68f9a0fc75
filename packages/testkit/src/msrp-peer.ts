/**
 * A scripted MSRP endpoint for tests, beside a `SipPhone` or alone. RFC 4975. It waits for connections or makes one, answers
 * what comes as it is told, and says what came. Every wait has a deadline.
 */
import { randomBytes } from 'node:crypto';
import { createServer, connect as openConnection, type Server, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  createServer as createTlsServer,
  connect as openTlsConnection,
  type TlsOptions,
} from 'node:tls';
import {
  chunksOf,
  type FailureReport,
  MsrpFramer,
  type MsrpRequest,
  type MsrpResponse,
  msrpResponseTo,
  parseMsrpFrame,
  parseMsrpPath,
  Reassembly,
  serializeMsrpRequest,
  serializeMsrpResponse,
} from '@stoxgate/wire-msrp';
import { DeadlineQueue } from './deadline-queue.ts';

export interface MsrpPeerOptions {
  readonly host?: string;
  /** Listens over TLS. */
  readonly tls?: TlsOptions;
  /** Code that a request is answered with; undefined: no answer. 200 to every SEND where absent. */
  readonly answer?: (request: MsrpRequest) => number | undefined;
}

/** A whole message that came. */
export interface MsrpPeerMessage {
  readonly messageId: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly wantsReport: boolean;
  readonly failureReport: FailureReport;
}

export interface MsrpSendOptions {
  readonly contentType?: string;
  readonly messageId?: string;
  readonly chunkBytes?: number;
  readonly wantsReport?: boolean;
  readonly failureReport?: FailureReport;
}

const TIMEOUT_MS = 5000;
const LIMITS = { maxMessageBytes: 16 * 1024 * 1024, maxOpenMessages: 100 };

const ident = (): string => randomBytes(8).toString('hex');

export class MsrpPeer {
  /** Our URI, for `a=path`. */
  readonly path: string;
  readonly port: number;
  /** What came, in order: methods and codes. */
  readonly heard: string[] = [];
  /** May be changed in the middle of a test. */
  answer: (request: MsrpRequest) => number | undefined;
  readonly #server: Server;
  readonly #reassembly = new Reassembly(LIMITS);
  readonly #requests = new DeadlineQueue<MsrpRequest>();
  readonly #responses = new DeadlineQueue<MsrpResponse>();
  readonly #messages = new DeadlineQueue<MsrpPeerMessage>();
  readonly #closings = new DeadlineQueue<true>();
  #socket: Socket | undefined;
  #remotePath = '';

  private constructor(server: Server, host: string, port: number, options: MsrpPeerOptions) {
    this.#server = server;
    this.port = port;
    this.answer = options.answer ?? (({ method }) => (method === 'REPORT' ? undefined : 200));
    this.path = `${options.tls === undefined ? 'msrp' : 'msrps'}://${host}:${port}/${ident()};tcp`;
  }

  /** A peer that listens on a free port. It may connect all the same. */
  static open(options: MsrpPeerOptions = {}): Promise<MsrpPeer> {
    const { host = '127.0.0.1', tls } = options;
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    server.on('tlsClientError', () => undefined);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, () => {
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        const peer = new MsrpPeer(server, host, port, options);
        server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
          peer.#take(socket),
        );
        resolve(peer);
      });
    });
  }

  /** Says where our requests go, when the other side connects. */
  expect(remotePath: string): void {
    this.#remotePath = remotePath;
  }

  /**
   * Connects to the first URI of a path and binds the session by an empty SEND; resolves to the code it is answered with.
   * `tls` are options of the connection, `isSilent` leaves the SEND out (code 0).
   */
  async connect(
    remotePath: string,
    { tls, isSilent = false }: { readonly tls?: ConnectionOptions; readonly isSilent?: boolean } = {},
  ): Promise<number> {
    this.#remotePath = remotePath;
    const [hop] = parseMsrpPath(remotePath, 8, 512) ?? [];
    const { host, port = 2855, scheme } = hop ?? { host: '', scheme: 'msrp' };
    const isSecure = scheme === 'msrps';
    await new Promise<void>((resolve, reject) => {
      const socket = isSecure ? openTlsConnection({ ...tls, host, port }) : openConnection({ host, port });
      socket.once('error', reject);
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        this.#take(socket);
        resolve();
      });
    });
    return isSilent ? 0 : this.request({ byteRange: { start: 1, end: 0, total: 0 }, messageId: ident() });
  }

  /** Sends one request, SEND where not said; resolves to the code of its response. */
  async request(given: Partial<MsrpRequest>): Promise<number> {
    const request = this.post(given);
    const { code } = await this.#responses.take(
      ({ transactionId }) => transactionId === request.transactionId,
      TIMEOUT_MS,
      (reason) => `no response ${reason}`,
    );
    return code;
  }

  /** The same without waiting. */
  post(given: Partial<MsrpRequest>): MsrpRequest {
    const request: MsrpRequest = {
      transactionId: ident(),
      method: 'SEND',
      toPath: parseMsrpPath(this.#remotePath, 8, 512) ?? [],
      fromPath: parseMsrpPath(this.path, 1, 512) ?? [],
      headers: [],
      byteRange: { start: 1, end: undefined, total: undefined },
      wantsSuccessReport: false,
      failureReport: 'yes',
      flag: '$',
      ...given,
    };
    this.write(serializeMsrpRequest(request));
    return request;
  }

  /** Sends a message in chunks, each after the response to the one before; resolves to the first code that is not 200, or 200. */
  async send(text: string | Uint8Array, options: MsrpSendOptions = {}): Promise<number> {
    const {
      contentType = 'text/plain;charset=UTF-8',
      messageId = ident(),
      chunkBytes = 2048,
      wantsReport = false,
      failureReport = 'yes',
    } = options;
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    for (const chunk of chunksOf(bytes, chunkBytes)) {
      const given = { messageId, contentType, wantsSuccessReport: wantsReport, failureReport, ...chunk };
      if (failureReport !== 'yes') this.post(given);
      else {
        const code = await this.request(given);
        if (code !== 200) return code;
      }
    }
    return 200;
  }

  /** Reports what became of a message that came. */
  report({ messageId, bytes }: MsrpPeerMessage, code = 200): void {
    const byteRange = { start: 1, end: bytes.length, total: bytes.length };
    this.post({ method: 'REPORT', messageId, byteRange, status: { code } });
  }

  /** Any bytes on the connection. */
  write(bytes: string | Uint8Array): void {
    this.#socket?.write(bytes);
  }

  /** The next request of a method, each chunk one. */
  next(method = 'SEND', timeoutMs = TIMEOUT_MS): Promise<MsrpRequest> {
    return this.#requests.take(
      (request) => request.method === method,
      timeoutMs,
      (reason) => `no ${method} ${reason}`,
    );
  }

  /** The next whole message. */
  message(timeoutMs = TIMEOUT_MS): Promise<MsrpPeerMessage> {
    return this.#messages.take(
      () => true,
      timeoutMs,
      (reason) => `no message ${reason}`,
    );
  }

  /** Takes the whole messages that have come. */
  messages(): readonly MsrpPeerMessage[] {
    return this.#messages.takeAll();
  }

  /** Resolves when the other side has closed the connection. */
  async isClosed(timeoutMs = TIMEOUT_MS): Promise<true> {
    return this.#closings.take(
      () => true,
      timeoutMs,
      (reason) => `not closed ${reason}`,
    );
  }

  /** Stops reading, as a peer that hangs. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Cuts the connection; the listener stays. */
  hangUp(): void {
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(socket: Socket): void {
    this.#socket = socket;
    const framer = new MsrpFramer({
      maxHeadBytes: 65_536,
      maxBodyBytes: LIMITS.maxMessageBytes,
      maxHeaders: 100,
      maxPathUris: 8,
      maxUriChars: 512,
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closings.put(true));
    socket.on('data', (chunk) => {
      for (const event of framer.push(chunk)) {
        const result = event.type === 'frame' ? parseMsrpFrame(event.frame) : undefined;
        if (!result?.ok) socket.destroy(new Error('What came is not MSRP.'));
        else if (result.kind === 'response') {
          this.heard.push(String(result.message.code));
          this.#responses.put(result.message);
        } else this.#hear(result.message);
      }
    });
  }

  #hear(request: MsrpRequest): void {
    this.heard.push(request.method);
    const code = this.answer(request);
    if (code !== undefined && request.failureReport !== 'no') {
      this.write(serializeMsrpResponse(msrpResponseTo(request, code)));
    }
    this.#requests.put(request);
    const { messageId = '', contentType, wantsSuccessReport, failureReport } = request;
    if (request.method !== 'SEND' || contentType === undefined || (code ?? 200) !== 200) return;
    const taken = this.#reassembly.take(request, 0);
    if (taken.type !== 'complete') return;
    const { bytes } = taken;
    const text = new TextDecoder().decode(bytes);
    this.#messages.put({
      messageId,
      contentType,
      bytes,
      text,
      wantsReport: wantsSuccessReport,
      failureReport,
    });
  }
}
