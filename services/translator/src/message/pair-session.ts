/**
 * What is remembered of one XMPP user with one SIP address: messages on their way to SIP, and that they are chatting.
 * With neither there is no record.
 */
import type { OutgoingSipRequest } from '@stoxgate/contracts';
import type { Challenge } from '../call/challenges.ts';

/** A MESSAGE of ours without a final response. */
export interface PendingMessage {
  readonly branch: string;
  /** Component that the stanza came in by. */
  readonly domain: string;
  /** Of the stanza, for the error that may follow. */
  readonly id?: string;
  readonly from: string;
  readonly to: string;
  readonly request: OutgoingSipRequest;
  readonly challenges: readonly Challenge[];
  /** Whether this one follows a redirection. */
  readonly isRedirected: boolean;
  /** When it is given up although no edge said so, ms since the epoch. */
  readonly expiresAt: number;
}

export interface PairSession {
  readonly kind: 'pair';
  /** In the order in which they expire. */
  readonly pending: readonly PendingMessage[];
  /** UTF-16 units of text in them. */
  readonly pendingChars: number;
  /** Greatest CSeq used with this address while the record lived. */
  readonly lastCseq: number;
  /** Until when messages from SIP go into the XMPP user's chat (type `chat`); 0: not chatting. */
  readonly chatUntil: number;
  /** When the record's timer is due; 0: none is set. */
  readonly timerAt: number;
}
