/**
 * A chat session that an XMPP user begins, up to the INVITE: whether the SIP side takes chats, and our end made ready.
 * RFC 7573 §4, RFC 3261 §11, RFC 4975 §5.4.
 */
import { aorOfUser, bareJidOf, resourceOf, sipOfContact } from '@stoxgate/addressing';
import { type OutgoingSipRequest, type SipResponse, sidOfCallId } from '@stoxgate/contracts';
import { isMsrpMedia, parseSdp } from '@stoxgate/wire-sdp';
import { SDP, sdpBody } from '../call/capabilities.ts';
import { ownContact } from '../call/leg.ts';
import { sdpOf } from '../call/sdp-body.ts';
import { dialogOpened } from '../dialog/step-dialog.ts';
import { FIXED_RESOURCE, withoutFixedResource } from '../fixed-resource.ts';
import { sipEndsOf } from '../message/ends.ts';
import { callIdOfThread, nextCseq, ownCallId, threadOf } from '../message/message-request.ts';
import { CHAT_HEADERS } from './chat-capabilities.ts';
import { isBare } from './chat-ends.ts';
import { ACCEPT_TYPES, chatSdp } from './chat-sdp.ts';
import {
  ASKING_MS,
  type ChatIn,
  type ChatMessage,
  type ChatSession,
  MAX_CHATS,
  OWN_OPENING_MS,
} from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { giveUpMessages } from './undelivered.ts';

const MAX_FORWARDS = 70;

/** What is known of the SIP side at this time. */
export const msrpKnown = ({ pair, now }: ChatTurn) =>
  pair.msrp !== undefined && pair.msrp.until > now ? pair.msrp : undefined;

/** Remembers whether the SIP side takes chats; that it does not is believed for less long. */
export function noteMsrp(turn: ChatTurn, isTaken: boolean, isSecure?: boolean): void {
  const { msrpKnownMs, msrpUnknownMs } = turn.policy;
  const until = turn.now + (isTaken ? msrpKnownMs : msrpUnknownMs);
  turn.pair = {
    ...turn.pair,
    msrp: { isTaken, ...(isSecure === undefined ? {} : { isSecure }), until },
  };
}

/** A Call-ID of its own: the thread's where no session of the pair has that. */
function callIdFor(turn: ChatTurn, thread: string | undefined): string {
  const seed = turn.derive(8);
  const own = callIdOfThread(thread) ?? ownCallId(seed);
  return turn.chat(own) === undefined ? own : ownCallId(turn.derive(8));
}

/** Begins a session for messages of one user to one address; they wait for it. */
export function beginChat(turn: ChatTurn, waiting: readonly ChatMessage[]): void {
  const [first] = waiting;
  if (first === undefined) return;
  const { from = '', to = '' } = first.stanza.attrs;
  if (turn.chats.length >= MAX_CHATS) {
    giveUpMessages(turn, waiting, { condition: 'resource-constraint', text: 'Too many chats at a time' });
    return;
  }
  const wanted = withoutFixedResource(to);
  const hasInstance = !isBare(wanted);
  const callId = callIdFor(turn, threadOf(first.stanza));
  const base = {
    callId,
    localTag: turn.derive(8),
    domain: first.domain,
    user: from,
    contact: hasInstance ? wanted : `${bareJidOf(to) ?? to}/${FIXED_RESOURCE}`,
    hasInstance,
    thread: threadOf(first.stanza) ?? sidOfCallId(callId),
    msrp: { session: turn.derive(16), isSecure: msrpKnown(turn)?.isSecure ?? turn.policy.msrpIsSecure },
    waiting,
    underWay: [],
    awaited: [],
    owed: [],
  };
  const isAsked = turn.policy.chatMode !== 'msrp' && msrpKnown(turn) === undefined;
  if (isAsked) ask(turn, base);
  else openMsrp(turn, base);
}

type Beginning = Omit<ChatSession, 'phase' | 'dueAt'>;

/** Headers and addresses of a request of the session outside its dialog; undefined when the user has no address. */
function requestOf(turn: ChatTurn, chat: Beginning, method: string): OutgoingSipRequest | undefined {
  const { policy, pair, now } = turn;
  const { user, contact, callId, localTag, hasInstance } = chat;
  const ends = sipEndsOf(policy, user, contact);
  const aor = aorOfUser(policy.addresses, user);
  const target = sipOfContact(policy.addresses, contact);
  if ('condition' in ends || aor === undefined || !target.ok) return undefined;
  const cseq = nextCseq(pair.lastCseq, now);
  turn.pair = { ...pair, lastCseq: cseq };
  const toUri = hasInstance ? target.uri : target.requestUri;
  return {
    method,
    requestUri: toUri,
    routes: [],
    from: { uri: policy.chatFromGr ? ends.fromUri : aor, params: { tag: localTag } },
    to: { uri: toUri, params: {} },
    callId,
    cseq,
    maxForwards: MAX_FORWARDS,
    contact: ownContact(aor, resourceOf(user)),
    headers: {},
  };
}

const unaddressed = {
  condition: 'not-acceptable',
  text: 'There is no chat between these addresses',
} as const;

/** OPTIONS, whose answer may describe a chat (RFC 3261 §11.2). */
function ask(turn: ChatTurn, chat: Beginning): void {
  const request = requestOf(turn, chat, 'OPTIONS');
  if (request === undefined) {
    giveUpMessages(turn, chat.waiting, unaddressed);
    return;
  }
  const own = { ...request, callId: turn.derive(16), headers: { accept: [SDP] } };
  const phase = { name: 'asking', options: turn.request(own) } as const;
  turn.put({ ...chat, phase, dueAt: turn.now + ASKING_MS });
}

/** The answer to OPTIONS: a session where it describes a chat, page mode where it does not. RFC 3264 §9. */
export function onOptionsResponse(
  turn: ChatTurn,
  chat: ChatIn<'asking'>,
  response: SipResponse | undefined,
): void {
  if (response !== undefined && response.status < 200) return;
  const body = response !== undefined && response.status < 300 ? sdpOf(response.body) : undefined;
  const read = body?.kind === 'sdp' ? parseSdp(body.sdp) : undefined;
  const chats = read?.ok === true ? read.description.media.filter(isMsrpMedia) : [];
  const isPlain = chats.some(({ protocol }) => protocol.toUpperCase() === 'TCP/MSRP');
  const isTaken = chats.length > 0;
  const isSecure = isTaken && (!isPlain || turn.policy.msrpIsSecure);
  noteMsrp(turn, isTaken, isSecure);
  if (isTaken) {
    openMsrp(turn, { ...chat, msrp: { ...chat.msrp, isSecure } });
    return;
  }
  turn.drop(chat);
  giveUpMessages(turn, chat.waiting);
}

/** Has our end made ready. */
function openMsrp(turn: ChatTurn, chat: Beginning): void {
  const { session, isSecure } = chat.msrp;
  turn.issue({ type: 'msrp.session.open', session, isSecure, acceptTypes: [...ACCEPT_TYPES] });
  turn.put({ ...chat, phase: { name: 'opening' }, dueAt: turn.now + OWN_OPENING_MS });
}

/** Our end is ready: INVITE. */
export function inviteToChat(turn: ChatTurn, chat: ChatIn<'opening'>): void {
  const request = requestOf(turn, chat, 'INVITE');
  if (request === undefined) {
    turn.drop(chat);
    giveUpMessages(turn, chat.waiting, unaddressed);
    return;
  }
  const sdp = chatSdp(turn.policy, { msrp: chat.msrp, setup: 'actpass', user: chat.user });
  turn.issue(dialogOpened(chat.callId, turn.input.key));
  const invite = turn.request({ ...request, headers: CHAT_HEADERS, body: sdpBody(sdp) });
  turn.put({ ...chat, phase: { name: 'inviting', invite }, dueAt: turn.now + turn.policy.ringTimeoutMs });
}
