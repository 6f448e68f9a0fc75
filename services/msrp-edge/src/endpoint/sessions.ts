/**
 * The sessions that live here, the connections that carry them, and how each of them goes on and ends.
 */
import type { MsrpConnection } from './connection.ts';
import type { MsrpEndpointUser, MsrpEvent } from './endpoint-user.ts';
import type { Outgoing } from './outgoing.ts';
import { Sender } from './sender.ts';
import type { Session } from './session.ts';
import { Transactions } from './transactions.ts';

type CauseOf<Type extends MsrpEvent['type']> =
  Extract<MsrpEvent, { type: Type }> extends {
    cause: infer Cause;
  }
    ? Cause
    : never;

const MAX_STRANGERS = 256;
const MAX_STRANGERS_OF_ADDRESS = 32;

export interface SessionsOptions<Origin> {
  readonly user: MsrpEndpointUser<Origin>;
  readonly transactionMs: number;
  /** A connection carries nothing any more and ends. */
  unused(connection: MsrpConnection): void;
}

export class Sessions<Origin> {
  readonly transactions = new Transactions<Origin>();
  readonly sender: Sender<Origin>;
  readonly #options: SessionsOptions<Origin>;
  readonly #byId = new Map<string, Session<Origin>>();
  /** Every connection, with the sessions that it carries. */
  readonly #carried = new Map<MsrpConnection, Set<Session<Origin>>>();

  /** Connections that came in and have not named a session yet. */
  readonly #strangers = new Set<MsrpConnection>();

  constructor(options: SessionsOptions<Origin>) {
    this.#options = options;
    this.sender = new Sender({
      transactions: this.transactions,
      transactionMs: options.transactionMs,
      sent: (session, { name }) =>
        this.tell(session, { type: 'msrp.message.sent', session: session.id, message: name }),
    });
  }

  get size(): number {
    return this.#byId.size;
  }

  get connections(): number {
    return this.#carried.size;
  }

  /** As they are now, whatever becomes of them meanwhile. */
  all(): readonly Session<Origin>[] {
    return [...this.#byId.values()];
  }

  allConnections(): readonly (readonly [MsrpConnection, ReadonlySet<Session<Origin>>])[] {
    return [...this.#carried];
  }

  get(id: string): Session<Origin> | undefined {
    return this.#byId.get(id);
  }

  has(session: Session<Origin>): boolean {
    return this.#byId.get(session.id) === session;
  }

  add(session: Session<Origin>): void {
    this.#byId.set(session.id, session);
  }

  adopt(connection: MsrpConnection): void {
    this.#strangers.add(connection);
    this.#carried.set(connection, new Set());
  }

  /** Whether a stranger more from this address would be too much: each may send much before he names a session. */
  hasRoomFor(address: string): boolean {
    let fromThere = 0;
    for (const stranger of this.#strangers) if (stranger.address === address) fromThere++;
    return this.#strangers.size < MAX_STRANGERS && fromThere < MAX_STRANGERS_OF_ADDRESS;
  }

  /** Sessions on a connection; undefined once it is closed. */
  carriedBy(connection: MsrpConnection): ReadonlySet<Session<Origin>> | undefined {
    return this.#carried.get(connection);
  }

  attach(session: Session<Origin>, connection: MsrpConnection): void {
    session.connection = connection;
    this.#strangers.delete(connection);
    this.#carried.get(connection)?.add(session);
  }

  /** Connected, once both the connection and the other end are known. */
  bound(session: Session<Origin>): void {
    if (session.isConnected || session.peer === undefined || session.connection === undefined) return;
    session.isConnected = true;
    session.dueAt = undefined;
    this.tell(session, { type: 'msrp.session.connected', session: session.id });
    this.pump(session.connection);
  }

  /** The SEND that bound a session is answered. */
  greeted(session: Session<Origin>): void {
    if (session.isGreeted) return;
    session.isGreeted = true;
    this.pump(session.connection);
  }

  /** Writes what the connection takes. */
  pump(connection: MsrpConnection | undefined): void {
    const sessions = connection && this.#carried.get(connection);
    if (connection !== undefined && sessions !== undefined) this.sender.pump(connection, sessions);
  }

  /** Ends a session without a word; its connection too when it carries no other. */
  release(session: Session<Origin>): void {
    this.#byId.delete(session.id);
    const { connection } = session;
    const carried = connection && this.#carried.get(connection);
    carried?.delete(session);
    if (connection === undefined || carried?.size !== 0) return;
    this.#options.unused(connection);
    connection.end();
  }

  /** Nothing came of a session. */
  fail(session: Session<Origin>, cause: CauseOf<'msrp.session.failed'>, status?: number): void {
    if (!this.has(session)) return;
    this.#loseMessages(session);
    this.release(session);
    this.tell(session, {
      type: 'msrp.session.failed',
      session: session.id,
      cause,
      ...(status !== undefined && { status }),
    });
  }

  /** A session is over; one that was not connected has failed. */
  over(session: Session<Origin>, cause: CauseOf<'msrp.session.closed'>): void {
    if (!this.has(session)) return;
    if (!session.isConnected && cause !== 'stopped') {
      this.fail(session, 'unreachable');
      return;
    }
    this.#loseMessages(session);
    this.release(session);
    this.tell(session, { type: 'msrp.session.closed', session: session.id, cause });
  }

  /** A message has failed; with Failure-Report partial also one that was out. */
  failMessage(
    session: Session<Origin>,
    outgoing: Outgoing,
    cause: CauseOf<'msrp.message.failed'>,
    status?: number,
  ): void {
    if (outgoing.hasFailed) return;
    this.sender.giveUp(session, outgoing);
    this.tell(session, {
      type: 'msrp.message.failed',
      session: session.id,
      message: outgoing.name,
      cause,
      ...(status !== undefined && { status }),
    });
  }

  closed(connection: MsrpConnection): void {
    const sessions = this.#carried.get(connection) ?? [];
    this.#carried.delete(connection);
    this.#strangers.delete(connection);
    this.transactions.forget(connection);
    for (const session of [...sessions]) this.over(session, 'lost');
  }

  tell({ origin }: Session<Origin>, event: MsrpEvent): void {
    void this.#options.user.happened(origin, event);
  }

  #loseMessages(session: Session<Origin>): void {
    for (const outgoing of [...session.live]) this.failMessage(session, outgoing, 'closed');
  }
}
