/**
 * One component's connection to the XMPP server: connects, shakes hands, pings, notices a dead server, comes back.
 * It carries text and stanzas; what must not be lost is the spool's matter. XEP-0114, XEP-0199.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { brandEdgeId, type EdgeId, type XmlElement } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import { el, NS, type RefusalCause, serialize, type XmlLimits } from '@stoxgate/wire-xmpp';
import { backoffMs } from './backoff.ts';
import { ComponentStream } from './component-stream.ts';
import { STREAM_END } from './handshake.ts';
import { type LinkFailure, lost } from './link-failure.ts';
import type { LinkTiming } from './link-timing.ts';
import { Liveness } from './liveness.ts';
import { Reading } from './reading.ts';

export interface LinkOptions {
  readonly domain: string;
  /** This process: what answers its pings may come by the link of another. */
  readonly edgeId: EdgeId;
  /** Answers that came by other links cannot reach this one: silence says nothing then. */
  readonly isCutOff: () => boolean;
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly limits: XmlLimits;
  readonly timing: LinkTiming;
  readonly log: Logger;
}

/** What the link tells; called synchronously, in order. */
export interface LinkListener {
  online(): void;
  /** After `online` only. */
  offline(failure: LinkFailure): void;
  stanza(stanza: XmlElement): void;
  /** A stanza over a limit was skipped. */
  refused(head: XmlElement, cause: RefusalCause): void;
  /** Every stanza written before the ping of that number has been processed by the server. */
  pong(ping: number): void;
  /** A ping of that other edge came back here: servers share out what is for a component among its connections. */
  strayPing(edge: EdgeId, stanza: XmlElement): void;
  /** `canWrite` is true again. */
  writable(): void;
}

/** Any ping of a link, and the edge whose it is. */
const PING_OF = /^ping\.([\w+-]+)\.[0-9a-f]+\.[0-9a-z]+$/;

/** Bytes handed to the socket and not yet taken by the kernel before the link asks to wait. */
const MAX_UNSENT_BYTES = 1_048_576;

export class ComponentLink {
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  /** Tells our pings from those of a link before ours. */
  readonly #pingPrefix: string;
  #socket: Socket | undefined;
  #stream: ComponentStream | undefined;
  #liveness: Liveness;
  readonly #reading = new Reading(() => (this.isOnline ? this.#socket : undefined));
  #ticker: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #pings = 0;
  #onlineSince: number | undefined;
  #isStopped = false;
  #fault: string | undefined = 'not connected yet';
  #isStandby = false;
  #reported: string | undefined;

  constructor(options: LinkOptions, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#pingPrefix = `ping.${options.edgeId}.${randomBytes(6).toString('hex')}.`;
    this.#liveness = new Liveness(options.timing.liveness, 0);
  }

  get isOnline(): boolean {
    return this.#onlineSince !== undefined;
  }

  /** Undefined while online, else why not. */
  fault(): string | undefined {
    return this.#fault;
  }

  /** Whether another connection serves the domain, and this one waits for its end. */
  get isStandby(): boolean {
    return this.#isStandby;
  }

  /** Begins to connect and never gives up until `stop`. */
  start(): void {
    this.#connect();
  }

  get canWrite(): boolean {
    return this.isOnline && (this.#socket?.writableLength ?? 0) < MAX_UNSENT_BYTES;
  }

  /** Hands text to the kernel; `flushed` is called when it has taken it, not at all when the link is cut before. */
  write(text: string, flushed: () => void): void {
    if (!this.isOnline) return;
    this.#socket?.write(text, (cause) => {
      if (cause === undefined || cause === null) flushed();
    });
  }

  /**
   * Sends a ping to ourselves by way of the server, and returns its number. Any answer that bears its id is a pong: the
   * stanza itself coming back, or an error of the server.
   */
  ping(): number {
    const number = ++this.#pings;
    const { domain } = this.#options;
    this.#reading.asked(number);
    this.#liveness.asked(performance.now());
    this.write(
      serialize(
        el(
          'iq',
          { type: 'get', from: domain, to: domain, id: this.#pingPrefix + number.toString(36) },
          el('ping', { xmlns: NS.PING }),
        ),
      ),
      () => {},
    );
    return number;
  }

  /** Reads no more than it must; silence is not held against the server meanwhile. */
  pause(): void {
    this.#reading.pause(true);
  }

  resume(): void {
    this.#liveness.excuse(performance.now());
    this.#reading.pause(false);
  }

  /** Closes the stream politely and waits at most `timeoutMs` for the server to do so too. Idempotent. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === undefined) return;
    if (socket.destroyed || socket.connecting) {
      socket.destroy();
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), timeoutMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.resume();
      socket.end(STREAM_END);
    });
  }

  #connect(): void {
    const { host, port, timing } = this.#options;
    const socket = connect({ host, port, noDelay: true });
    this.#socket = socket;
    let failure: LinkFailure | undefined;
    const fail = (cause: LinkFailure): void => {
      failure ??= cause;
    };
    const stream = this.#openStream(socket, fail);
    this.#stream = stream;
    this.#timer = setTimeout(() => {
      fail(lost(`no handshake within ${timing.handshakeMs} ms`));
      socket.destroy();
    }, timing.handshakeMs);
    socket.on('connect', () => stream.open());
    socket.on('data', (chunk: Buffer) => {
      this.#liveness.heard(performance.now());
      stream.push(chunk);
    });
    socket.on('drain', () => this.#listener.writable());
    socket.on('error', (cause) => fail(lost(`${host}:${port}: ${cause.message}`)));
    socket.on('close', () => this.#closed(failure ?? lost('the server closed the connection')));
  }

  #openStream(socket: Socket, fail: (cause: LinkFailure) => void): ComponentStream {
    const { domain, secret, limits } = this.#options;
    return new ComponentStream({
      domain,
      secret,
      limits,
      write: (text) => void socket.write(text),
      online: () => this.#becomeOnline(),
      stanza: (stanza) => this.#take(stanza),
      refused: (head, cause) => this.#listener.refused(head, cause),
      failed: (failure, text) => {
        fail(failure);
        socket.end(text);
        // A server that has nothing left to say may still keep the connection open.
        setTimeout(() => socket.destroy(), this.#options.timing.lingerMs).unref();
      },
    });
  }

  #becomeOnline(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    const { liveness, tickMs } = this.#options.timing;
    this.#onlineSince = now;
    this.#fault = undefined;
    this.#isStandby = false;
    this.#reported = undefined;
    this.#liveness = new Liveness(liveness, now);
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#reading.settle();
    this.#options.log.info({ domain: this.#options.domain }, 'component connected');
    this.#listener.online();
  }

  #tick(): void {
    const now = performance.now();
    if (!this.#reading.isOn || this.#options.isCutOff()) this.#liveness.excuse(now);
    const verdict = this.#liveness.check(now);
    if (verdict === 'ping-due') this.ping();
    if (verdict !== 'dead') return;
    this.#stream?.abort(lost('the server no longer answers: the connection was half open'));
    this.#socket?.destroy();
  }

  #take(stanza: XmlElement): void {
    const { id = '', from = '' } = stanza.attrs;
    if (stanza.name === 'iq') {
      if (this.takePong(id)) return;
      const edge = PING_OF.exec(id)?.[1];
      // None but links of ours speak for the domain: the server sees to that.
      if (edge !== undefined && from.toLowerCase() === this.#options.domain.toLowerCase()) {
        this.#listener.strayPing(brandEdgeId(edge), stanza);
        return;
      }
    }
    this.#listener.stanza(stanza);
  }

  /** Whether `id` is that of a ping of this link: what bears it has come back through the server, by whatever connection. */
  takePong(id: string): boolean {
    // Nobody but the server has seen the prefix, so whatever bears it is its answer, however it writes our name.
    if (!id.startsWith(this.#pingPrefix)) return false;
    const number = Number.parseInt(id.slice(this.#pingPrefix.length), 36);
    if (number === this.#pings) this.#liveness.answered();
    this.#listener.pong(number);
    this.#reading.answered(number);
    return true;
  }

  #closed(failure: LinkFailure): void {
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    this.#socket = undefined;
    this.#stream = undefined;
    const wasOnline = this.#onlineSince !== undefined;
    const { stableMs, backoff, lastingMs, standbyMs } = this.#options.timing;
    if (this.#onlineSince !== undefined && performance.now() - this.#onlineSince >= stableMs)
      this.#failures = 0;
    this.#onlineSince = undefined;
    this.#reading.cut();
    this.#fault = failure.reason;
    this.#isStandby = failure.isStandby;
    if (wasOnline) this.#listener.offline(failure);
    if (this.#isStopped) return;
    this.#report(failure);
    const steadyMs = failure.isStandby ? standbyMs : lastingMs;
    const delayMs =
      failure.isStandby || failure.isLasting
        ? Math.round(steadyMs * (0.5 + Math.random() / 2))
        : backoffMs(this.#failures, backoff, Math.random());
    this.#failures++;
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }

  /** Each cause once until the link is up again or fails for another. */
  #report(failure: LinkFailure): void {
    const { log, domain } = this.#options;
    if (failure.reason === this.#reported) {
      log.debug({ domain, reason: failure.reason }, 'component still not connected');
      return;
    }
    this.#reported = failure.reason;
    const text = `component not connected: ${failure.reason}`;
    if (failure.needsOperator) log.error({ domain }, text);
    else log.warn({ domain }, text);
  }
}
