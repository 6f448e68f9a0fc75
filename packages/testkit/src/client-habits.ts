/**
 * What tells XMPP clients apart when they call: data that the browser page acts by. Each set is named after the client
 * that has these habits.
 */
export interface ClientHabits {
  /** Calls by Jingle Message Initiation (XEP-0353); else by a session-initiate to a full JID. */
  readonly jmi: boolean;
  /** Tells the caller by message that it rings. */
  readonly sendsRinging: boolean;
  /** Tells the other devices of its own account that it answered (XEP-0353 before 0.4). */
  readonly sendsAccept: boolean;
  /** Ends calls by message too. */
  readonly sendsFinish: boolean;
  readonly asksReceipt: boolean;
  readonly storeHint: boolean;
  /** When its candidates go out: inside the description, one by one as found, or one by one once there is an answer. */
  readonly candidates: 'inline' | 'trickled' | 'after-answer';
  /** Gathers first when the peer speaks RFC 3264's offer and answer (XEP-0176 §7). */
  readonly gathersForRfc3264: boolean;
  /** Whether trickled candidates come with the ICE password. */
  readonly trickleHasPwd: boolean;
  readonly saysGatheringComplete: boolean;
  /** What it takes from one transport-info; `one-strict` also wants ufrag and pwd of the description. */
  readonly takesCandidates: 'all' | 'one' | 'one-strict';
  readonly groups: boolean;
  /** WebRTC's; with `max-bundle` an offer without a group cannot be taken. */
  readonly bundlePolicy: 'balanced' | 'max-bundle';
  /** Rings for a session-initiate that no message announced; else says nothing at all. */
  readonly takesDirectCalls: boolean;
  /** JID in the attribute `initiator`. */
  readonly initiator: 'none' | 'bare' | 'full';
  /** Offers and takes telephone-event, so that its keypad sends digits. */
  readonly hasKeypad: boolean;
  /** The content's name instead of the media line's `mid`. */
  readonly contentName?: string;
  /** How it says that it holds the call, and goes on. */
  readonly holds: 'nothing' | 'session-info' | 'content-modify';
  /** What it says by session-info to go on. */
  readonly resumesAs: 'unhold' | 'active';
  /** Wants `actpass` in an offer, `active` or `passive` in an answer, and short content names. */
  readonly isStrict: boolean;
}

const CONVERSATIONS: ClientHabits = {
  jmi: true,
  sendsRinging: true,
  sendsAccept: true,
  sendsFinish: true,
  asksReceipt: true,
  storeHint: true,
  candidates: 'trickled',
  gathersForRfc3264: true,
  trickleHasPwd: true,
  saysGatheringComplete: false,
  takesCandidates: 'all',
  groups: true,
  bundlePolicy: 'balanced',
  takesDirectCalls: true,
  initiator: 'none',
  hasKeypad: true,
  holds: 'content-modify',
  resumesAs: 'unhold',
  isStrict: true,
};

const STANZA: ClientHabits = {
  ...CONVERSATIONS,
  jmi: false,
  sendsRinging: false,
  sendsAccept: false,
  sendsFinish: false,
  gathersForRfc3264: false,
  trickleHasPwd: false,
  saysGatheringComplete: true,
  initiator: 'full',
  holds: 'session-info',
  resumesAs: 'active',
  isStrict: false,
};

export const HABITS = {
  conversations: CONVERSATIONS,
  dino: {
    ...CONVERSATIONS,
    sendsRinging: false,
    sendsFinish: false,
    asksReceipt: false,
    storeHint: false,
    gathersForRfc3264: false,
    groups: false,
    hasKeypad: false,
    contentName: 'audio',
    holds: 'nothing',
    isStrict: false,
  },
  monal: {
    ...CONVERSATIONS,
    sendsAccept: false,
    asksReceipt: false,
    candidates: 'after-answer',
    gathersForRfc3264: false,
    takesCandidates: 'one-strict',
    takesDirectCalls: false,
    holds: 'nothing',
  },
  movim: {
    ...CONVERSATIONS,
    sendsAccept: false,
    sendsFinish: false,
    asksReceipt: false,
    storeHint: false,
    gathersForRfc3264: false,
    trickleHasPwd: false,
    takesCandidates: 'one',
    bundlePolicy: 'max-bundle',
    takesDirectCalls: false,
    initiator: 'bare',
    holds: 'nothing',
    isStrict: false,
  },
  stanza: STANZA,
  /** The same library with trickling switched off: all candidates are in the description. */
  'stanza, gathered': { ...STANZA, candidates: 'inline' },
} satisfies Record<string, ClientHabits>;

export type ClientName = keyof typeof HABITS;
