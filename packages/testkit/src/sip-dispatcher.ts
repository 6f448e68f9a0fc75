/**
 * A dispatcher before several gateways, as operators put one there: a stateless UDP proxy (RFC 3261 §16.11) that probes them by
 * OPTIONS, gives what comes from phones to one that answers, by Call-ID, and stays in the route of every dialog.
 */
import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface SipMessageSeen {
  /** Method of a request; of a response that of its CSeq. */
  readonly method: string;
  readonly callId: string;
  /** Undefined: a request. */
  readonly status: number | undefined;
  readonly isFromGateway: boolean;
  /** Value of its To. */
  readonly to: string;
}

export interface SipDispatcherOptions {
  readonly port?: number;
  /** UDP ports of the gateways on the loopback. */
  readonly gateways: readonly number[];
  /** UDP port of the phone that a request of a gateway goes to, where its Request-URI names none on the loopback. */
  readonly phoneFor: (method: string, requestUri: string) => number;
  readonly onMessage?: (message: SipMessageSeen) => void;
}

export interface SipDispatcher {
  readonly port: number;
  /** Gateways that answer. */
  alive(): readonly number[];
  stop(): Promise<void>;
}

const PROBE_EVERY_MS = 300;
/** Without an answer for so long a gateway gets nothing. */
const SILENT_MS = 1000;
const LOCAL = '127.0.0.1';
const PROBE = 'probe-of-dispatcher-';

const header = (text: string, name: string): string =>
  new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)\\r?$`, 'im').exec(text)?.[1] ?? '';
const portIn = (uriOrVia: string): number | undefined => {
  const port = /127\.0\.0\.1:(\d+)/.exec(uriOrVia)?.[1];
  return port === undefined ? undefined : Number(port);
};
const hash = (text: string): string => createHash('sha1').update(text).digest('hex');

class Dispatcher implements SipDispatcher {
  readonly #options: SipDispatcherOptions;
  readonly #socket: Socket = createSocket('udp4');
  readonly #heardAt = new Map<number, number>();
  /** The same of any answer: one that drains says 503. */
  readonly #answeredAt = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #probes = 0;
  port = 0;

  constructor(options: SipDispatcherOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#socket.on('message', (bytes, { port }) => this.#take(bytes.toString('utf8'), port));
    // A port with nobody behind it is told by ICMP.
    this.#socket.on('error', () => undefined);
    this.#socket.bind(this.#options.port ?? 0, LOCAL);
    await once(this.#socket, 'listening');
    this.port = this.#socket.address().port;
    this.#probe();
    this.#timer = setInterval(() => this.#probe(), PROBE_EVERY_MS);
  }

  alive(): readonly number[] {
    return this.#heardOf(this.#heardAt);
  }

  #heardOf(times: ReadonlyMap<number, number>): readonly number[] {
    const since = Date.now() - SILENT_MS;
    return this.#options.gateways.filter((port) => (times.get(port) ?? 0) >= since);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #probe(): void {
    for (const port of this.#options.gateways) {
      const callId = `${PROBE}${port}-${this.#probes++}`;
      const text =
        `OPTIONS sip:${LOCAL}:${port} SIP/2.0\r\nVia: SIP/2.0/UDP ${LOCAL}:${this.port};branch=z9hG4bK${hash(callId)}\r\n` +
        `From: <sip:dispatcher@${LOCAL}>;tag=d\r\nTo: <sip:${LOCAL}:${port}>\r\nCall-ID: ${callId}\r\n` +
        'CSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\nContent-Length: 0\r\n\r\n';
      this.#socket.send(text, port, LOCAL);
    }
  }

  #take(text: string, from: number): void {
    const isResponse = text.startsWith('SIP/2.0 ');
    const callId = header(text, 'Call-ID');
    const status = isResponse ? Number(text.slice(8, 11)) : undefined;
    if (status !== undefined && callId.startsWith(PROBE)) {
      this.#answeredAt.set(from, Date.now());
      if (status === 200) this.#heardAt.set(from, Date.now());
      return;
    }
    const isFromGateway = this.#options.gateways.includes(from);
    const method = isResponse ? (header(text, 'CSeq').split(' ')[1] ?? '') : text.slice(0, text.indexOf(' '));
    this.#options.onMessage?.({ method, callId, status, isFromGateway, to: header(text, 'To') });
    if (isResponse) this.#forwardResponse(text);
    else this.#forwardRequest(text, method, callId, isFromGateway);
  }

  /** Without the topmost Via, which is ours; SIPp writes several into one line. */
  #forwardResponse(text: string): void {
    const stripped = text.replace(
      /^Via[ \t]*:([^,\r\n]*)(?:,[ \t]*([^\r\n]+))?\r\n/im,
      (_, __, rest?: string) => (rest === undefined ? '' : `Via: ${rest}\r\n`),
    );
    const to = portIn(header(stripped, 'Via').split(',')[0] ?? '');
    if (stripped.length < text.length && to !== undefined) this.#socket.send(stripped, to, LOCAL);
  }

  #forwardRequest(text: string, method: string, callId: string, isFromGateway: boolean): void {
    const requestUri = text.split(' ', 2)[1] ?? '';
    const to = isFromGateway
      ? (portIn(requestUri) ?? this.#options.phoneFor(method, requestUri))
      : ((method === 'ACK' ? this.#named(requestUri) : undefined) ?? this.#gatewayFor(callId));
    if (to === undefined) return;
    const end = text.indexOf('\r\n') + 2;
    const above = /branch=([^;,\s]*)/i.exec(header(text, 'Via'))?.[1] ?? text;
    const recordRoute = method === 'INVITE' ? `Record-Route: <sip:${LOCAL}:${this.port};lr>\r\n` : '';
    const own = new RegExp(
      `^Route[ \\t]*:[ \\t]*<sip:${LOCAL}:${this.port}[^>]*>(?:[ \\t]*,[ \\t]*(.*))?\\r\\n`,
      'im',
    );
    const routed = text.slice(end).replace(own, (_, rest?: string) => (rest ? `Route: ${rest}\r\n` : ''));
    const via = `Via: SIP/2.0/UDP ${LOCAL}:${this.port};branch=z9hG4bK${hash(above)}\r\n`;
    this.#socket.send(text.slice(0, end) + via + recordRoute + routed, to, LOCAL);
  }

  /** The gateway that a URI names, unless it is dead: who drains waits for the ACK to its 2xx, and repeats that meanwhile. */
  #named(uri: string): number | undefined {
    return this.#heardOf(this.#answeredAt).find((port) => port === portIn(uri));
  }

  /** Rendezvous hashing: when one is gone, only its dialogs move. */
  #gatewayFor(callId: string): number | undefined {
    const ranked = this.alive().map((port) => ({
      port,
      rank: hash(`${callId} ${port}`),
    }));
    return ranked.sort((one, other) => (one.rank < other.rank ? -1 : 1))[0]?.port;
  }
}

/** Opens the socket on the loopback and begins to probe. */
export async function startSipDispatcher(options: SipDispatcherOptions): Promise<SipDispatcher> {
  const dispatcher = new Dispatcher(options);
  await dispatcher.start();
  return dispatcher;
}
