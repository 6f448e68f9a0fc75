/**
 * Messages out, chunk by chunk: those of a session one after another, sessions of a connection in turn, never more than the
 * connection takes. What is urgent, a response or a report, goes between two chunks.
 */
import { chunkAt, endsInside, type MsrpRequest, type MsrpStatus, WHOLE_MESSAGE } from '@stoxgate/wire-msrp';
import type { MsrpConnection } from './connection.ts';
import { newIdent, type Outgoing } from './outgoing.ts';
import type { Session } from './session.ts';
import type { Transaction, Transactions } from './transactions.ts';

/** Chunks of a session that wait for a response. */
const WINDOW = 32;
const NONE = new Uint8Array(0);

export interface SenderOptions<Origin> {
  readonly transactions: Transactions<Origin>;
  readonly transactionMs: number;
  /** All of a message is out. */
  sent(session: Session<Origin>, outgoing: Outgoing): void;
}

export class Sender<Origin> {
  readonly #options: SenderOptions<Origin>;

  constructor(options: SenderOptions<Origin>) {
    this.#options = options;
  }

  /** Writes what the connection takes of what waits. `sessions` is turned round. */
  pump(connection: MsrpConnection, sessions: Set<Session<Origin>>): void {
    for (let idle = 0; connection.isReady && idle < sessions.size; ) {
      const [session] = sessions;
      if (session === undefined) return;
      sessions.delete(session);
      sessions.add(session);
      idle = this.#sendChunk(session, connection) ? 0 : idle + 1;
    }
  }

  /** A SEND without a body: binds a session, or asks whether anybody is there (RFC 4975 §5.4, §7.1). */
  ask(purpose: 'bind' | 'keep-alive', session: Session<Origin>, connection: MsrpConnection): void {
    const request = this.#request(session, {
      messageId: newIdent(),
      byteRange: { start: 1, end: 0, total: 0 },
    });
    this.#expect(request, { purpose, session, connection });
    connection.request(request);
  }

  /** A response to a chunk came, or never will. */
  answered(session: Session<Origin>, outgoing: Outgoing): void {
    if (outgoing.failureReport !== 'yes') return;
    outgoing.unanswered--;
    session.unanswered--;
    this.#settle(session, outgoing);
  }

  /** Takes a message back, and tells so if part of it is out. */
  giveUp(session: Session<Origin>, outgoing: Outgoing): void {
    outgoing.hasEnded = true;
    outgoing.hasFailed = true;
    session.live.delete(outgoing);
    session.forgetReport(outgoing.messageId);
    const isPart = session.queue.includes(outgoing) && outgoing.from > 0;
    session.dequeue(outgoing);
    if (!isPart || session.connection?.isOpen !== true) return;
    const { messageId, from, bytes } = outgoing;
    const byteRange = { start: from + 1, end: from, total: bytes.length };
    session.connection.request(
      this.#request(session, { messageId, byteRange, failureReport: 'no', flag: '#' }),
    );
  }

  report(session: Session<Origin>, messageId: string, bytes: number, status: MsrpStatus): void {
    const byteRange = { start: 1, end: bytes, total: bytes };
    session.connection?.request(this.#request(session, { method: 'REPORT', messageId, byteRange, status }));
  }

  #sendChunk(session: Session<Origin>, connection: MsrpConnection): boolean {
    const [outgoing] = session.queue;
    const maySpeak = session.isConnected && session.isGreeted && session.unanswered < WINDOW;
    if (outgoing === undefined || !maySpeak) return false;
    const chunk = chunkAt(outgoing.bytes, outgoing.from);
    outgoing.from += chunk.body.length;
    const isLast = chunk.flag === '$';
    if (isLast) session.dequeue(outgoing);
    const { messageId, contentType, wantsReport, failureReport } = outgoing;
    const request = this.#request(session, {
      messageId,
      contentType,
      failureReport,
      wantsSuccessReport: wantsReport,
      ...chunk,
    });
    if (failureReport === 'yes') {
      outgoing.unanswered++;
      session.unanswered++;
    }
    if (failureReport !== 'no') this.#expect(request, { purpose: 'chunk', session, connection, outgoing });
    const written = (): void => {
      outgoing.isWritten = true;
      this.#settle(session, outgoing);
    };
    connection.request(request, isLast ? written : undefined);
    return true;
  }

  #settle(session: Session<Origin>, outgoing: Outgoing): void {
    if (outgoing.hasEnded || !outgoing.isWritten || outgoing.unanswered > 0) return;
    outgoing.hasEnded = true;
    session.live.delete(outgoing);
    this.#options.sent(session, outgoing);
  }

  #expect(request: MsrpRequest, about: Omit<Transaction<Origin>, 'dueAt'>): void {
    const { transactions, transactionMs } = this.#options;
    transactions.add(request.transactionId, { ...about, dueAt: Date.now() + transactionMs });
  }

  #request({ own, peer }: Session<Origin>, given: Partial<MsrpRequest>): MsrpRequest {
    let transactionId = newIdent();
    while (endsInside(given.body ?? NONE, transactionId)) transactionId = newIdent();
    return {
      transactionId,
      method: 'SEND',
      toPath: peer?.path ?? [],
      fromPath: [own],
      headers: [],
      byteRange: WHOLE_MESSAGE,
      wantsSuccessReport: false,
      failureReport: 'yes',
      flag: '$',
      ...given,
    };
  }
}
