/**
 * A chat session between the two ends of a pair: an MSRP session in a SIP dialog, as data. RFC 4975, RFC 7573.
 */
import type { SipRequest, XmlElement } from '@stoxgate/contracts';
import type { ClientRequest } from '../call/call-session.ts';
import type { Dialog } from '../call/dialog.ts';
import type { FailedStanza } from '../message/message-error.ts';

/** A message from XMPP that is to be sent in the session. */
export interface ChatMessage {
  /** Its name at the MSRP edge. */
  readonly name: string;
  readonly domain: string;
  readonly stanza: XmlElement;
  /** Characters of the stanza, as it is remembered. */
  readonly length: number;
  /** When it is given up, ms since the epoch. */
  readonly expiresAt: number;
  /** It was in a session that died under it: once, not more. */
  readonly isRetried?: true;
}

/** What a message from SIP asks to be reported (RFC 4975 §7.1.1). */
export interface OwedReport {
  /** Id of its stanza. */
  readonly id: string;
  readonly message: string;
  readonly bytes: number;
  readonly wantsSuccess: boolean;
  readonly wantsFailure: boolean;
}

/** A message to SIP whose sender wants to hear that it arrived. */
export interface AwaitedReport {
  readonly name: string;
  readonly stanza: FailedStanza;
}

/** Our end of the MSRP session. */
export interface MsrpEnd {
  readonly session: string;
  readonly isSecure: boolean;
  /** The process that has it; known once it is opened, as its path and port are. */
  readonly edge?: string;
  readonly path?: string;
  readonly port?: number;
  readonly fingerprint?: { readonly hash: string; readonly value: string };
}

/** What the other end said of its. */
export interface MsrpPeerEnd {
  readonly path: readonly string[];
  readonly acceptTypes: readonly string[];
  readonly acceptWrappedTypes: readonly string[];
  readonly maxSize?: number;
}

/**
 * out: the XMPP user began it. asking: OPTIONS sent, whether chats are known there. opening: the MSRP edge makes ready.
 * inviting: INVITE sent. cancelling: nobody wants it any more; CANCEL follows the first 1xx.
 */
export type OutPhase =
  | { readonly name: 'asking'; readonly options: ClientRequest }
  | { readonly name: 'opening' }
  | InvitePhase<'inviting'>
  | InvitePhase<'cancelling'>;

interface InvitePhase<Name extends string> {
  readonly name: Name;
  readonly invite: ClientRequest;
  /** The edge that holds the transaction, once it was heard of. */
  readonly edge?: string;
  readonly hasProvisional?: true;
  readonly isRedirected?: true;
}

/** in: the SIP user began it. resolving: the user's resources are asked for. preparing: the MSRP edge makes ready. */
export type InPhase = InvitedPhase<'resolving'> | InvitedPhase<'preparing'>;

interface InvitedPhase<Name extends string> {
  readonly name: Name;
  readonly invite: SipRequest;
  /** The edge that holds the server transaction. */
  readonly edge: string;
}

/**
 * up: the 2xx is there. ending: BYE sent, no final response yet.
 */
export type DialogPhase =
  | {
      readonly name: 'up';
      readonly dialog: Dialog;
      /** Our own INVITE, as other forks may answer it too. */
      readonly invite?: ClientRequest;
      readonly peer: MsrpPeerEnd;
      /** Messages flow. */
      readonly isConnected: boolean;
      /** Our 2xx waits for its ACK; no BYE before it (RFC 3261 §15). */
      readonly awaitsAck?: true;
      /** The session description that we sent. */
      readonly sdp: string;
      /** It is over once what is under way is out, and then told to these. */
      readonly closing?: Told;
    }
  | { readonly name: 'ending'; readonly dialog: Dialog; readonly bye?: ClientRequest };

/** Whom the end of a session is to be told. */
export type Told = 'sip' | 'xmpp' | 'both' | 'nobody';

export interface ChatSession {
  /** Call-ID of its INVITE. */
  readonly callId: string;
  readonly localTag: string;
  readonly domain: string;
  /** JID of the XMPP end: full once bound, bare while any of the user's devices may answer. */
  readonly user: string;
  /** JID of the SIP end: full when it names an instance (RFC 5627), else with the fixed resource. */
  readonly contact: string;
  /** Whether the SIP end names an instance. */
  readonly hasInstance: boolean;
  /** What stanzas of the session carry as thread. */
  readonly thread: string;
  readonly phase: OutPhase | InPhase | DialogPhase;
  readonly msrp: MsrpEnd;
  /** Until messages flow. */
  readonly waiting: readonly ChatMessage[];
  /** Handed to the MSRP edge, and not heard of since. */
  readonly underWay: readonly ChatMessage[];
  readonly awaited: readonly AwaitedReport[];
  readonly owed: readonly OwedReport[];
  /** When the phase has taken too long, or the session was silent for too long; ms since the epoch. */
  readonly dueAt: number;
  /** The SIP end was told that the user is typing. */
  readonly isComposingTold?: true;
  /** The user left the chat before the messages that wait were out: it ends after them. */
  readonly hasLeft?: true;
  /** Until when the user sees the SIP end typing. */
  readonly composingUntil?: number;
}

export type PhaseName = ChatSession['phase']['name'];

/** The session in a phase of this name. */
export type ChatIn<Name extends PhaseName> = ChatSession & {
  readonly phase: Extract<ChatSession['phase'], { readonly name: Name }>;
};

/** Narrows a session to a phase. */
export const isIn = <Name extends PhaseName>(chat: ChatSession, ...names: Name[]): chat is ChatIn<Name> =>
  (names as PhaseName[]).includes(chat.phase.name);

/** Whether it ends once what is under way is out. */
export const isClosing = ({ phase }: Pick<ChatSession, 'phase'>): boolean =>
  phase.name === 'up' && phase.closing !== undefined;

/** Whether messages may still come to be sent in the session. */
export const isLive = ({ phase }: Pick<ChatSession, 'phase'>): boolean =>
  phase.name !== 'cancelling' && phase.name !== 'ending' && !isClosing({ phase });

/** Whether it was begun by us and is not answered. */
export const isBeginning = (chat: ChatSession): boolean => isIn(chat, 'asking', 'opening', 'inviting');

/** Messages that may wait for a session, how long, and how many may be on their way in one. */
export const MAX_WAITING = 50;
export const WAITING_MS = 60_000;
export const MAX_UNDER_WAY = 200;
/** Characters of messages that one session remembers. */
export const MAX_CHARS = 1_048_576;
/** Reports that are owed or awaited in one session. */
export const MAX_REPORTS = 50;
/** Sessions of one pair: more devices than a person has. */
export const MAX_CHATS = 16;
/** Past what the MSRP edge, or a transaction, may take; then whoever had it is gone. */
export const PHASE_MS = 40_000;
/** How long messages that are under way may hold up the end of their session. */
export const CLOSING_MS = 5000;
/** How long the answer to OPTIONS may take: what the user said waits for it. Without one there are no chats. */
export const ASKING_MS = 5000;
/** How long the MSRP edge may take to make ready; the caller waits. */
export const OPENING_MS = 4000;
/** The same where nobody waits but what the user said. */
export const OWN_OPENING_MS = 15_000;
