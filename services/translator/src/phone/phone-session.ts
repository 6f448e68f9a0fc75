/**
 * What is remembered of a phone whose state is shown in an XMPP account: the account, the state that was told, and the BOSH
 * session, or the connection, that shows it. State and session are apart: the first is what SIP says, the second is driven to it.
 */
import type { PhoneState, SaslMechanism, SaslStep, ScramFinal, SealedSecret } from '@stoxgate/contracts';

/** Where and as whom to log in. */
export interface PhoneAccount {
  /** SIP address of the phone. */
  readonly uri: string;
  /** User name of SASL, and of the JID. */
  readonly username: string;
  readonly domain: string;
  readonly secret: SealedSecret;
  readonly boshUrl?: string | undefined;
  readonly resource?: string | undefined;
}

/** A request that has no answer yet: all that it takes to send it once more, byte by byte. */
export interface BoshRequest {
  readonly rid: number;
  readonly attempt: number;
  readonly start: string;
  readonly payload: string | SaslStep;
  readonly proof?: ScramFinal | undefined;
  readonly timeoutMs: number;
  /** When it was first sent. */
  readonly sentAt: number;
  /** Waiting: when it goes out again. Else: when it counts as lost although nobody says so. */
  readonly dueAt: number;
  readonly isWaiting: boolean;
}

/** What the connection manager decided, XEP-0124 §7. */
export interface BoshTerms {
  readonly waitMs: number;
  /** 0: the session is polled. */
  readonly hold: number;
  /** Requests at a time. */
  readonly requests: number;
  readonly inactivityMs: number;
  /** Least time between two empty requests. */
  readonly pollingMs: number;
}

/** Steps on the way to an open session, and its end. `creating` ends with the features, though the sid may be there before. */
export type BoshPhase =
  | 'creating'
  | 'authenticating'
  | 'restarting'
  | 'binding'
  | 'starting'
  | 'open'
  | 'ending';

/** What presence shows. */
export type Shown = 'available' | 'onthephone';

export interface BoshSession {
  readonly url: string;
  readonly phase: BoshPhase;
  /** When the way to an open session has taken too long; 0: it may. */
  readonly phaseUntil: number;
  readonly sid?: string | undefined;
  readonly terms: BoshTerms;
  /** Without an answer, by rid. */
  readonly requests: readonly BoshRequest[];
  readonly mechanism?: SaslMechanism | undefined;
  readonly nonce?: string | undefined;
  /** Sent: a `<success/>`, or a challenge before it, must prove that the server knows the password too. */
  readonly proof?: ScramFinal | undefined;
  /** A challenge did. */
  readonly isProven?: boolean | undefined;
  readonly resource: string;
  /** Resources that were refused. */
  readonly conflicts: number;
  /** Whether the features ask for a session request (RFC 3921 §3). */
  readonly needsSession?: boolean | undefined;
  /** Absent: no presence was sent. */
  readonly shown?: Shown | undefined;
  /** Answers to IQs, as text, that go with the next request. */
  readonly owed: readonly string[];
  /** When the last request was sent for the first time. */
  readonly sentAt: number;
  /** When the next empty request may go, if none is held. */
  readonly pollAt: number;
  /** Since when requests fail; absent: they do not. */
  readonly failingSince?: number | undefined;
  readonly openedAt?: number | undefined;
}

/** A connection over TCP or WebSocket. */
export interface ClientConnection {
  /** Never used twice. */
  readonly id: string;
  /** offered: no edge has it yet. */
  readonly phase: 'offered' | 'opening' | 'open' | 'ending';
  /** When the phase has taken too long, or, when it is open, has shown that it holds; 0: never. */
  readonly phaseUntil: number;
  /** Who has it. */
  readonly edge?: string | undefined;
  /** When its edge is to be told anew to keep it. */
  readonly keptUntil?: number | undefined;
  readonly resource: string;
  /** Resources that were refused before. */
  readonly conflicts: number;
  /** Absent: no presence was sent. */
  readonly shown?: Shown | undefined;
  /** How much of it was sent, and when the last must have been. */
  readonly number: number;
  readonly sentUntil?: number | undefined;
}

/**
 * Why nothing is tried. credentials: refused. mechanism: none in common that may be used. unproven: the server does not
 * know the password. Those until the account is given anew. address: domain or URL is wrong; replaced: somebody else took
 * the resource; until the phone signs on. ended: the server ended the session without a reason; until the phone is heard of.
 */
export type Parked = 'credentials' | 'mechanism' | 'unproven' | 'address' | 'replaced' | 'ended';

export interface PhoneSession {
  readonly kind: 'phone';
  readonly account: PhoneAccount;
  /** What was told last. */
  readonly state: PhoneState;
  readonly calls: number;
  /** Last rid that was used; it grows over all sessions. */
  readonly lastRid: number;
  readonly presenceId?: string | undefined;
  /** Session that somebody else left in the account file: there until the phone is heard of. */
  readonly inheritedSid?: string | undefined;
  readonly bosh?: BoshSession | undefined;
  readonly connection?: ClientConnection | undefined;
  /** The session makes way for a new one. */
  readonly isRenewing?: boolean | undefined;
  readonly isRemoved?: boolean | undefined;
  readonly parked?: Parked | undefined;
  /** Sessions or connections lost in a row, and when the next is tried. */
  readonly failures: number;
  readonly retryAt: number;
  /** Where the server sent us, XEP-0124 §17.2 see-other-uri. */
  readonly redirect?: string | undefined;
  readonly redirects: number;
  /** When the record's timer is due; 0: none is set. */
  readonly timerAt: number;
}
