/**
 * What is remembered between one XMPP user and one SIP address: messages on their way to SIP, notifications that are
 * waited for, who is typing, and that they are chatting. With none of these there is no record.
 */
import type { OutgoingSipRequest, SipBody } from '@stoxgate/contracts';
import type { Challenge } from '../call/challenges.ts';
import type { ChatSession } from '../chat/chat-session.ts';
import type { FailedStanza } from './message-error.ts';

/** The body of one request. */
export interface MessagePart {
  readonly body: SipBody;
  /** Sent instead when the SIP side does not know the type of `body`. */
  readonly plain?: SipBody;
}

/** What a stanza makes us send, in one request or several. */
export interface QueuedMessage {
  /** Whose failure the sender is told: that of a text alone. */
  readonly kind: 'text' | 'notification' | 'composing';
  readonly stanza: FailedStanza;
  /** All of the requests but the body and the CSeq. */
  readonly request: OutgoingSipRequest;
  /** Not yet accepted, in order; the first is under way when there is a branch. */
  readonly parts: readonly MessagePart[];
  /** Of the request under way; absent: it waits for those before it. */
  readonly branch?: string | undefined;
  readonly challenges: readonly Challenge[];
  /** Whether it follows a redirection. */
  readonly isRedirected: boolean;
  /** When it is given up although no edge said so, ms since the epoch. */
  readonly expiresAt: number;
  /** `imdn.Message-ID` when notifications are asked for. */
  readonly messageId?: string | undefined;
}

/** A message to SIP whose sender wants to hear of it (XEP-0184, XEP-0333). */
export interface AwaitedNotification {
  readonly messageId: string;
  readonly stanza: FailedStanza;
  readonly type?: string | undefined;
  readonly delivery: boolean;
  readonly display: boolean;
  readonly until: number;
}

/** A message to XMPP whose sender wants to hear of it (RFC 5438 §6.2). */
export interface OwedNotification {
  readonly id: string;
  readonly messageId: string;
  /** The two ends as the stanza had them. */
  readonly contact: string;
  readonly user: string;
  /** URIs that its notification goes by, the next one first (RFC 5438 §6.5). */
  readonly routes?: readonly string[];
  /** Whom it was for before somebody sent it on (RFC 5438 §6.4). */
  readonly originalTo?: string;
  readonly delivery: boolean;
  readonly failure: boolean;
  readonly display: boolean;
  readonly until: number;
}

/** The SIP user is typing, as far as is known. */
export interface IncomingComposing {
  readonly domain: string;
  readonly contact: string;
  readonly user: string;
  readonly thread: string;
  readonly isShown: boolean;
  readonly until: number;
}

/** The SIP user was told that the XMPP user is typing. */
export interface OutgoingComposing {
  readonly stanza: FailedStanza;
  readonly callId: string;
  readonly refreshAt: number;
  readonly refreshesLeft: number;
}

/** What the SIP side showed that it knows, or does not; absent: not seen. */
export interface SipAbilities {
  readonly cpim?: boolean;
  readonly composing?: boolean;
  readonly html?: boolean;
  readonly alternatives?: boolean;
  readonly until: number;
}

export interface PairSession {
  readonly kind: 'pair';
  /** The first is under way, the others wait: what is said in order arrives in order. */
  readonly queue: readonly QueuedMessage[];
  /** Greatest CSeq used with this address while the record lived. */
  readonly lastCseq: number;
  /** Until when messages from SIP go into the XMPP user's chat (type `chat`); 0: not chatting. */
  readonly chatUntil: number;
  /** Call-ID of the chat's texts that have no thread. */
  readonly chatCallId?: string | undefined;
  /** Full JID that spoke last in the chat. */
  readonly chatDevice?: string | undefined;
  /** Until when the user needs not be told again that encrypted messages cannot pass; 0: not told. */
  readonly toldUntil: number;
  readonly awaited: readonly AwaitedNotification[];
  readonly owed: readonly OwedNotification[];
  readonly incoming?: IncomingComposing | undefined;
  readonly outgoing?: OutgoingComposing | undefined;
  readonly sip?: SipAbilities;
  /** Chat sessions over MSRP. */
  readonly chats?: readonly ChatSession[];
  /** Whether the SIP side takes chat sessions, as far as it was asked lately. */
  readonly msrp?:
    | { readonly isTaken: boolean; readonly isSecure?: boolean; readonly until: number }
    | undefined;
  /** When the record's timer is due; 0: none is set. */
  readonly timerAt: number;
}
