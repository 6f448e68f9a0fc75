/**
 * Requests of the SIP end in the dialog of a chat. The session stays as it was agreed: a re-INVITE that asks for nothing
 * else is accepted, other media and transfers are not. RFC 3261 §12.2.2, §14.2.
 */
import { aorOfUser, resourceOf } from '@stoxgate/addressing';
import type { EventOf, SipRequest } from '@stoxgate/contracts';
import { isMsrpMedia, parseSdp } from '@stoxgate/wire-sdp';
import { sdpBody } from '../call/capabilities.ts';
import { afterRequest, isOutOfOrder, tagOf } from '../call/dialog.ts';
import { ownContact } from '../call/leg.ts';
import { sdpOf } from '../call/sdp-body.ts';
import type { ResponseParts } from '../call/sip-response.ts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { messageToXmpp } from '../message/message-to-xmpp.ts';
import { NEW_PAIR } from '../message/pair-turn.ts';
import { onCancel, onInvite } from './answer-chat.ts';
import { CHAT_ALLOW, CHAT_HEADERS, headersOfAnswer } from './chat-capabilities.ts';
import { chatIn } from './chat-sdp.ts';
import { type ChatIn, isIn } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { byeAfterAck, closeChat } from './end-chat.ts';

interface Answer extends ResponseParts {
  readonly status: number;
}

/** Whether a description still offers this very session, and nothing beside it. */
function isUnchanged({ phase }: ChatIn<'up'>, sdp: string): boolean {
  const read = parseSdp(sdp);
  const offer = chatIn(sdp);
  return (
    read.ok &&
    read.description.media.every((media) => isMsrpMedia(media) || media.port === 0) &&
    offer?.path.join(' ') === phase.peer.path.join(' ')
  );
}

/** The answer to a re-INVITE or UPDATE (RFC 3311): what was agreed, once more. */
function answerToOffer(turn: ChatTurn, chat: ChatIn<'up'>, request: SipRequest): Answer {
  const body = sdpOf(request.body);
  if (body.kind === 'other') return { status: 415, headers: { accept: ['application/sdp'] } };
  if (body.kind === 'sdp' && !isUnchanged(chat, body.sdp)) return { status: 488, headers: CHAT_HEADERS };
  const isDescribed = body.kind === 'sdp' || request.method === 'INVITE';
  const aor = aorOfUser(turn.policy.addresses, chat.user) ?? chat.phase.dialog.localUri;
  return {
    status: 200,
    contact: ownContact(aor, resourceOf(chat.user)),
    headers: headersOfAnswer(request),
    ...(isDescribed ? { body: sdpBody(chat.phase.sdp) } : {}),
  };
}

function answerTo(turn: ChatTurn, chat: ChatIn<'up'>, request: SipRequest): Answer {
  switch (request.method) {
    case 'BYE':
      return { status: 200 };
    case 'INVITE':
    case 'UPDATE':
      return answerToOffer(turn, chat, request);
    case 'OPTIONS':
      return { status: 200, headers: CHAT_HEADERS };
    case 'INFO':
      return request.body === undefined || request.body.content === '' ? { status: 200 } : { status: 469 };
    case 'REFER':
      return { status: 403 };
    default:
      return { status: 405, headers: { allow: [CHAT_ALLOW] } };
  }
}

/** A MESSAGE in the dialog is one like others (RFC 3428 §4). */
function onMessage(turn: ChatTurn, edge: string, request: SipRequest): void {
  const { policy, pair, input } = turn;
  const event = { type: 'sip.request.received', request, source: NOWHERE } as const;
  const step = messageToXmpp(policy, pair, { ...input, edge, event }, event);
  turn.pair = step.session?.kind === 'pair' ? step.session : NEW_PAIR;
  turn.issue(...step.commands);
}

/** Where a request came from is the edge's matter. */
const NOWHERE = { protocol: 'udp', address: '', port: 0 } as const;

function inDialog(turn: ChatTurn, edge: string, chat: ChatIn<'up'>, request: SipRequest): void {
  const { dialog } = chat.phase;
  if (request.method === 'MESSAGE') {
    turn.put({ ...chat, phase: { ...chat.phase, dialog: afterRequest(dialog, request, 200) } });
    onMessage(turn, edge, request);
    return;
  }
  const { status, ...parts } = answerTo(turn, chat, request);
  turn.respond(edge, request, status, chat.localTag, parts);
  const next = { ...chat, phase: { ...chat.phase, dialog: afterRequest(dialog, request, status) } };
  turn.put(next);
  if (request.method === 'BYE') closeChat(turn, next, 'xmpp');
}

function onAck(turn: ChatTurn, request: SipRequest): void {
  const chat = turn.chat(request.callId);
  if (chat !== undefined && isIn(chat, 'ending')) byeAfterAck(turn, chat);
  if (chat === undefined || !isIn(chat, 'up') || chat.phase.awaitsAck !== true) return;
  const { awaitsAck: _, ...phase } = chat.phase;
  turn.put({ ...chat, phase });
}

/** A request with the Call-ID of a chat, or one that opens a chat. */
export function onRequest(turn: ChatTurn, { edge, request }: EventOf<'dialog.request.received'>): void {
  const tag = tagOf(request.to);
  if (request.method === 'ACK') onAck(turn, request);
  else if (request.method === 'CANCEL') onCancel(turn, edge, request);
  else if (tag === '' && request.method === 'INVITE') onInvite(turn, edge, request);
  else onDialogRequest(turn, edge, tag, request);
}

function onDialogRequest(turn: ChatTurn, edge: string, tag: string, request: SipRequest): void {
  const chat = turn.chat(request.callId);
  const dialog = chat !== undefined && isIn(chat, 'up', 'ending') ? chat.phase.dialog : undefined;
  if (chat === undefined || dialog?.localTag !== tag || dialog.remoteTag !== tagOf(request.from)) {
    turn.respond(edge, request, 481, turn.derive(8));
    if (chat === undefined) turn.issue(dialogEnded(request.callId));
  } else if (isOutOfOrder(dialog, request)) {
    turn.respond(edge, request, 500, chat.localTag);
  } else if (isIn(chat, 'up')) {
    inDialog(turn, edge, chat, request);
  } else {
    turn.respond(edge, request, request.method === 'BYE' ? 200 : 481, chat.localTag);
  }
}
