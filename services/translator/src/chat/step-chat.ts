/**
 * The core for chat sessions of a pair: which event concerns which session. RFC 7573, RFC 4975.
 */
import type { EventOf } from '@stoxgate/contracts';
import type { PairSession } from '../message/pair-session.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { acceptInvite, onResources } from './answer-chat.ts';
import { inviteToChat, onOptionsResponse } from './begin-chat.ts';
import { onDeviceGone, watchDevices } from './bound-devices.ts';
import { chatFromXmpp } from './chat-from-xmpp.ts';
import { type ChatSession, isIn } from './chat-session.ts';
import { chatsOverdue } from './chat-timer.ts';
import { ChatTurn } from './chat-turn.ts';
import { onRequest } from './dialog-server.ts';
import { byeAfterAck, closeChat, endChat, forget, onByeResponse } from './end-chat.ts';
import { onInviteFailed, onInviteResponse, onOtherAnswer } from './invite-answer.ts';
import { onFailed as onSessionFailed } from './msrp-failed.ts';
import { onReceived } from './said-in-chat.ts';
import { flush } from './say-in-chat.ts';
import { onDelivered, onFailed, onSent } from './sent.ts';

type MsrpEvent = Extract<Input['event'], { readonly session: string }>;
type Outcome = EventOf<'sip.response.received'> | EventOf<'sip.request.failed'>;

/** Branch of the request of a session that has no final response yet; of an INVITE also after it. */
function branchOf({ phase }: ChatSession): string | undefined {
  switch (phase.name) {
    case 'asking':
      return phase.options.branch;
    case 'inviting':
    case 'cancelling':
    case 'up':
      return phase.invite?.branch;
    case 'ending':
      return phase.bye?.branch;
    default:
      return undefined;
  }
}

const methodOf = (event: Outcome): string =>
  event.type === 'sip.response.received' ? event.response.cseq.method : event.method;

function onOutcome(turn: ChatTurn, chat: ChatSession, event: Outcome): void {
  const response = event.type === 'sip.response.received' ? event.response : undefined;
  const cause = event.type === 'sip.request.failed' ? event.cause : 'timeout';
  if (isIn(chat, 'asking')) {
    onOptionsResponse(turn, chat, response);
  } else if (isIn(chat, 'inviting', 'cancelling')) {
    if (response === undefined) onInviteFailed(turn, chat, cause);
    else onInviteResponse(turn, chat, response);
  } else if (isIn(chat, 'up')) {
    if (response !== undefined) onOtherAnswer(turn, chat, response);
  } else if (isIn(chat, 'ending')) {
    if (response === undefined) forget(turn, chat);
    else onByeResponse(turn, chat, response);
  }
}

/** Our end of the MSRP session is ready. */
function onOpened(turn: ChatTurn, chat: ChatSession, event: EventOf<'msrp.session.opened'>): void {
  const { path, port, fingerprint } = event;
  const msrp = { ...chat.msrp, edge: turn.input.edge, path, port, ...(fingerprint && { fingerprint }) };
  const next = { ...chat, msrp };
  if (isIn(next, 'opening')) inviteToChat(turn, next);
  else if (isIn(next, 'preparing')) acceptInvite(turn, next);
}

/** Messages flow from now on. */
function onConnected(turn: ChatTurn, chat: ChatSession): void {
  if (!isIn(chat, 'up')) return;
  const phase = { ...chat.phase, isConnected: true };
  const next = { ...chat, phase, dueAt: turn.now + turn.policy.sessionTimeoutMs };
  flush(turn, next);
}

function onMsrp(turn: ChatTurn, event: MsrpEvent): void {
  const chat = turn.chats.find(({ msrp }) => msrp.session === event.session);
  if (chat === undefined) {
    closeOver(turn, event);
    return;
  }
  switch (event.type) {
    case 'msrp.session.opened':
      onOpened(turn, chat, event);
      break;
    case 'msrp.session.connected':
      onConnected(turn, chat);
      break;
    case 'msrp.session.failed':
      onSessionFailed(turn, chat, event);
      break;
    case 'msrp.session.closed':
      endChat(turn, chat, isIn(chat, 'up') ? (chat.phase.closing ?? 'both') : 'nobody');
      break;
    case 'msrp.message.received':
      if (isIn(chat, 'up')) onReceived(turn, chat, event);
      else if (isIn(chat, 'ending')) closeOver(turn, event);
      break;
    case 'msrp.message.sent':
      onSent(turn, chat, event);
      break;
    case 'msrp.message.delivered':
      onDelivered(turn, chat, event);
      break;
    case 'msrp.message.failed':
      onFailed(turn, chat, event);
  }
}

/**
 * Made ready for a session that is over meanwhile; or said in one, at an edge that was taken for dead when it ended: the peer is
 * cut off, and goes on in another.
 */
function closeOver(turn: ChatTurn, { type, session }: MsrpEvent): void {
  const { edge } = turn.input;
  if (type !== 'msrp.session.opened' && type !== 'msrp.message.received') return;
  turn.issue({ type: 'msrp.session.close', edge, session });
}

function onNoAck(turn: ChatTurn, { callId }: EventOf<'sip.ack.timed-out'>): void {
  const chat = turn.chat(callId);
  if (chat === undefined) return;
  if (isIn(chat, 'ending')) byeAfterAck(turn, chat);
  if (!isIn(chat, 'up')) return;
  const { awaitsAck: _, ...phase } = chat.phase;
  closeChat(turn, { ...chat, phase }, 'both');
}

/** Handles what concerns chats; false: it does not. */
function handle(turn: ChatTurn, { event }: Input): boolean {
  switch (event.type) {
    case 'dialog.request.received':
      onRequest(turn, event);
      return true;
    case 'xmpp.message.received':
      return chatFromXmpp(turn, event);
    case 'sip.response.received':
    case 'sip.request.failed': {
      const chat = turn.chats.find((one) => branchOf(one) === event.branch);
      // A CANCEL has the branch of its INVITE, whose outcome comes as the response to that (RFC 3261 §9.1).
      if (chat !== undefined && methodOf(event) !== 'CANCEL') onOutcome(turn, chat, event);
      return chat !== undefined;
    }
    case 'sip.ack.timed-out':
      onNoAck(turn, event);
      return true;
    case 'msrp.session.opened':
    case 'msrp.session.connected':
    case 'msrp.session.failed':
    case 'msrp.session.closed':
    case 'msrp.message.received':
    case 'msrp.message.sent':
    case 'msrp.message.delivered':
    case 'msrp.message.failed':
      onMsrp(turn, event);
      return true;
    case 'user.resources.answered':
      onResources(turn, event);
      return true;
    case 'user.resource.gone':
      onDeviceGone(turn, event.fullJid);
      return true;
    case 'timer.fired':
      chatsOverdue(turn);
      return true;
    default:
      return false;
  }
}

/**
 * The turn of an event that concerns chats of the pair; undefined: it does not, or there are none. Its commands and its
 * pair are still to be finished.
 */
export function chatTurn(
  policy: TranslatorPolicy,
  session: PairSession | undefined,
  input: Input,
): ChatTurn | undefined {
  if (!policy.hasChats && session?.chats === undefined) return undefined;
  const turn = new ChatTurn(policy, session, input);
  if (!handle(turn, input)) return undefined;
  turn.issue(...watchDevices(input.key, session?.chats ?? NO_CHATS, turn.chats));
  return turn;
}

const NO_CHATS: readonly ChatSession[] = [];

/** The step of such an event, other than of a timer. */
export const stepChat = (
  policy: TranslatorPolicy,
  session: PairSession | undefined,
  input: Input,
): Step | undefined => chatTurn(policy, session, input)?.finish();
