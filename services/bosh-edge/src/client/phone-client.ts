/**
 * One login at an XMPP server, by @xmpp/client: it negotiates the stream, asks for the resource and answers requests. When to
 * connect, and when again, is not its matter. RFC 6120, RFC 7395.
 */
import { randomBytes } from 'node:crypto';
import type { ConnectionCause, SaslMechanism } from '@stoxgate/contracts';
import { el, NS, serialize, type XmlLimits } from '@stoxgate/wire-xmpp';
import { type Client, type ClientSocket, client } from '@xmpp/client';
import { useSocket } from './library-socket.ts';
import { SaslExchange } from './sasl-exchange.ts';
import { StreamFilter } from './stream-filter.ts';
import { dialTcp } from './tcp-wire.ts';
import { dialWebSocket } from './web-socket-wire.ts';
import type { Place, Wire } from './wire.ts';

export interface PhoneLogin {
  readonly place: Place;
  readonly username: string;
  readonly password: string;
  readonly resource: string;
  /** Best first. */
  readonly mechanisms: readonly SaslMechanism[];
  readonly limits: XmlLimits;
  /** Silence after which the server is asked whether it is still there. */
  readonly silenceMs: number;
}

export interface PhoneClientListener {
  opened(): void;
  /** Once. */
  closed(cause: ConnectionCause): void;
}

const LOGIN_MS = 30_000;
const ANSWER_MS = 30_000;
const CLOSE_MS = 5000;
/** Requests are not answered while so many bytes wait for a server that does not read. */
const MAX_UNSENT = 65_536;

const PING = serialize(
  el('iq', { xmlns: NS.CLIENT, type: 'get', id: 'alive' }, el('ping', { xmlns: NS.PING })),
);
const UNAVAILABLE = serialize(el('presence', { xmlns: NS.CLIENT, type: 'unavailable' }));

export class PhoneClient {
  readonly #login: PhoneLogin;
  readonly #listener: PhoneClientListener;
  readonly #filter: StreamFilter;
  readonly #client: Client;
  #socket: ClientSocket | undefined;
  #wire: Wire | undefined;
  #state: 'opening' | 'open' | 'closing' | 'over' = 'opening';
  #timer: NodeJS.Timeout;
  #heardAt = 0;
  #isAsked = false;

  /** Begins to connect. */
  constructor(login: PhoneLogin, listener: PhoneClientListener) {
    const { place, username, password, resource, mechanisms, limits } = login;
    this.#login = login;
    this.#listener = listener;
    const nonce = randomBytes(18).toString('base64');
    const exchange = new SaslExchange({ username, password, nonce }, (fault) => this.#over(fault));
    this.#filter = new StreamFilter({
      isFramed: place.url.startsWith('ws'),
      limits,
      mechanisms,
      isProvenBy: (mechanism, success) => exchange.isProvenBy(mechanism, success),
    });
    this.#client = client({
      service: place.url,
      domain: place.domain,
      resource,
      timeout: LOGIN_MS,
      credentials: (authenticate) => authenticate({}, this.#filter.mechanism ?? ''),
    });
    this.#client.reconnect.stop();
    this.#client.on('error', () => this.#over('ended'));
    this.#client.on('online', () => this.#opened());
    // Its own mechanisms know no SHA-256, prepare no password and believe any server.
    this.#client.saslFactory._mechs.length = 0;
    for (const name of mechanisms) this.#client.saslFactory.use(name, exchange.mechanism(name));
    useSocket(this.#client, place.url, {
      connect: (socket) => this.#dial(socket),
      write: (text, done) => this.#wire?.write(text, done),
      end: () => this.#wire?.end(),
    });
    this.#timer = setTimeout(() => this.#over('timeout'), LOGIN_MS);
    this.#connect().catch(() => this.#over('ended'));
  }

  /** Sends a stanza, as text. False: it is not open, or does not get it out. */
  async send(stanza: string): Promise<boolean> {
    if (this.#state !== 'open') return false;
    return this.#client.write(stanza).then(
      () => true,
      () => false,
    );
  }

  /** Logs out; waits for the server to say goodbye, but not for long. */
  close(): void {
    if (this.#state === 'opening') this.#over('asked');
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#over('asked'), CLOSE_MS);
    this.#client
      .write(UNAVAILABLE)
      .then(() => this.#client.stop())
      .catch(() => undefined)
      .finally(() => this.#over('asked'));
  }

  /** Ends it at once. */
  destroy(): void {
    this.#over('asked');
  }

  /** The library's `start` leaves a promise behind that nobody looks at when it fails. */
  async #connect(): Promise<void> {
    const { url, domain } = this.#login.place;
    await this.#client.connect(url);
    await this.#client.open({ domain, lang: 'en' });
  }

  #dial(socket: ClientSocket): void {
    const { place } = this.#login;
    this.#socket = socket;
    this.#wire = (place.url.startsWith('ws') ? dialWebSocket : dialTcp)(place, {
      connected: () => this.#tell('connect'),
      text: (text) => this.#heard(text),
      closed: (fault) => {
        this.#tell('close', false);
        this.#over(fault);
      },
    });
  }

  /** Emits to the library. Whatever it throws at that ends the connection, and nothing else. */
  #tell(event: string, ...values: readonly unknown[]): void {
    try {
      this.#socket?.emit(event, ...values);
    } catch {
      this.#over('ended');
    }
  }

  #heard(text: string): void {
    this.#heardAt = performance.now();
    this.#isAsked = false;
    for (const filtered of this.#filter.push(text)) {
      if (this.#state === 'over') return;
      if (filtered.kind === 'over') this.#over(filtered.cause);
      else if (filtered.kind === 'close' && this.#state !== 'closing') this.#over('ended');
      else if (this.#state !== 'open' || (this.#wire?.unsent ?? 0) < MAX_UNSENT)
        this.#tell('data', filtered.text);
    }
  }

  #opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    this.#watch(this.#login.silenceMs);
    this.#listener.opened();
  }

  /** After a while: whether anything was heard, and if not, whether anybody is there. */
  #watch(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const leftMs = this.#heardAt + this.#login.silenceMs - performance.now();
      if (leftMs > 0) {
        this.#watch(leftMs);
      } else if (this.#isAsked) {
        this.#over('timeout');
      } else {
        this.#isAsked = true;
        void this.send(PING);
        this.#watch(ANSWER_MS);
      }
    }, afterMs);
  }

  #over(cause: ConnectionCause): void {
    if (this.#state === 'over') return;
    const isAsked = this.#state === 'closing';
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#wire?.destroy();
    this.#listener.closed(isAsked ? 'asked' : cause);
  }
}
