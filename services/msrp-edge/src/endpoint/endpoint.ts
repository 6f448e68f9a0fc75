/**
 * The MSRP endpoint: listeners, commands, time. RFC 4975, RFC 6135.
 */
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { CommandOf, MsrpPeer } from '@stoxgate/contracts';
import { DEFAULT_MSRP_LIMITS, formatMsrpUri } from '@stoxgate/wire-msrp';
import { MsrpConnection } from './connection.ts';
import { Dialler } from './dialler.ts';
import type { MsrpEndpointOptions } from './endpoint-options.ts';
import type { MsrpEndpointUser } from './endpoint-user.ts';
import { Incoming } from './incoming.ts';
import { outgoingOf } from './outgoing.ts';
import { proves } from './proof.ts';
import { peerOf, Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { type Listener, listen, type MsrpIdentity } from './streams.ts';
import type { Transaction } from './transactions.ts';

export class MsrpEndpoint<Origin> {
  readonly #options: MsrpEndpointOptions;
  readonly #user: MsrpEndpointUser<Origin>;
  readonly #sessions: Sessions<Origin>;
  readonly #incoming: Incoming<Origin>;
  readonly #dialler: Dialler;
  readonly #sweep: NodeJS.Timeout;
  #identity: MsrpIdentity | undefined;
  #tcp: Listener | undefined;
  #tls: Listener | undefined;

  private constructor(options: MsrpEndpointOptions, user: MsrpEndpointUser<Origin>) {
    this.#options = options;
    this.#user = user;
    this.#identity = options.tls?.identity;
    this.#dialler = new Dialler(options, (socket) => this.#adopt(socket));
    const forget = (connection: MsrpConnection): void => this.#dialler.forget(connection);
    const { transactionMs, sweepMs } = options.timing;
    this.#sessions = new Sessions({ user, transactionMs, unused: forget });
    this.#incoming = new Incoming({
      user,
      sessions: this.#sessions,
      closed: (connection) => {
        forget(connection);
        this.#sessions.closed(connection);
      },
    });
    this.#sweep = setInterval(() => this.#look(), sweepMs).unref();
  }

  /** Listens. Rejects when a port is taken. */
  static async listen<Origin>(
    options: MsrpEndpointOptions,
    user: MsrpEndpointUser<Origin>,
  ): Promise<MsrpEndpoint<Origin>> {
    const endpoint = new MsrpEndpoint(options, user);
    const { listenHost, listenPort, tls, timing } = options;
    const accepted = (socket: Socket): void => endpoint.#accept(socket);
    try {
      endpoint.#tcp = await listen(listenHost, listenPort, undefined, timing.connectMs, accepted);
      if (tls !== undefined) {
        endpoint.#tls = await listen(listenHost, tls.port, tls.identity, timing.connectMs, accepted);
      }
    } catch (cause) {
      await endpoint.close();
      throw cause;
    }
    return endpoint;
  }

  get port(): number {
    return this.#tcp?.port ?? 0;
  }

  get tlsPort(): number | undefined {
    return this.#tls?.port;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get connections(): number {
    return this.#sessions.connections;
  }

  /** Messages that are not out yet, over all sessions. */
  get unsent(): number {
    return this.#sessions.all().reduce((sum, { live }) => sum + live.size, 0);
  }

  /** New handshakes use this identity. @throws Error when certificate and key do not fit. */
  renewIdentity(identity: MsrpIdentity): void {
    this.#tls?.renew(identity);
    this.#identity = identity;
  }

  open(origin: Origin, command: CommandOf<'msrp.session.open'>): void {
    const { session: id, isSecure, peer } = command;
    const { publicHost: host, limits, timing } = this.#options;
    const port = isSecure ? this.tlsPort : this.port;
    const known = this.#sessions.get(id);
    if (port === undefined || (known === undefined && this.sessions >= limits.maxSessions)) {
      const cause = port === undefined ? 'no-tls' : 'full';
      void this.#user.happened(origin, { type: 'msrp.session.failed', session: id, cause });
      return;
    }
    const own = { scheme: isSecure ? 'msrps' : 'msrp', host, port, sessionId: id, transport: 'tcp' } as const;
    const session = known ?? new Session(command, origin, own, limits);
    if (known === undefined) session.dueAt = Date.now() + timing.openMs;
    this.#sessions.add(session);
    this.#sessions.tell(session, {
      type: 'msrp.session.opened',
      session: id,
      path: formatMsrpUri(own),
      port,
      ...(isSecure && { fingerprint: this.#fingerprint() }),
    });
    if (peer !== undefined) this.#connect(session, peer);
  }

  connect(origin: Origin, { session: id, peer }: CommandOf<'msrp.session.connect'>): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#connect(session, peer);
    else void this.#user.happened(origin, { type: 'msrp.session.failed', session: id, cause: 'unknown' });
  }

  /** Ends a session without an event. */
  end({ session: id }: CommandOf<'msrp.session.close'>): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    for (const outgoing of [...session.live]) this.#sessions.sender.giveUp(session, outgoing);
    this.#sessions.release(session);
  }

  send(origin: Origin, command: CommandOf<'msrp.message.send'>): void {
    const { session: id, message } = command;
    const session = this.#sessions.get(id);
    const taken = session?.enqueue(outgoingOf(command)) ?? 'unknown';
    if (taken === 'unknown' || taken === 'full') {
      void this.#user.happened(origin, { type: 'msrp.message.failed', session: id, message, cause: taken });
    } else this.#sessions.pump(session?.connection);
  }

  report({ session: id, message, bytes, status }: CommandOf<'msrp.report.send'>): void {
    const session = this.#sessions.get(id);
    if (session?.isConnected) this.#sessions.sender.report(session, message, bytes, { code: status });
  }

  /** Ends all sessions, each with an event, and frees everything. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    for (const session of this.#sessions.all()) this.#sessions.over(session, 'stopped');
    const closed = [this.#tcp?.close(), this.#tls?.close()];
    for (const [connection] of this.#sessions.allConnections()) connection.destroy();
    await Promise.all(closed);
  }

  #accept(socket: Socket): void {
    const { admits, limits } = this.#options;
    const address = socket.remoteAddress ?? '';
    const isAdmitted = admits(address);
    const hasRoom = this.connections < limits.maxConnections && this.#sessions.hasRoomFor(address);
    if (isAdmitted && hasRoom) this.#adopt(socket);
    else {
      this.#user.dropped(isAdmitted ? 'full' : 'unadmitted');
      socket.destroy();
    }
  }

  #adopt(socket: Socket): MsrpConnection {
    const limits = { ...DEFAULT_MSRP_LIMITS, maxBodyBytes: this.#options.limits.maxMessageBytes };
    const connection = new MsrpConnection(socket, limits, this.#incoming);
    this.#sessions.adopt(connection);
    return connection;
  }

  #connect(session: Session<Origin>, given: MsrpPeer): void {
    if (session.peer !== undefined) return;
    const peer = peerOf(given, session.isSecure);
    if (peer === undefined) {
      this.#sessions.fail(session, 'unusable');
      return;
    }
    session.peer = peer;
    session.dueAt = Date.now() + this.#options.timing.bindMs;
    if (session.connection === undefined) {
      if (peer.role === 'active') void this.#dial(session, peer);
    } else if (proves(session.connection, peer)) this.#sessions.bound(session);
    else this.#sessions.fail(session, 'untrusted');
  }

  async #dial(session: Session<Origin>, peer: Parameters<Dialler['dial']>[0]): Promise<void> {
    const dialled = await this.#dialler.dial(peer, this.#identity);
    const isWanted = this.#sessions.has(session) && session.connection === undefined;
    if (typeof dialled === 'string') {
      if (isWanted) this.#sessions.fail(session, dialled);
      return;
    }
    const carried = this.#sessions.carriedBy(dialled);
    if (isWanted && carried !== undefined) {
      this.#sessions.attach(session, dialled);
      this.#sessions.sender.ask('bind', session, dialled);
    } else if (isWanted) this.#sessions.fail(session, 'unreachable');
    else if (carried?.size === 0) {
      this.#dialler.forget(dialled);
      dialled.end();
    }
  }

  #look(): void {
    const now = Date.now();
    const { timing } = this.#options;
    for (const transaction of this.#sessions.transactions.due(now)) this.#timedOut(transaction);
    for (const session of this.#sessions.all()) {
      session.reassembly.expire(now, timing.partialMs);
      if (session.dueAt !== undefined && session.dueAt <= now) this.#sessions.fail(session, 'timeout');
    }
    for (const [connection, sessions] of this.#sessions.allConnections()) {
      if (sessions.size === 0) this.#endStranger(connection, now);
      else if (now - connection.lastUseAt > timing.keepAliveMs) this.#askWhetherAlive(connection, sessions);
    }
  }

  #endStranger(connection: MsrpConnection, now: number): void {
    if (now - connection.openedAt <= this.#options.timing.strangerMs) return;
    this.#user.dropped('stranger');
    connection.destroy();
  }

  #askWhetherAlive(connection: MsrpConnection, sessions: ReadonlySet<Session<Origin>>): void {
    const session = [...sessions].find(({ isConnected }) => isConnected);
    if (session === undefined || this.#sessions.transactions.has(connection)) return;
    this.#sessions.sender.ask('keep-alive', session, connection);
  }

  #timedOut({ purpose, session, connection, outgoing }: Transaction<Origin>): void {
    if (purpose === 'bind') this.#sessions.fail(session, 'timeout');
    else if (outgoing === undefined) {
      for (const one of [...(this.#sessions.carriedBy(connection) ?? [])])
        this.#sessions.over(one, 'timeout');
      connection.destroy();
    } else {
      if (outgoing.failureReport === 'yes') {
        this.#sessions.failMessage(session, outgoing, 'timeout');
      }
      this.#sessions.sender.answered(session, outgoing);
      this.#sessions.pump(connection);
    }
  }

  #fingerprint(): { hash: string; value: string } {
    return { hash: 'sha-256', value: new X509Certificate(this.#identity?.cert ?? '').fingerprint256 };
  }
}
