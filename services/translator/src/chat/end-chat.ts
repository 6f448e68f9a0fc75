/**
 * The end of a chat session: BYE to the SIP end, `<gone/>` to the XMPP end, the MSRP session closed. RFC 7573 §5,
 * XEP-0085 §5.
 */
import { deriveHex, type SipResponse } from '@stoxgate/contracts';
import { challengesToAnswer, isChallenge } from '../call/challenges.ts';
import { requestIn } from '../call/dialog-request.ts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { stateStanza } from '../message/message-stanza.ts';
import { beginChat } from './begin-chat.ts';
import {
  type ChatIn,
  type ChatMessage,
  type ChatSession,
  CLOSING_MS,
  isIn,
  PHASE_MS,
  type Told,
  WAITING_MS,
} from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';
import { bounce } from './undelivered.ts';

/** Our end of the MSRP session is not needed any more. */
export function closeMsrp(turn: ChatTurn, { msrp: { edge, session } }: ChatSession): void {
  if (edge !== undefined) turn.issue({ type: 'msrp.session.close', edge, session });
}

/** The SIP user has left the chat, as its user sees it. */
function tellGone(turn: ChatTurn, { domain, contact, user, thread, callId }: ChatSession): void {
  const seed = `${turn.input.eventId} gone ${callId}`;
  const stanza = stateStanza({ from: contact, to: user, thread }, 'gone', deriveHex(seed, 10));
  turn.issue({ type: 'xmpp.stanza.send', domain, stanza });
}

/** Ends a session as soon as the messages are out that the MSRP edge was given. */
export function closeChat(turn: ChatTurn, chat: ChatSession, told: Told): void {
  if (!isIn(chat, 'up') || chat.underWay.length === 0) {
    endChat(turn, chat, told);
    return;
  }
  turn.put({ ...chat, phase: { ...chat.phase, closing: told }, dueAt: turn.now + CLOSING_MS });
}

const LOST = {
  condition: 'recipient-unavailable',
  text: 'The chat ended before the message was out',
} as const;

const asRetried = (message: ChatMessage, now: number): ChatMessage => ({
  ...message,
  isRetried: true,
  expiresAt: now + WAITING_MS,
});

/** Ends a session at once. What it had still to send begins another, once; what it had twice goes back to its sender. */
export function endChat(turn: ChatTurn, chat: ChatSession, told: Told): void {
  const lost = chat.underWay.filter(({ isRetried }) => isRetried === true);
  const unsent = chat.underWay.filter(({ isRetried }) => isRetried !== true);
  const again = [...unsent.map((message) => asRetried(message, turn.now)), ...chat.waiting];
  closeMsrp(turn, chat);
  // To who goes on talking in a new session, this one has not ended.
  if ((told === 'xmpp' || told === 'both') && again.length === 0) tellGone(turn, chat);
  if (isIn(chat, 'up') && (told === 'sip' || told === 'both')) hangUp(turn, chat);
  else forget(turn, chat);
  for (const message of lost) bounce(turn, message, LOST);
  beginChat(turn, again);
}

/** BYE; before the ACK to our 2xx it waits for that. */
function hangUp(turn: ChatTurn, chat: ChatIn<'up'>): void {
  const { dialog, awaitsAck, invite } = chat.phase;
  const { msrp, ...rest } = { ...chat, waiting: [], underWay: [], awaited: [], owed: [] };
  const { session, isSecure } = msrp;
  const over = { ...rest, msrp: { session, isSecure }, dueAt: turn.now + PHASE_MS };
  if (awaitsAck === true) {
    turn.put({ ...over, phase: { name: 'ending', dialog } });
    return;
  }
  const next = requestIn(dialog, 'BYE');
  const bye = turn.request(next.request, invite?.challenges);
  turn.put({ ...over, phase: { name: 'ending', dialog: next.dialog, bye } });
}

/** The ACK came, or will not come: now BYE may go. */
export function byeAfterAck(turn: ChatTurn, chat: ChatIn<'ending'>): void {
  if (chat.phase.bye !== undefined) return;
  const next = requestIn(chat.phase.dialog, 'BYE');
  turn.put({ ...chat, phase: { name: 'ending', dialog: next.dialog, bye: turn.request(next.request) } });
}

/** A response to the BYE: with credentials once more where it asks for them; else the session is over. */
export function onByeResponse(turn: ChatTurn, chat: ChatIn<'ending'>, response: SipResponse): void {
  const { bye, dialog } = chat.phase;
  if (response.status < 200 || bye === undefined) return;
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials
      ? challengesToAnswer(bye.challenges, response)
      : undefined;
  if (challenges === undefined) {
    forget(turn, chat);
    return;
  }
  const next = requestIn(dialog, 'BYE');
  const again = turn.request(next.request, challenges);
  turn.put({ ...chat, phase: { name: 'ending', dialog: next.dialog, bye: again } });
}

/** Nothing is left of the session. */
export function forget(turn: ChatTurn, chat: ChatSession): void {
  turn.drop(chat);
  turn.issue(dialogEnded(chat.callId));
}
