/**
 * A chat session that a SIP user begins: accepted at once, on behalf of whichever device answers. RFC 7573 §4,
 * RFC 4975 §8.
 */
import { aorOfUser, resourceOf } from '@stoxgate/addressing';
import { brandBareJid, type EventOf, keyOfUser, type SipRequest, sidOfCallId } from '@stoxgate/contracts';
import { stripIllegal } from '@stoxgate/wire-xmpp';
import { sdpBody } from '../call/capabilities.ts';
import { dialogOfRequest } from '../call/dialog.ts';
import { ownContact } from '../call/leg.ts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { admissionOf, offeredIn } from './chat-admission.ts';
import { CHAT_HEADERS, headersOfAnswer } from './chat-capabilities.ts';
import { crossedBy, isBare } from './chat-ends.ts';
import { ACCEPT_TYPES, chatSdp, peerOf } from './chat-sdp.ts';
import {
  type ChatIn,
  type ChatMessage,
  type ChatSession,
  isIn,
  OPENING_MS,
  PHASE_MS,
} from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeMsrp, forget } from './end-chat.ts';
import { cancelInvite, peerAddress } from './invite-answer.ts';
import { giveUpMessages } from './undelivered.ts';

type Invited = ChatIn<'resolving' | 'preparing'>;

/** Our own sessions that this one makes needless end; what waited in them is taken along. */
function takeCrossed(turn: ChatTurn, crossed: readonly ChatSession[]): readonly ChatMessage[] {
  for (const chat of crossed) {
    if (isIn(chat, 'inviting')) {
      cancelInvite(turn, chat);
      continue;
    }
    closeMsrp(turn, chat);
    turn.drop(chat);
  }
  return crossed.flatMap(({ waiting }) => waiting);
}

/** An INVITE that opens a chat. */
export function onInvite(turn: ChatTurn, edge: string, invite: SipRequest): void {
  const { callId } = invite;
  const localTag = turn.derive(8);
  const admission = admissionOf(turn.policy, turn.chats, invite);
  if ('status' in admission) {
    turn.respond(edge, invite, admission.status, localTag, admission.parts);
    if (turn.chat(callId) === undefined) turn.issue(dialogEnded(callId));
    return;
  }
  const { user, bareJid, end, contact } = admission;
  const waiting = takeCrossed(turn, crossedBy(turn.chats, end, user));
  const chat: ChatIn<'resolving'> = {
    callId,
    localTag,
    domain: contact.domain,
    user: isBare(user) ? (waiting.at(-1)?.stanza.attrs.from ?? user) : user,
    ...end,
    thread: stripIllegal(sidOfCallId(callId)),
    msrp: { session: turn.derive(16), isSecure: false },
    waiting,
    underWay: [],
    awaited: [],
    owed: [],
    phase: { name: 'resolving', invite, edge },
    dueAt: turn.now + OPENING_MS,
  };
  if (isBare(user)) {
    prepare(turn, chat);
    return;
  }
  turn.put(chat);
  turn.issue({
    type: 'session.notify',
    key: keyOfUser(brandBareJid(bareJid)),
    event: { type: 'user.resources.requested', replyTo: turn.input.key, as: contact.jid },
  });
}

/** Whether the device that an INVITE names is there. One that nobody knows of may be: its server will say. */
export function onResources(turn: ChatTurn, event: EventOf<'user.resources.answered'>): void {
  for (const chat of turn.chats) {
    if (!isIn(chat, 'resolving')) continue;
    const isThere = event.resources.some(({ fullJid }) => fullJid === chat.user);
    if (event.known && !isThere) refuseInvite(turn, chat, 480);
    else prepare(turn, chat);
  }
}

/** Has our end made ready, and told where the other is. */
function prepare(turn: ChatTurn, chat: ChatIn<'resolving'>): void {
  const offer = offeredIn(chat.phase.invite);
  if (offer === undefined) {
    refuseInvite(turn, chat, 488);
    return;
  }
  const { isSecure } = offer;
  const { session } = chat.msrp;
  const peer = peerAddress(offer, 'passive');
  turn.issue({ type: 'msrp.session.open', session, isSecure, acceptTypes: [...ACCEPT_TYPES], peer });
  const phase = { ...chat.phase, name: 'preparing' } as const;
  turn.put({ ...chat, msrp: { session, isSecure }, phase, dueAt: turn.now + OPENING_MS });
}

/** Our end is ready: 200 with its path. */
export function acceptInvite(turn: ChatTurn, chat: ChatIn<'preparing'>): void {
  const { invite, edge } = chat.phase;
  const offer = offeredIn(invite);
  const aor = aorOfUser(turn.policy.addresses, chat.user);
  if (offer === undefined || aor === undefined) {
    refuseInvite(turn, chat, 488);
    return;
  }
  const role = peerAddress(offer, 'passive').role;
  const setup = offer.setup === undefined ? {} : { setup: role };
  const sdp = chatSdp(turn.policy, { msrp: chat.msrp, user: chat.user, ...setup });
  turn.respond(edge, invite, 200, chat.localTag, {
    contact: ownContact(aor, resourceOf(chat.user)),
    headers: headersOfAnswer(invite),
    body: sdpBody(sdp),
  });
  const phase = {
    name: 'up',
    dialog: dialogOfRequest(invite, chat.localTag),
    peer: peerOf(offer),
    isConnected: false,
    awaitsAck: true,
    sdp,
  } as const;
  turn.put({ ...chat, phase, dueAt: turn.now + PHASE_MS });
}

/** Nothing comes of the INVITE. What waited to be said in the session goes by itself. */
export function refuseInvite(turn: ChatTurn, chat: Invited, status: number): void {
  const { invite, edge } = chat.phase;
  turn.respond(edge, invite, status, chat.localTag, status === 488 ? { headers: CHAT_HEADERS } : {});
  closeMsrp(turn, chat);
  forget(turn, chat);
  giveUpMessages(turn, chat.waiting);
}

/** CANCEL of an INVITE that has no answer yet (RFC 3261 §9.2). */
export function onCancel(turn: ChatTurn, edge: string, request: SipRequest): void {
  const chat = turn.chat(request.callId);
  if (chat === undefined || !isIn(chat, 'resolving', 'preparing')) {
    turn.respond(edge, request, chat === undefined ? 481 : 200, chat?.localTag ?? turn.derive(8));
    return;
  }
  turn.respond(edge, request, 200, chat.localTag);
  refuseInvite(turn, chat, 487);
}
