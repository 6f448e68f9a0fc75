/**
 * POSTs to connection managers, over connections that are kept for the next one. Thousands may wait for an answer at a time.
 */
import http from 'node:http';
import https from 'node:https';
import { readBody } from './read-body.ts';
import { isCertificateFault } from './tls-fault.ts';

export interface HttpClientOptions {
  /** Longest answer that is read. */
  readonly maxBytes: number;
  /** Authorities of servers, PEM; those that Node trusts when absent. */
  readonly ca?: string;
}

export type HttpOutcome =
  /** `text` is absent when the body is too long or no UTF-8. */
  | { readonly kind: 'answer'; readonly status: number; readonly text?: string }
  /** aborted: by `abort`. */
  | { readonly kind: 'timeout' | 'transport' | 'tls' | 'aborted' };

/** stale: a kept connection that the server had closed before it read the request. */
type Attempt = HttpOutcome | { readonly kind: 'stale' };

const CONNECT_MS = 10_000;

const POOL = {
  keepAlive: true,
  maxSockets: Number.POSITIVE_INFINITY,
  maxFreeSockets: 256,
  scheduling: 'lifo',
  /** After so long a connection that nobody uses is closed. */
  timeout: 60_000,
} as const;

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #plain = new http.Agent(POOL);
  readonly #secure: https.Agent;
  readonly #aborts = new Set<() => void>();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#secure = new https.Agent({ ...POOL, ...(options.ca === undefined ? {} : { ca: options.ca }) });
  }

  /** Requests that wait for their answer. */
  get waiting(): number {
    return this.#aborts.size;
  }

  /** Open connections, in use or not. */
  get connections(): number {
    return [this.#plain, this.#secure].reduce(
      (count, { sockets, freeSockets }) => count + sizeOf(sockets) + sizeOf(freeSockets),
      0,
    );
  }

  /** POSTs XML. Never rejects. Follows no redirection. */
  async post(url: string, body: string, timeoutMs: number): Promise<HttpOutcome> {
    const until = performance.now() + timeoutMs;
    const first = await this.#attempt(url, body, timeoutMs, true);
    if (first.kind !== 'stale') return first;
    const second = await this.#attempt(url, body, Math.max(1, until - performance.now()), false);
    return second.kind === 'stale' ? { kind: 'transport' } : second;
  }

  /** Ends what waits for an answer, and its connection. */
  abort(): void {
    for (const abort of [...this.#aborts]) abort();
  }

  close(): void {
    this.abort();
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #attempt(url: string, body: string, timeoutMs: number, mayReuse: boolean): Promise<Attempt> {
    const isSecure = url.startsWith('https:');
    const octets = Buffer.from(body, 'utf8');
    return new Promise((resolve) => {
      const request = (isSecure ? https : http).request(url, {
        ...this.#connection(isSecure, mayReuse),
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8', 'content-length': octets.length },
      });
      const end = (attempt: Attempt, isConnectionKept = false): void => {
        if (!this.#aborts.delete(abort)) return;
        clearTimeout(late);
        clearTimeout(unconnected);
        resolve(attempt);
        if (!isConnectionKept) request.destroy();
      };
      const abort = (): void => end({ kind: 'aborted' });
      this.#aborts.add(abort);
      const late = setTimeout(() => end({ kind: 'timeout' }), timeoutMs);
      const unconnected = setTimeout(() => end({ kind: 'transport' }), CONNECT_MS);
      request.on('socket', (socket) => {
        const isConnected = (): void => clearTimeout(unconnected);
        if (request.reusedSocket) isConnected();
        else socket.once(isSecure ? 'secureConnect' : 'connect', isConnected);
      });
      request.on('response', (response) => {
        const status = response.statusCode ?? 0;
        readBody(response, this.#options.maxBytes, (read) => {
          if (read.kind === 'text') end({ kind: 'answer', status, text: read.text }, true);
          else end(read.kind === 'cut' ? { kind: 'transport' } : { kind: 'answer', status });
        });
      });
      request.on('error', (cause) => {
        const isStale = request.reusedSocket && mayReuse && isCut(cause);
        end({ kind: isStale ? 'stale' : isCertificateFault(cause) ? 'tls' : 'transport' });
      });
      request.on('close', () => end({ kind: 'transport' }));
      request.end(octets);
    });
  }

  #connection(isSecure: boolean, mayReuse: boolean): https.RequestOptions {
    if (mayReuse) return { agent: isSecure ? this.#secure : this.#plain };
    const { ca } = this.#options;
    return { agent: false, ...(isSecure && ca !== undefined ? { ca } : {}) };
  }
}

const sizeOf = (sockets: NodeJS.ReadOnlyDict<readonly unknown[]>): number =>
  Object.values(sockets).reduce((count, list) => count + (list?.length ?? 0), 0);

const isCut = (cause: Error): boolean =>
  'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
