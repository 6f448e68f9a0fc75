/**
 * A message on its way out of a session.
 */
import { randomBytes } from 'node:crypto';
import type { CommandOf } from '@stoxgate/contracts';
import { Coverage, type FailureReport, isIdent } from '@stoxgate/wire-msrp';

/** Names on the wire, of messages and of transactions: an `ident` (RFC 4975 §9) that nobody can foresee. */
export const newIdent = (): string => randomBytes(12).toString('hex');

export interface Outgoing {
  readonly name: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly wantsReport: boolean;
  readonly failureReport: FailureReport;
  /** Bytes handed to the connection. */
  from: number;
  /** Chunks that wait for a response. */
  unanswered: number;
  /** The last chunk has been written. */
  isWritten: boolean;
  /** It is out, or has failed. */
  hasEnded: boolean;
  hasFailed: boolean;
  /** What the other end has reported. */
  readonly reported: Coverage;
}

export function outgoingOf(command: CommandOf<'msrp.message.send'>): Outgoing {
  const { message, body, wantsReport, failureReport } = command;
  return {
    name: message,
    // Said again in another session, it is seen to be the same.
    messageId: isIdent(message) ? message : newIdent(),
    contentType: body.contentType,
    bytes: Buffer.from(body.content, body.encoding === 'base64' ? 'base64' : 'utf8'),
    wantsReport,
    failureReport,
    from: 0,
    unanswered: 0,
    isWritten: false,
    hasEnded: false,
    hasFailed: false,
    reported: new Coverage(),
  };
}
