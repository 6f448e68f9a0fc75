/**
 * What becomes of the INVITE of a chat: the first 2xx binds the session, all others are ended; a refusal leaves its
 * messages to go by themselves, or to go back. RFC 3261 §13.2.2, RFC 7573 §4.
 */
import type { EventOf, SipResponse } from '@stoxgate/contracts';
import type { MsrpMedia } from '@stoxgate/wire-sdp';
import type { StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import type { ClientRequest } from '../call/call-session.ts';
import { challengesToAnswer, isChallenge } from '../call/challenges.ts';
import { type Dialog, dialogOfResponse, tagOf } from '../call/dialog.ts';
import { ackIn, MAX_FORWARDS, requestIn } from '../call/dialog-request.ts';
import { sdpOf } from '../call/sdp-body.ts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { bestContact, errorOfResponse, failureOf } from '../message/message-outcome.ts';
import { nextCseq } from '../message/message-request.ts';
import { noteMsrp } from './begin-chat.ts';
import { sipEndOf } from './chat-ends.ts';
import { chatIn, peerOf, takesText } from './chat-sdp.ts';
import { type ChatIn, type ChatSession, PHASE_MS } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { closeMsrp, endChat } from './end-chat.ts';
import { giveUpMessages } from './undelivered.ts';

type Invited = ChatIn<'inviting' | 'cancelling'>;

/** Statuses by which the other end says that it knows no chats, or not this way. */
const KNOWS_NO_CHAT: ReadonlySet<number> = new Set([405, 415, 420, 488, 501, 606]);

/** Ends a session that never was. With an error its messages go back, else by themselves. */
export function failBeginning(turn: ChatTurn, chat: ChatSession, error?: StanzaErrorSpec): void {
  closeMsrp(turn, chat);
  turn.drop(chat);
  if (chat.phase.name === 'inviting' || chat.phase.name === 'cancelling')
    turn.issue(dialogEnded(chat.callId));
  giveUpMessages(turn, chat.waiting, error);
}

/** The SIP side takes no chats, or not here: its messages go by themselves, unless chats are a must. */
export function refuseChat(turn: ChatTurn, chat: ChatSession, error: StanzaErrorSpec): void {
  if (turn.policy.chatMode === 'msrp') {
    failBeginning(turn, chat, error);
    return;
  }
  noteMsrp(turn, false);
  failBeginning(turn, chat);
}

function acknowledge(turn: ChatTurn, { request, challenges }: ClientRequest, response: SipResponse): Dialog {
  const dialog = dialogOfResponse(request, response);
  turn.request(ackIn(dialog, request.cseq), challenges, turn.input.edge);
  return dialog;
}

/** A 2xx that nobody needs: of another fork, or too late. */
export function endStray(turn: ChatTurn, invite: ClientRequest, response: SipResponse): void {
  turn.request(requestIn(acknowledge(turn, invite, response), 'BYE').request, invite.challenges);
}

/** Where the other end is, in the words of the MSRP edge. Without `setup` who offered connects (RFC 4975 §5.4). */
export const peerAddress = (chat: MsrpMedia, ourDefault: 'active' | 'passive') => {
  const isActive = chat.setup === 'passive' || (chat.setup === undefined && ourDefault === 'active');
  return {
    path: [...chat.path],
    role: isActive ? ('active' as const) : ('passive' as const),
    ...(chat.fingerprints.length === 0 ? {} : { fingerprints: [...chat.fingerprints] }),
  };
};

function accepted(turn: ChatTurn, chat: ChatIn<'inviting'>, response: SipResponse): void {
  const { invite } = chat.phase;
  const dialog = acknowledge(turn, invite, response);
  const body = sdpOf(response.body);
  const answer = body.kind === 'sdp' ? chatIn(body.sdp) : undefined;
  const end = sipEndOf(turn.policy, invite.request.to.uri, response);
  const { edge } = chat.msrp;
  if (answer === undefined || end === undefined || edge === undefined || !takesText(peerOf(answer))) {
    turn.request(requestIn(dialog, 'BYE').request, invite.challenges);
    refuseChat(turn, chat, { condition: 'not-acceptable', text: 'The SIP side has no chat that takes text' });
    return;
  }
  noteMsrp(turn, true, chat.msrp.isSecure);
  turn.issue({
    type: 'msrp.session.connect',
    edge,
    session: chat.msrp.session,
    peer: peerAddress(answer, 'active'),
  });
  const phase = {
    name: 'up',
    dialog,
    invite,
    peer: peerOf(answer),
    isConnected: false,
    sdp: invite.request.body?.content ?? '',
  } as const;
  turn.put({ ...chat, ...end, phase, dueAt: turn.now + PHASE_MS });
}

/** CANCEL: Request-URI, Call-ID, From, To, CSeq number and branch of the INVITE; not before a 1xx (RFC 3261 §9.1). */
export function cancelInvite(turn: ChatTurn, chat: Invited): void {
  const { invite, edge, hasProvisional } = chat.phase;
  if (hasProvisional === true) sendCancel(turn, invite, edge);
  closeMsrp(turn, chat);
  const { session, isSecure } = chat.msrp;
  turn.put({
    ...chat,
    msrp: { session, isSecure },
    phase: { ...chat.phase, name: 'cancelling' },
    waiting: [],
    dueAt: turn.now + PHASE_MS,
  });
}

function sendCancel(turn: ChatTurn, { branch, request }: ClientRequest, edge: string | undefined): void {
  const { contact: _, body: __, ...rest } = request;
  turn.issue({
    type: 'sip.request.send',
    ...(edge === undefined ? {} : { edge }),
    branch,
    request: { ...rest, method: 'CANCEL', maxForwards: MAX_FORWARDS, headers: {} },
  });
}

/** The INVITE once more: with credentials, or to where it was redirected. */
function retried(turn: ChatTurn, chat: ChatIn<'inviting'>, response: SipResponse): boolean {
  const { invite, isRedirected } = chat.phase;
  const cseq = nextCseq(turn.pair.lastCseq, turn.now);
  turn.pair = { ...turn.pair, lastCseq: cseq };
  if (isChallenge(response)) {
    const challenges = turn.policy.hasCredentials
      ? challengesToAnswer(invite.challenges, response)
      : undefined;
    if (challenges === undefined) return false;
    const again = turn.request({ ...invite.request, cseq }, challenges);
    turn.put({ ...chat, phase: { ...chat.phase, invite: again } });
    return true;
  }
  const isMoved = response.status === 300 || response.status === 301 || response.status === 302;
  const target = isMoved ? bestContact(response) : undefined;
  if (target === undefined || isRedirected === true || !/^sip:[^\s<>]+$/i.test(target)) return false;
  const requestUri = target.replace(/\?.*$/s, '');
  const again = turn.request({ ...invite.request, requestUri, cseq });
  turn.put({ ...chat, phase: { ...chat.phase, invite: again, isRedirected: true } });
  return true;
}

/** A response to the INVITE of a session that nobody answered yet, or that nobody wants any more. */
export function onInviteResponse(turn: ChatTurn, chat: Invited, response: SipResponse): void {
  const { status } = response;
  const { invite, name } = chat.phase;
  if (status < 200) {
    const { edge } = turn.input;
    if (name === 'cancelling' && chat.phase.hasProvisional !== true) sendCancel(turn, invite, edge);
    turn.put({ ...chat, phase: { ...chat.phase, edge, hasProvisional: true } });
    return;
  }
  if (name === 'cancelling') {
    if (status < 300) endStray(turn, invite, response);
    endChat(turn, chat, 'nobody');
    return;
  }
  const inviting = chat as ChatIn<'inviting'>;
  if (status < 300) {
    accepted(turn, inviting, response);
    return;
  }
  if (retried(turn, inviting, response)) return;
  const error = errorOfResponse(turn.policy, response);
  if (KNOWS_NO_CHAT.has(status)) refuseChat(turn, chat, error);
  else failBeginning(turn, chat, error);
}

/** Another 2xx to the INVITE of a session that is answered: a fork (RFC 3261 §13.2.2.4). */
export function onOtherAnswer(turn: ChatTurn, chat: ChatIn<'up'>, response: SipResponse): void {
  const { invite, dialog } = chat.phase;
  const isOther = response.status >= 200 && response.status < 300 && tagOf(response.to) !== dialog.remoteTag;
  if (invite !== undefined && isOther) endStray(turn, invite, response);
}

/** The INVITE got no final response. */
export function onInviteFailed(
  turn: ChatTurn,
  chat: Invited,
  cause: EventOf<'sip.request.failed'>['cause'],
): void {
  if (chat.phase.name === 'cancelling') endChat(turn, chat, 'nobody');
  else failBeginning(turn, chat, failureOf(cause));
}
