/**
 * A chat session that a SIP user begins: accepted at once, on behalf of whichever device answers. RFC 7573 §4, RFC 4975 §8.
 */
import { aorOfUser, contactOfSip, resourceOf, userOfRequest } from '@stoxgate/addressing';
import { brandBareJid, type EventOf, keyOfUser, type SipRequest, sidOfCallId } from '@stoxgate/contracts';
import { stripIllegal } from '@stoxgate/wire-xmpp';
import { sdpBody, unsupportedTags } from '../call/capabilities.ts';
import { dialogOfRequest } from '../call/dialog.ts';
import { ownContact } from '../call/leg.ts';
import { sdpOf } from '../call/sdp-body.ts';
import type { ResponseParts } from '../call/sip-response.ts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { hasOwnVia } from '../message/branch.ts';
import { isServedUser } from '../message/message-to-xmpp.ts';
import { CHAT_HEADERS, headersOfAnswer } from './chat-capabilities.ts';
import { crossedBy, isBare, isSameSession, sipEndOf } from './chat-ends.ts';
import { ACCEPT_TYPES, chatIn, chatSdp, peerOf, takesText } from './chat-sdp.ts';
import {
  type ChatIn,
  type ChatMessage,
  type ChatSession,
  isIn,
  MAX_CHATS,
  OPENING_MS,
  PHASE_MS,
} from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeMsrp, forget } from './end-chat.ts';
import { cancelInvite, peerAddress } from './invite-answer.ts';
import { giveUpMessages } from './undelivered.ts';

type Invited = ChatIn<'resolving' | 'preparing'>;

/** The chat that an INVITE offers; undefined when there is none that we can take part in. */
function offeredIn(invite: SipRequest) {
  const body = sdpOf(invite.body);
  const offer = body.kind === 'sdp' ? chatIn(body.sdp) : undefined;
  return offer === undefined || offer.setup === 'holdconn' || !takesText(peerOf(offer)) ? undefined : offer;
}

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
  const { policy } = turn;
  const localTag = turn.derive(8);
  const isRepeated = turn.chat(invite.callId) !== undefined;
  const refuse = (status: number, parts?: ResponseParts): void => {
    turn.respond(edge, invite, status, localTag, parts);
    if (!isRepeated) turn.issue(dialogEnded(invite.callId));
  };
  // Another way to us of the same request, or a second session by the name of the first (RFC 3261 §8.2.2.2).
  if (isRepeated || (hasOwnVia(invite.vias) && isServedUser(policy, invite.from.uri))) {
    refuse(482);
    return;
  }
  const unsupported = unsupportedTags(policy, invite);
  if (unsupported.length > 0) {
    refuse(420, { headers: { unsupported: [unsupported.join(', ')] } });
    return;
  }
  const found = userOfRequest(policy.addresses, invite.requestUri, invite.to.uri);
  if (!found.ok) {
    refuse(found.status);
    return;
  }
  const end = sipEndOf(policy, invite.from.uri, invite);
  const contact = contactOfSip(policy.addresses, invite.from.uri);
  if (end === undefined || !contact.ok) {
    refuse(400);
    return;
  }
  if (offeredIn(invite) === undefined) {
    refuse(488);
    return;
  }
  const called = found.resource === undefined ? found.bareJid : `${found.bareJid}/${found.resource}`;
  if (turn.chats.some((chat) => isSameSession(chat, end, called))) {
    refuse(488);
    return;
  }
  if (turn.chats.length >= MAX_CHATS) {
    refuse(486);
    return;
  }
  const waiting = takeCrossed(turn, crossedBy(turn.chats, end, called));
  const chat: Omit<ChatSession, 'phase' | 'dueAt'> = {
    callId: invite.callId,
    localTag,
    domain: contact.domain,
    user: isBare(called) ? (waiting.at(-1)?.stanza.attrs.from ?? called) : called,
    ...end,
    thread: stripIllegal(sidOfCallId(invite.callId)),
    msrp: { session: turn.derive(16), isSecure: false },
    waiting,
    underWay: [],
    awaited: [],
    owed: [],
  };
  const dueAt = turn.now + OPENING_MS;
  if (found.resource === undefined) {
    prepare(turn, { ...chat, phase: { name: 'resolving', invite, edge }, dueAt });
    return;
  }
  turn.put({ ...chat, phase: { name: 'resolving', invite, edge }, dueAt });
  turn.issue({
    type: 'session.notify',
    key: keyOfUser(brandBareJid(found.bareJid)),
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
