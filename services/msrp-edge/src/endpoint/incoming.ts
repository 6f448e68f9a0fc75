/**
 * What comes in by connections: who may speak in which session, and what each request is answered with.
 * RFC 4975 §5.4, §7.2, §7.3.
 */
import { type MsrpFault, type MsrpRequest, type MsrpResponse, msrpResponseTo } from '@stoxgate/wire-msrp';
import type { ConnectionUser, MsrpConnection } from './connection.ts';
import type { MsrpEndpointUser, MsrpEvent } from './endpoint-user.ts';
import { proves } from './proof.ts';
import { receive, reported } from './receiver.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface IncomingOptions<Origin> {
  readonly user: MsrpEndpointUser<Origin>;
  readonly sessions: Sessions<Origin>;
  closed(connection: MsrpConnection): void;
}

export class Incoming<Origin> implements ConnectionUser {
  readonly #user: MsrpEndpointUser<Origin>;
  readonly #sessions: Sessions<Origin>;
  readonly #closed: (connection: MsrpConnection) => void;

  constructor({ user, sessions, closed }: IncomingOptions<Origin>) {
    this.#user = user;
    this.#sessions = sessions;
    this.#closed = closed;
  }

  request(request: MsrpRequest, connection: MsrpConnection): void {
    const session = this.#sessionFor(request, connection);
    if (session === undefined) return;
    if (request.method === 'REPORT') {
      const event = reported(session, request);
      if (event !== undefined) this.#sessions.tell(session, event);
      return;
    }
    const answer = receive(session, request, Date.now());
    if ('code' in answer) this.#respond(session, request, answer.code, connection);
    else void connection.hold(this.#passOn(session, request, answer.event, connection));
  }

  oversize(request: MsrpRequest, connection: MsrpConnection): void {
    const session = this.#sessionFor(request, connection);
    if (session === undefined || request.method !== 'SEND') return;
    if (request.messageId !== undefined) session.reassembly.refuse(request.messageId, 'too-large');
    this.#respond(session, request, 413, connection);
  }

  responded({ transactionId, code }: MsrpResponse, connection: MsrpConnection): void {
    const transaction = this.#sessions.transactions.take(transactionId, connection);
    if (transaction === undefined) return;
    const { session, purpose, outgoing } = transaction;
    if (outgoing !== undefined) {
      if (code !== 200) this.#sessions.failMessage(session, outgoing, 'refused', code);
      this.#sessions.sender.answered(session, outgoing);
    }
    if (purpose === 'bind' && code !== 200) this.#sessions.fail(session, 'refused', code);
    else if (purpose === 'bind') {
      session.isGreeted = true;
      this.#sessions.bound(session);
    } else if (code === 481 || code === 506) this.#sessions.over(session, 'gone');
    this.#sessions.pump(connection);
  }

  fault(fault: MsrpFault | undefined, connection: MsrpConnection): void {
    this.#user.dropped('malformed');
    const isBound = this.#isBound(connection);
    const { answerable, status } = fault ?? {};
    if (answerable !== undefined && status !== undefined && isBound) {
      connection.respond(msrpResponseTo(answerable, status, fault?.phrase));
    }
    if (fault === undefined || !isBound) connection.destroy();
  }

  drained(connection: MsrpConnection): void {
    this.#sessions.pump(connection);
  }

  closed(connection: MsrpConnection): void {
    this.#closed(connection);
  }

  /** The session that a request may speak in, bound by it if need be; without one the request is answered here. */
  #sessionFor(request: MsrpRequest, connection: MsrpConnection): Session<Origin> | undefined {
    const { method, toPath } = request;
    const [uri] = toPath;
    const session = toPath.length === 1 ? this.#sessions.get(uri?.sessionId ?? '') : undefined;
    const refuse = (code: number): undefined => this.#refuse(request, code, connection);
    if (session === undefined || session.isSecure !== connection.isSecure) return refuse(481);
    if (session.connection === connection) {
      return method === 'SEND' || method === 'REPORT' ? session : refuse(501);
    }
    if (session.connection !== undefined || session.peer?.role === 'active') return refuse(506);
    if (method !== 'SEND') return refuse(481);
    if (session.peer !== undefined && !proves(connection, session.peer)) return refuse(403);
    this.#sessions.attach(session, connection);
    this.#sessions.bound(session);
    return session;
  }

  #refuse(request: MsrpRequest, code: number, connection: MsrpConnection): undefined {
    respond(request, code, connection);
    if (this.#isBound(connection)) return;
    // Nobody who guesses gets a second guess on the same connection.
    this.#user.dropped('no-session');
    connection.end();
  }

  #isBound(connection: MsrpConnection): boolean {
    return (this.#sessions.carriedBy(connection)?.size ?? 0) > 0;
  }

  #respond(session: Session<Origin>, request: MsrpRequest, code: number, connection: MsrpConnection): void {
    respond(request, code, connection);
    this.#sessions.greeted(session);
  }

  async #passOn(
    session: Session<Origin>,
    request: MsrpRequest,
    event: MsrpEvent,
    connection: MsrpConnection,
  ): Promise<void> {
    const isTaken = await this.#user.happened(session.origin, event);
    this.#respond(session, request, isTaken ? 200 : 408, connection);
  }
}

/** Responds as the request wants it (RFC 4975 §7.1.1, §7.1.2); a REPORT is never answered. */
function respond(request: MsrpRequest, code: number, connection: MsrpConnection): void {
  const { failureReport, method } = request;
  const isWanted = failureReport === 'yes' || (failureReport === 'partial' && code !== 200);
  if (method !== 'REPORT' && isWanted) connection.respond(msrpResponseTo(request, code));
}
